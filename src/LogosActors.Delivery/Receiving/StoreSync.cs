using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Receiving;

/// <summary>Asks a store for the messages of one shard's content topics that were missed (P2P-RELIABILITY §Store-based reliability for
/// receiving).</summary>
/// <remarks>
/// Pure: the caller passes time and answers in, and runs the effects. One round at a time, with one store: for each group of topics the
/// hashes since the store's mark, page by page to the end; of each page the messages that are not known, in batches; and when those are
/// taken, the next page. A round that has come to its end moves the store's mark to the time at which it began. A long one moves it before,
/// so that what is known needs not reach over all of it. Whatever fails ends the round, and the next one with that store goes on at its mark.
/// A round that fails amid its pages before any mark has moved makes the next ones ask for shorter spans of time, each to its end: a store
/// may not answer as many questions at once.
/// </remarks>
internal sealed class StoreSync(PubsubTopic shard, ReceivingOptions options, Random random)
{
    /// <summary>The most content topics of one question: what the Nim reference's archive takes.</summary>
    public const int MaxTopics = 10;

    /// <summary>How many messages are fetched with one question, at most: half as many after each failure, for a slow line.</summary>
    public const int MaxFetchCount = ArchiveQuery.MaxLimit;

    /// <summary>How many are fetched with one question at least.</summary>
    public const int MinFetchCount = 5;

    /// <summary>The most pages of one question, 1,000,000 messages; a store that has more fails the round, and the next one goes on.</summary>
    public const int MaxPages = 10_000;

    /// <summary>The most hashes of one round that the store does not yield the messages of.</summary>
    public const int MaxUnavailable = 1000;

    /// <summary>After how many messages the mark moves before the end of the round.</summary>
    public const int CheckpointCount = 1000;

    /// <summary>With more groups of topics than this the mark of each moves on its own: a store may not answer as many questions at once.</summary>
    const int FewGroups = 20;

    /// <summary>How many rounds try to get a message that stores name and do not yield.</summary>
    const int MaxTries = 3;

    const int MaxKnownUnavailable = 10_000;

    /// <summary>A span of time with fewer pages than this may well be longer.</summary>
    const int FewPages = 10;

    /// <summary>How many times shorter a span is than the one that was too long, and how many times longer than one that was not.</summary>
    const int SpanFactor = 4;

    static readonly TimeSpan ShortestBackoff = TimeSpan.FromSeconds(1);
    static readonly long ShortestSpan = UnixNanoseconds.Of(TimeSpan.FromSeconds(1));
    static readonly long LongestSpan = UnixNanoseconds.Of(TimeSpan.FromDays(1));

    readonly string _pubsubTopic = shard.ToString();
    readonly Dictionary<MessageHash, int> _unavailable = [];
    readonly HashSet<MessageHash> _cursors = [];
    readonly HashSet<MessageHash> _untaken = [];
    readonly Queue<MessageHash> _missing = [];
    readonly HashSet<MessageHash> _fetching = [];
    Queue<Group> _groups = [];
    Group? _group;
    IReadOnlyList<SyncTopic> _topics = [];
    long _end;
    long _from;
    long _to;
    long _span = long.MaxValue;
    long _reached;
    long _reachedOnPage;
    MessageHash? _next;
    int _pages;
    int _given;
    int _unavailableNow;
    bool _isIncomplete;
    bool _movesByGroup;
    bool _hasMoved;
    int _failures;
    int _fetchCount = MaxFetchCount;

    /// <summary>Whether a round is under way.</summary>
    public bool IsAsking => _group is not null;

    /// <summary>The topics that the last question was about, if the answer is a list of hashes; empty: it brings messages.</summary>
    public IReadOnlyList<SyncTopic> Listing => _group is { } group && _fetching.Count == 0 ? group.Topics : [];

    /// <summary>Begins a round, unless one is under way.</summary>
    /// <param name="topics">The content topics of the shard.</param>
    /// <param name="store">The store that is asked.</param>
    /// <param name="now">In nanoseconds since 1970 UTC.</param>
    public IReadOnlyList<StoreSyncEffect> Begin(IReadOnlyList<SyncTopic> topics, PeerId store, long now)
    {
        if (IsAsking)
            return [];
        if (topics.Count == 0)
            return [EndRound()];
        (_topics, _end, _unavailableNow, _isIncomplete, _hasMoved) = (topics, now, 0, false, false);
        _groups = new Queue<Group>(GroupsOf(topics, store, now));
        _movesByGroup = _groups.Count > FewGroups || _span < long.MaxValue;
        return [BeginGroup()];
    }

    /// <summary>The store has answered the last question.</summary>
    /// <param name="page">The answer.</param>
    /// <param name="received">What of a list of hashes (<see cref="Listing"/>) has been received.</param>
    /// <param name="lacking">What of it the node's own archive lacks, so that it is wanted although it was received; null: it has none.</param>
    public IReadOnlyList<StoreSyncEffect> Answered(StorePage page, IReadOnlySet<MessageHash> received, IReadOnlySet<MessageHash>? lacking = null)
    {
        if (_group is null)
            return [];
        return _fetching.Count > 0 ? Fetched(page) : Listed(page, received, lacking);
    }

    /// <summary>The store did not answer, or a message was not taken in time. Ends the round.</summary>
    /// <param name="reason">What happened, for people.</param>
    public IReadOnlyList<StoreSyncEffect> Failed(string reason) => IsAsking ? [Fail(reason)] : [];

    /// <summary>A message is taken.</summary>
    public IReadOnlyList<StoreSyncEffect> Taken(MessageHash hash) =>
        _group is not null && _untaken.Remove(hash) && _untaken.Count == 0 && _fetching.Count == 0 ? GoOn() : [];

    IReadOnlyList<StoreSyncEffect> Listed(StorePage page, IReadOnlySet<MessageHash> received, IReadOnlySet<MessageHash>? lacking)
    {
        _next = page.Cursor;
        if (page.Cursor is { } cursor && (page.Messages.Count == 0 || !_cursors.Add(cursor)))
            return [Fail("its pages lead nowhere")];
        if (++_pages > MaxPages)
            return [Fail($"it has more than {MaxPages} pages")];
        foreach (var hash in page.Messages.Select(listed => listed.Hash).Distinct())
        {
            if (_unavailable.GetValueOrDefault(hash) < MaxTries && (!received.Contains(hash) || lacking?.Contains(hash) == true))
                _missing.Enqueue(hash);
        }
        return GoOn();
    }

    IReadOnlyList<StoreSyncEffect> Fetched(StorePage page)
    {
        var effects = new List<StoreSyncEffect>(page.Messages.Count);
        foreach (var found in page.Messages)
        {
            // What was not asked for is nobody's.
            if (found.Message is not { } message || !IsWanted(found.PubsubTopic, message) || !IsTimely(message) || !_fetching.Remove(found.Hash))
                continue;
            _untaken.Add(found.Hash);
            _unavailable.Remove(found.Hash);
            _reachedOnPage = Math.Max(_reachedOnPage, Math.Min(message.Timestamp ?? 0, _to));
            effects.Add(new StoreSyncEffect.Give(found.Hash, message));
        }
        _given += effects.Count;
        foreach (var hash in _fetching)
        {
            // An answer that became too long is cut.
            if (page.Cursor is not null && effects.Count > 0)
                _missing.Enqueue(hash);
            else
                CountUnavailable(hash);
        }
        _fetching.Clear();
        if (_unavailableNow > MaxUnavailable)
            effects.Add(Fail("it names messages that it does not have"));
        return effects.Count > 0 ? effects : GoOn();
    }

    /// <summary>Fetches what is missing of the page, or goes to the next page, or group, or ends.</summary>
    IReadOnlyList<StoreSyncEffect> GoOn()
    {
        while (_fetching.Count < _fetchCount && _missing.TryDequeue(out var hash))
            _fetching.Add(hash);
        if (_fetching.Count > 0)
            return [new StoreSyncEffect.Ask(new ArchiveQuery { Hashes = [.. _fetching], Limit = ArchiveQuery.MaxLimit })];
        if (_next is null && _to == _end && _groups.Count == 0)
        {
            return _isIncomplete
                ? [Fail("it names messages that it does not have")]
                : [new StoreSyncEffect.Reached(_topics, IsWholeShard: true, _end), EndRound()];
        }
        _reached = _next is null ? _to : Math.Max(_reached, _reachedOnPage);
        if (_given < CheckpointCount && !(_next is null && (_movesByGroup || _to < _end)))
            return [NextQuestion()];
        if (_isIncomplete)
            return [Fail("it names messages that it does not have")];
        (_given, _hasMoved) = (0, true);
        if (_next is null && _pages < FewPages)
            LengthenSpan();
        return [new StoreSyncEffect.Reached(_group!.Topics, IsWholeShard: false, _reached), NextQuestion()];
    }

    StoreSyncEffect.Ask NextQuestion() =>
        _next is { } cursor ? new StoreSyncEffect.Ask(List(cursor)) : _to < _end ? BeginSpan(_to) : BeginGroup();

    StoreSyncEffect.Ask BeginGroup()
    {
        _group = _groups.Dequeue();
        return BeginSpan(_group.Start);
    }

    StoreSyncEffect.Ask BeginSpan(long from)
    {
        _cursors.Clear();
        (_from, _to) = (from, _end - from > _span ? from + _span : _end);
        (_pages, _given, _reached, _reachedOnPage, _next) = (0, 0, from, from, null);
        return new StoreSyncEffect.Ask(List(cursor: null));
    }

    ArchiveQuery List(MessageHash? cursor) => new()
    {
        PubsubTopic = _pubsubTopic,
        ContentTopics = [.. _group!.Topics.Select(topic => topic.Topic)],
        Start = _from,
        End = _to,
        Cursor = cursor,
        Limit = ArchiveQuery.MaxLimit,
        IncludesData = false,
    };

    bool IsWanted(string? pubsubTopic, WakuMessage message) =>
        string.Equals(pubsubTopic, _pubsubTopic, StringComparison.Ordinal)
        && _group!.Topics.Any(topic => string.Equals(topic.Topic, message.ContentTopic, StringComparison.Ordinal));

    /// <summary>Whether a message is of the time that was asked for, as far as it says: a store may name others.</summary>
    bool IsTimely(WakuMessage message) => message.Timestamp is not { } time || (time >= _from && time <= _to);

    void CountUnavailable(MessageHash hash)
    {
        if (_unavailable.Count >= MaxKnownUnavailable)
            _unavailable.Clear();
        var tries = _unavailable[hash] = _unavailable.GetValueOrDefault(hash) + 1;
        _unavailableNow++;
        _isIncomplete |= tries < MaxTries;
    }

    /// <summary>Groups topics that are asked for together: as many as a question takes, of like beginnings.</summary>
    IEnumerable<Group> GroupsOf(IReadOnlyList<SyncTopic> topics, PeerId store, long now)
    {
        var (horizon, overlap) = (UnixNanoseconds.Of(options.StoreHorizon), UnixNanoseconds.Of(options.StoreOverlap));
        Group? group = null;
        foreach (var (topic, start) in topics.Select(topic => (Topic: topic, Start: StartOf(topic))).OrderBy(pair => pair.Start))
        {
            if (group is null || group.Topics.Count == MaxTopics || start - group.Start > overlap)
            {
                if (group is not null)
                    yield return group;
                group = new Group(start);
            }
            group.Topics.Add(topic);
        }
        if (group is not null)
            yield return group;

        // The clock may have been set back.
        long StartOf(SyncTopic topic)
        {
            var start = Math.Max(topic.Since, Math.Min(topic.Marks.StartFor(store, horizon), now) - overlap);
            return topic.Floor < start ? start : topic.Floor + 1;
        }
    }

    StoreSyncEffect.Wait Fail(string reason)
    {
        var backoff = Math.Min(ShortestBackoff.TotalSeconds * Math.Pow(2, _failures++), options.StoreInterval.TotalSeconds);
        _fetchCount = Math.Max(MinFetchCount, _fetchCount / 2);
        if (!_hasMoved && _pages > 1)
            _span = Math.Max(ShortestSpan, (_to - _from) / SpanFactor);
        Reset();
        return new StoreSyncEffect.Wait(reason, TimeSpan.FromSeconds(backoff * (1 + 0.2 * random.NextDouble())));
    }

    StoreSyncEffect.Wait EndRound()
    {
        (_failures, _fetchCount) = (0, MaxFetchCount);
        LengthenSpan();
        Reset();
        return new StoreSyncEffect.Wait(null, options.StoreInterval * (0.8 + 0.4 * random.NextDouble()));
    }

    void LengthenSpan() => _span = _span < LongestSpan ? _span * SpanFactor : long.MaxValue;

    void Reset()
    {
        _group = null;
        _groups.Clear();
        _cursors.Clear();
        _missing.Clear();
        _fetching.Clear();
        _untaken.Clear();
    }

    sealed record Group(long Start)
    {
        public List<SyncTopic> Topics { get; } = [];
    }
}
