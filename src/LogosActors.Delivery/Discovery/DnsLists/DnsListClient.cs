using LogosActors.Delivery.Discovery.Records;
using LogosActors.Delivery.RateLimits;

namespace LogosActors.Delivery.Discovery.DnsLists;

/// <summary>Finds nodes in signed lists in DNS, and keeps up with them (EIP-1459 §Client Protocol).</summary>
/// <remarks>
/// Pure: the caller passes answers and time in, runs the effects, and calls <see cref="Tick"/> at <see cref="Due"/>. What DNS says is
/// believed only as far as the list's key has signed it: the root by its signature, each entry by its hash. A root never goes back to an older
/// one. Entries are asked for in random order, each again twice when it does not come; at most <see cref="MaxEntries"/> in all. Lists that a
/// list links to are followed over <see cref="MaxDepth"/> links, configured ones first.
/// </remarks>
internal sealed class DnsListClient
{
    /// <summary>The most entries of all lists.</summary>
    public const int MaxEntries = 500;

    /// <summary>The most lists, linked ones among them.</summary>
    public const int MaxLists = 16;

    /// <summary>Over how many links a list is followed.</summary>
    public const int MaxDepth = 2;

    /// <summary>Questions under way at once.</summary>
    public const int MaxOutstanding = 4;

    /// <summary>TXT records of a domain that are looked at.</summary>
    const int MaxTexts = 16;

    /// <summary>How many missing entries make the root be asked for again (geth p2p/dnsdisc, rootRecheckFailCount).</summary>
    const int MaxLeafFailures = 5;

    const int MaxTries = 3;

    /// <summary>How long an answer may take.</summary>
    /// <value>5 s (geth p2p/dnsdisc, Config.Timeout).</value>
    public static readonly TimeSpan QueryTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How often a root is asked for.</summary>
    /// <value>30 min (geth p2p/dnsdisc, Config.RecheckInterval).</value>
    public static readonly TimeSpan RootInterval = TimeSpan.FromMinutes(30);

    /// <summary>How long to wait after a failure; twice as long after each further one.</summary>
    public static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(30);

    /// <summary>How many questions may be asked.</summary>
    /// <value>3 a second, 10 at once (geth p2p/dnsdisc, Config.RateLimit).</value>
    static readonly RateLimit Rate = new(10, TimeSpan.FromSeconds(10) / 3);

    static readonly TimeSpan EntryWait = TimeSpan.FromSeconds(5);

    readonly Random _random;
    readonly List<DnsList> _lists;
    readonly Dictionary<long, Question> _questions = [];
    readonly HashSet<NodeRecord> _found = [];
    readonly List<DnsListEffect> _effects = [];
    TokenBucket _bucket;
    bool _mayAsk;
    long _lastId;

    /// <summary>A client of some lists.</summary>
    /// <param name="lists">The configured lists; of more than <see cref="MaxLists"/> the first.</param>
    /// <param name="random">Which entry comes next.</param>
    public DnsListClient(IEnumerable<ListUrl> lists, Random random)
    {
        _random = random;
        _lists = [.. lists.Distinct().Take(MaxLists).Select(url => new DnsList(url, depth: 0))];
    }

    /// <summary>When to call <see cref="Tick"/>; null: there is no list.</summary>
    public TimeSpan? Due { get; private set; } = TimeSpan.Zero;

    /// <summary>The lists that are followed.</summary>
    public IEnumerable<ListUrl> Lists => _lists.Select(list => list.Url);

    /// <summary>Uses copies of an earlier run, before the first <see cref="Tick"/>: their nodes are found at once, whether DNS answers or not.</summary>
    public IReadOnlyList<DnsListEffect> Restore(IReadOnlyList<DnsListCopy> copies)
    {
        // A linked list is known once what links to it is restored.
        for (var round = 0; round <= MaxDepth; round++)
        {
            foreach (var copy in copies)
            {
                if (_lists.Find(list => list.Root is null && string.Equals(list.Url.ToString(), copy.Url, StringComparison.Ordinal)) is not { } list
                    || !TreeRoot.TryParse(copy.Root, list.Url, out var root, out _))
                    continue;
                list.Remember(copy.Entries.Take(MaxEntries));
                Begin(list, root);
            }
        }
        _effects.RemoveAll(effect => effect is DnsListEffect.Keep);
        return TakeEffects();
    }

    /// <summary>DNS has answered a question.</summary>
    /// <param name="id">Which.</param>
    /// <param name="texts">One string per TXT record, its parts joined; none when the name has none.</param>
    /// <param name="now">The time.</param>
    public IReadOnlyList<DnsListEffect> Answered(long id, IReadOnlyList<string> texts, TimeSpan now)
    {
        if (_questions.Remove(id, out var question))
        {
            question.List.Outstanding--;
            if (question.Wanted is { } wanted)
                AnsweredEntry(question.List, wanted, texts, now);
            else
                AnsweredRoot(question.List, texts, now);
        }
        return Tick(now);
    }

    /// <summary>DNS has not answered a question.</summary>
    /// <param name="id">Which.</param>
    /// <param name="reason">What happened, for people.</param>
    /// <param name="now">The time.</param>
    public IReadOnlyList<DnsListEffect> Failed(long id, string reason, TimeSpan now)
    {
        Fail(id, reason, now);
        return Tick(now);
    }

    /// <summary>Time has passed.</summary>
    public IReadOnlyList<DnsListEffect> Tick(TimeSpan now)
    {
        foreach (var late in _questions.Where(question => question.Value.Deadline <= now).Select(question => question.Key).ToArray())
            Fail(late, "DNS did not answer in time", now);
        foreach (var list in _lists.Where(list => list.IsComplete).ToArray())
            Settle(list);
        while (_questions.Count < MaxOutstanding && (_mayAsk = _mayAsk || _bucket.TryTake(Rate, now)) && Next(now) is { } next)
        {
            _mayAsk = false;
            Ask(next, now);
        }
        Due = NextDue(now, !_mayAsk && _questions.Count < MaxOutstanding);
        return TakeEffects();
    }

    Question? Next(TimeSpan now)
    {
        foreach (var list in _lists)
        {
            if (list.RootDue <= now && !_questions.Values.Any(question => question.List == list && question.Wanted is null))
                return new Question(list, null, now + QueryTimeout);
        }
        foreach (var list in _lists)
        {
            if (list.Take(now, _random) is { } wanted)
                return new Question(list, wanted, now + QueryTimeout);
        }
        return null;
    }

    void Ask(Question question, TimeSpan now)
    {
        var id = ++_lastId;
        _questions.Add(id, question);
        question.List.Outstanding++;
        if (question.Wanted is null)
            question.List.RootDue = now + RootInterval;
        var domain = question.List.Url.Domain;
        _effects.Add(new DnsListEffect.Query(id, question.Wanted is { } wanted ? $"{wanted.Hash}.{domain}" : domain));
    }

    void AnsweredRoot(DnsList list, IReadOnlyList<string> texts, TimeSpan now)
    {
        TreeRoot? newest = null;
        var reason = "its domain has no root";
        foreach (var text in texts.Take(MaxTexts).Where(text => text.StartsWith(TreeRoot.Prefix, StringComparison.Ordinal)))
        {
            if (!TreeRoot.TryParse(text, list.Url, out var root, out var error))
                reason = $"its root is refused: {error}";
            else if (newest is null || root.Sequence > newest.Sequence)
                newest = root;
        }
        if (newest is not null && newest.Sequence < list.Root?.Sequence)
        {
            reason = $"its root went back from {list.Root.Sequence} to {newest.Sequence}";
            newest = null;
        }
        if (newest is null)
        {
            Postpone(list, now);
            _effects.Add(new DnsListEffect.Problem(list.Url, reason));
            return;
        }
        list.LeafFailures = 0;
        list.RootDue = now + RootInterval;
        if (newest.Nodes == list.Root?.Nodes && newest.Links == list.Root.Links)
            list.Retry();
        else
            list.Failures = 0;
        if (!string.Equals(newest.Text, list.Root?.Text, StringComparison.Ordinal))
            Begin(list, newest);
    }

    void AnsweredEntry(DnsList list, DnsList.Wanted wanted, IReadOnlyList<string> texts, TimeSpan now)
    {
        if (texts.Take(MaxTexts).FirstOrDefault(text => text.Length <= TreeEntry.MaxLength && TreeHash.Of(text) == wanted.Hash) is not { } text)
        {
            EntryFailed(list, wanted, "it is not there, or its hash is another", now);
            return;
        }
        if (!TreeEntry.TryParse(text, out var entry, out var error))
            _effects.Add(new DnsListEffect.Problem(list.Url, $"its entry {wanted.Hash} is refused: {error}"));
        list.Accept(wanted, text, entry, RoomOf(list), accepted => Use(list, accepted));
    }

    void Fail(long id, string reason, TimeSpan now)
    {
        if (!_questions.Remove(id, out var question))
            return;
        question.List.Outstanding--;
        if (question.Wanted is { } wanted)
        {
            EntryFailed(question.List, wanted, reason, now);
            return;
        }
        Postpone(question.List, now);
        _effects.Add(new DnsListEffect.Problem(question.List.Url, reason));
    }

    void EntryFailed(DnsList list, DnsList.Wanted wanted, string reason, TimeSpan now)
    {
        _effects.Add(new DnsListEffect.Problem(list.Url, $"its entry {wanted.Hash}: {reason}"));
        list.Failed(wanted, MaxTries, EntryWait * (wanted.Tries + 1), now);
        if (++list.LeafFailures == MaxLeafFailures)
            Postpone(list, now);
    }

    /// <summary>Asks for the root again sooner than usual, and later each time.</summary>
    static void Postpone(DnsList list, TimeSpan now)
    {
        var wait = FirstWait * Math.Pow(2, Math.Min(list.Failures++, 6));
        list.RootDue = now + (wait < RootInterval ? wait : RootInterval);
    }

    void Begin(DnsList list, TreeRoot root)
    {
        list.Begin(root, RoomOf(list), accepted => Use(list, accepted));
        if (list.IsComplete)
            Settle(list);
    }

    void Use(DnsList list, TreeEntry entry)
    {
        if (entry is TreeEntry.Node node && _found.Count < 2 * MaxEntries && _found.Add(node.Record))
            _effects.Add(new DnsListEffect.Found(node.Record));
        else if (entry is TreeEntry.Link link && list.Depth < MaxDepth && _lists.Count < MaxLists && !_lists.Exists(known => known.Url.Equals(link.Url)))
            _lists.Add(new DnsList(link.Url, list.Depth + 1));
    }

    void Settle(DnsList list)
    {
        list.Settle();
        if (list.Copy() is { } copy)
            _effects.Add(new DnsListEffect.Keep(copy));
        var reached = new HashSet<ListUrl>();
        var waiting = new Queue<DnsList>(_lists.Where(known => known.Depth == 0));
        while (waiting.TryDequeue(out var next))
        {
            if (!reached.Add(next.Url))
                continue;
            foreach (var linked in next.Links.Select(url => _lists.Find(known => known.Url.Equals(url))).OfType<DnsList>())
                waiting.Enqueue(linked);
        }
        foreach (var gone in _lists.Where(known => !reached.Contains(known.Url)).ToArray())
        {
            _lists.Remove(gone);
            foreach (var id in _questions.Where(question => question.Value.List == gone).Select(question => question.Key).ToArray())
                _questions.Remove(id);
            _effects.Add(new DnsListEffect.Drop(gone.Url));
        }
        // What has left the lists may come back.
        if (_found.Count >= 2 * MaxEntries)
            _found.Clear();
    }

    int RoomOf(DnsList list) => MaxEntries - _lists.Where(other => other != list).Sum(other => other.Visited);

    TimeSpan? NextDue(TimeSpan now, bool isLimited)
    {
        if (_lists.Count == 0)
            return null;
        if (isLimited)
            return now + Rate.Interval;
        var due = _questions.Values.Select(question => question.Deadline);
        if (_questions.Count < MaxOutstanding)
            due = due.Concat(_lists.Select(list => list.RootDue)).Concat(_lists.Select(list => list.NextPending()).OfType<TimeSpan>());
        var earliest = due.Min();
        return earliest > now ? earliest : now + Rate.Interval;
    }

    DnsListEffect[] TakeEffects()
    {
        if (_effects.Count == 0)
            return [];
        DnsListEffect[] effects = [.. _effects];
        _effects.Clear();
        return effects;
    }

    sealed record Question(DnsList List, DnsList.Wanted? Wanted, TimeSpan Deadline);
}
