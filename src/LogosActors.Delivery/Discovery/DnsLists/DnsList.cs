namespace LogosActors.Delivery.Discovery.DnsLists;

/// <summary>What is known of one list, and what of it is still to be asked for. Pure; driven by <see cref="DnsListClient"/>.</summary>
/// <param name="url">The list.</param>
/// <param name="depth">How many links lead to it: 0 for a configured one.</param>
internal sealed class DnsList(ListUrl url, int depth)
{
    readonly Dictionary<TreeHash, Known> _entries = [];
    readonly HashSet<TreeHash> _visited = [];
    readonly List<Wanted> _pending = [];
    readonly List<Wanted> _missing = [];

    /// <summary>Where the list is.</summary>
    public ListUrl Url => url;

    /// <summary>How many links lead to it.</summary>
    public int Depth => depth;

    /// <summary>The newest root with a valid signature.</summary>
    public TreeRoot? Root { get; private set; }

    /// <summary>When the root is asked for again.</summary>
    public TimeSpan RootDue { get; set; }

    /// <summary>How often in a row the root, or what it leads to, was not to be had.</summary>
    public int Failures { get; set; }

    /// <summary>Entries that were not to be had since the root was asked for.</summary>
    public int LeafFailures { get; set; }

    /// <summary>Questions about the list that are not answered yet.</summary>
    public int Outstanding { get; set; }

    /// <summary>Entries of the current tree, those that are still asked for among them.</summary>
    public int Visited => _visited.Count;

    /// <summary>Whether anything is still to be asked for.</summary>
    public bool IsPending => _pending.Count > 0;

    /// <summary>Whether all that the root leads to is known, or given up, and nobody has said so yet.</summary>
    public bool IsComplete => Root is not null && !_isSettled && _pending.Count == 0 && Outstanding == 0;

    bool _isSettled = true;

    /// <summary>The other lists that this one links to.</summary>
    public IEnumerable<ListUrl> Links =>
        _entries.Where(known => _visited.Contains(known.Key)).Select(known => known.Value.Entry).OfType<TreeEntry.Link>().Select(link => link.Url);

    /// <summary>Goes through a root's tree: what is known of it is not asked for again.</summary>
    /// <param name="root">A root that is not older than the one before.</param>
    /// <param name="room">How many entries there is room for.</param>
    /// <param name="accept">Called with each entry that is known.</param>
    public void Begin(TreeRoot root, int room, Action<TreeEntry> accept)
    {
        Root = root;
        _isSettled = false;
        _visited.Clear();
        _pending.Clear();
        _missing.Clear();
        Add(root.Nodes, isLink: false, room, accept);
        Add(root.Links, isLink: true, room, accept);
    }

    /// <summary>The root is the same as before: what was given up is tried once more.</summary>
    public void Retry()
    {
        if (_missing.Count == 0)
            return;
        _isSettled = false;
        _pending.AddRange(_missing.Select(wanted => wanted with { Tries = 0, NotBefore = TimeSpan.Zero }));
        _missing.Clear();
    }

    /// <summary>Takes an entry to ask for, in random order.</summary>
    /// <returns>Null when there is none at this time.</returns>
    public Wanted? Take(TimeSpan now, Random random)
    {
        if (_pending.Count == 0)
            return null;
        var start = random.Next(_pending.Count);
        for (var i = 0; i < _pending.Count; i++)
        {
            var index = (start + i) % _pending.Count;
            var wanted = _pending[index];
            if (wanted.NotBefore > now)
                continue;
            _pending.RemoveAt(index);
            return wanted;
        }
        return null;
    }

    /// <summary>When the next entry may be asked for.</summary>
    public TimeSpan? NextPending() => _pending.Count == 0 ? null : _pending.Min(wanted => wanted.NotBefore);

    /// <summary>An entry was not to be had.</summary>
    public void Failed(Wanted wanted, int maxTries, TimeSpan wait, TimeSpan now)
    {
        if (!_visited.Contains(wanted.Hash))
            return;
        var tried = wanted with { Tries = wanted.Tries + 1, NotBefore = now + wait };
        (tried.Tries < maxTries ? _pending : _missing).Add(tried);
    }

    /// <summary>An entry has come, and its hash is right.</summary>
    /// <param name="wanted">What was asked for.</param>
    /// <param name="text">Its text.</param>
    /// <param name="entry">What it says; null when that is nothing.</param>
    /// <param name="room">How many entries there is room for.</param>
    /// <param name="accept">Called with it, and with each known entry that it leads to.</param>
    public void Accept(Wanted wanted, string text, TreeEntry? entry, int room, Action<TreeEntry> accept)
    {
        if (!_visited.Contains(wanted.Hash))
            return;
        _entries[wanted.Hash] = new Known(text, entry);
        Use(entry, wanted.IsLink, room, accept);
    }

    /// <summary>All is known: what the tree no longer has is forgotten.</summary>
    public void Settle()
    {
        _isSettled = true;
        foreach (var hash in _entries.Keys.Where(hash => !_visited.Contains(hash)).ToArray())
            _entries.Remove(hash);
    }

    /// <summary>Remembers entries without asking for them; each is verified by its hash when a root leads to it.</summary>
    public void Remember(IEnumerable<string> texts)
    {
        foreach (var text in texts)
            _entries[TreeHash.Of(text)] = new Known(text, TreeEntry.TryParse(text, out var entry, out _) ? entry : null);
    }

    /// <summary>A copy of what is known.</summary>
    public DnsListCopy? Copy() => Root is null ? null : new DnsListCopy(Url.ToString(), Root.Text, [.. _entries.Values.Select(known => known.Text)]);

    void Add(TreeHash hash, bool isLink, int room, Action<TreeEntry> accept)
    {
        // A hash that was visited is a cycle, or stands in two branches.
        if (_visited.Count >= room || !_visited.Add(hash))
            return;
        if (_entries.TryGetValue(hash, out var known))
            Use(known.Entry, isLink, room, accept);
        else
            _pending.Add(new Wanted(hash, isLink, 0, TimeSpan.Zero));
    }

    void Use(TreeEntry? entry, bool isLink, int room, Action<TreeEntry> accept)
    {
        switch (entry)
        {
            case TreeEntry.Branch branch:
                foreach (var child in branch.Children)
                    Add(child, isLink, room, accept);
                break;
            // Each kind may only stand in its own subtree (EIP-1459 §DNS Record Structure).
            case TreeEntry.Node when !isLink:
            case TreeEntry.Link when isLink:
                accept(entry);
                break;
        }
    }

    /// <summary>An entry that is to be asked for.</summary>
    internal sealed record Wanted(TreeHash Hash, bool IsLink, int Tries, TimeSpan NotBefore);

    sealed record Known(string Text, TreeEntry? Entry);
}
