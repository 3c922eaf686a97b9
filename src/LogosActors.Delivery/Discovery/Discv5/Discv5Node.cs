using System.Net;
using System.Net.Sockets;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>A node of discv5 v5.1: it keeps a table of others, answers them, and walks through the network at random to find more.</summary>
/// <remarks>
/// Pure: datagrams, time and commands go in, effects come out; the caller calls <see cref="Tick"/> at <see cref="Due"/>. What it holds is
/// bounded: sessions and open handshakes in <see cref="SessionLayer"/>, nodes in <see cref="RoutingTable"/>, <see cref="MaxRequests"/>
/// requests, <see cref="MaxLookups"/> lookups. A record is taken only from an answer to a request of this node, at a distance that it asked
/// for, with an address that its sender may know; a node that shakes hands comes into the table at the address that its record names, and no
/// other. Only nodes that have answered are named to others.
/// </remarks>
internal sealed partial class Discv5Node : IDisposable
{
    /// <summary>Requests that wait for their answer.</summary>
    public const int MaxRequests = 64;

    /// <summary>Lookups under way.</summary>
    public const int MaxLookups = 4;

    /// <summary>Records of an answer to a request (discv5 wire §FINDNODE).</summary>
    public const int MaxRecords = 16;

    /// <summary>Packets of an answer that are read.</summary>
    /// <value>6: 16 records of the largest size take as many packets of three.</value>
    public const int MaxPackets = 6;

    /// <summary>Nodes that were found, of which the version is remembered.</summary>
    public const int MaxAnnounced = 4096;

    /// <summary>New nodes that are checked at once.</summary>
    const int MaxChecks = 4;

    readonly Discv5Options _options;
    readonly NodeKey _key;
    readonly Random _random;
    readonly Action<Memory<byte>> _secureRandom;
    readonly SessionLayer _sessions;
    readonly RoutingTable _table;
    readonly RecordCache _records;
    readonly AddressVotes _votes = new();
    readonly Dictionary<ulong, Request> _requests = [];
    readonly List<Lookup> _lookups = [];
    readonly Queue<NodeId> _unchecked = new();
    readonly RecentTable<NodeId, ulong> _announced = new(MaxAnnounced);
    readonly List<SessionEffect> _sessionEffects = [];
    readonly List<Discv5Effect> _effects = [];
    NodeRecord _self;
    TimeSpan _nextWalk;
    TimeSpan _nextCheck;
    TimeSpan _pause;

    /// <summary>A node.</summary>
    /// <param name="key">Its key, which stays the caller's.</param>
    /// <param name="self">Its record.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="random">What is asked next.</param>
    /// <param name="secureRandom">Fills memory with bytes that nobody can guess.</param>
    /// <param name="records">Reads records; null: a cache of its own.</param>
    public Discv5Node(
        NodeKey key, NodeRecord self, Discv5Options options, Random random, Action<Memory<byte>> secureRandom, RecordCache? records = null)
    {
        (_key, _self, _options, _random, _secureRandom, _records) = (key, self, options, random, secureRandom, records ?? new RecordCache());
        _pause = options.SearchInterval;
        _table = new RoutingTable(key.Id);
        _sessions = new SessionLayer(key, () => _self, FindRecord, _records, secureRandom, options);
        foreach (var record in options.Bootstrap)
            Add(record);
    }

    /// <summary>When to call <see cref="Tick"/>.</summary>
    public TimeSpan Due { get; private set; }

    /// <summary>The nodes of the table.</summary>
    public IEnumerable<TableNode> Nodes => _table.Nodes;

    /// <summary>How many peers share keys with this node.</summary>
    public int Sessions => _sessions.Sessions;

    /// <summary>Packets that were dropped because their address sends too many.</summary>
    public long Limited => _sessions.Limited;

    /// <summary>Whether nodes are searched for: random lookups come one after the other, and not only to keep the table fresh.</summary>
    public bool IsSearching { get; private set; } = true;

    /// <summary>The record has changed.</summary>
    public void SetSelf(NodeRecord record) => _self = record;

    /// <summary>Offers a node that was learned of elsewhere, such as from a connected peer or a list in DNS.</summary>
    public void Add(NodeRecord record)
    {
        if (EndPointOf(record) is { } endpoint)
            Offer(record, endpoint);
    }

    /// <summary>Begins or ends a search.</summary>
    public IReadOnlyList<Discv5Effect> Search(bool isSearching, TimeSpan now)
    {
        if (isSearching != IsSearching)
            _nextWalk = isSearching ? now : now + _options.RefreshInterval;
        _pause = _options.SearchInterval;
        IsSearching = isSearching;
        return Tick(now);
    }

    /// <summary>Looks for the nodes nearest to an id.</summary>
    public IReadOnlyList<Discv5Effect> LookUp(NodeId target, TimeSpan now)
    {
        if (_lookups.Count < MaxLookups)
            _lookups.Add(new Lookup(target, Seeds(target)));
        return Tick(now);
    }

    /// <summary>A datagram has come.</summary>
    /// <param name="datagram">The datagram.</param>
    /// <param name="from">Where it comes from, as it says.</param>
    /// <param name="now">The time.</param>
    public IReadOnlyList<Discv5Effect> Receive(ReadOnlySpan<byte> datagram, IPEndPoint from, TimeSpan now)
    {
        _sessions.Receive(datagram, from, now, _sessionEffects);
        Run(now);
        return Tick(now);
    }

    /// <summary>Time has passed.</summary>
    public IReadOnlyList<Discv5Effect> Tick(TimeSpan now)
    {
        foreach (var (id, request) in _requests.Where(request => request.Value.Deadline <= now).ToArray())
        {
            _requests.Remove(id);
            End(request);
        }
        Maintain(now);
        foreach (var lookup in _lookups.ToArray())
            Advance(lookup, now);
        Run(now);
        Due = NextDue(now);
        if (_effects.Count == 0)
            return [];
        Discv5Effect[] effects = [.. _effects];
        _effects.Clear();
        return effects;
    }

    /// <summary>Wipes the keys of sessions.</summary>
    public void Dispose() => _sessions.Dispose();

    void Maintain(TimeSpan now)
    {
        while (_unchecked.Count > 0 && _requests.Values.Count(request => request.Lookup is null) < MaxChecks)
        {
            if (_table.Find(_unchecked.Dequeue()) is { IsLive: false } node)
                Ping(node, now);
        }
        if (now >= _nextCheck)
        {
            _nextCheck = now + (_options.MaxCheckInterval * _random.NextDouble());
            var live = _table.Nodes.Where(node => node.IsLive).ToArray();
            if (live.Length > 0)
                Ping(live[_random.Next(live.Length)], now);
        }
        if (now >= _nextWalk && _lookups.Count < MaxLookups)
        {
            _nextWalk = now + (IsSearching ? _pause : _options.RefreshInterval);
            _pause = _pause * 2 < _options.MaxSearchInterval ? _pause * 2 : _options.MaxSearchInterval;
            if (_table.Count == 0)
            {
                foreach (var record in _options.Bootstrap)
                    Add(record);
            }
            var target = new byte[NodeId.Length];
            _random.NextBytes(target);
            _lookups.Add(new Lookup(new NodeId(target), Seeds(new NodeId(target))));
        }
    }

    void Advance(Lookup lookup, TimeSpan now)
    {
        while (_requests.Count < MaxRequests && lookup.Take() is { } next)
        {
            if (EndPointOf(next) is { } endpoint)
                FindNodes(next, endpoint, [.. Lookup.DistancesFrom(next.Id, lookup.Target)], lookup, now);
            else
                lookup.Failed(next.Id);
        }
        if (!lookup.IsDone)
            return;
        _lookups.Remove(lookup);
        _effects.Add(new Discv5Effect.LookedUp(lookup.Target, [.. lookup.Result]));
    }

    IEnumerable<NodeRecord> Seeds(NodeId target)
    {
        var known = _table.Closest(target, Lookup.ResultSize).ToArray();
        return known.Length >= Lookup.Concurrency ? known : known.Concat(_options.Bootstrap.Where(record => record.Id != _key.Id));
    }

    NodeRecord? FindRecord(NodeId id) =>
        _table.Find(id)?.Record ?? _options.Bootstrap.FirstOrDefault(record => record.Id == id);

    void Offer(NodeRecord record, IPEndPoint endpoint)
    {
        if (_table.Offer(record, endpoint) is { } added)
            Check(added);
    }

    void Check(TableNode node)
    {
        if (_unchecked.Count < RoutingTable.BucketSize * RoutingTable.BucketSize)
            _unchecked.Enqueue(node.Record.Id);
    }

    void Announce(NodeRecord record)
    {
        if (_announced.TryGet(record.Id, out var sequence) && sequence >= record.Sequence)
            return;
        _announced.Set(record.Id, record.Sequence);
        _pause = _options.SearchInterval;
        _effects.Add(new Discv5Effect.Found(record));
    }

    void Reached(NodeId id)
    {
        _table.Answered(id);
        if (_table.Find(id) is { } node)
            _effects.Add(new Discv5Effect.Reached(node.Record));
    }

    /// <summary>Where a node answers, by the addresses that this one can send to.</summary>
    IPEndPoint? EndPointOf(NodeRecord record)
    {
        var ip4 = record.UdpEndPointOf(AddressFamily.InterNetwork);
        return ip4 is not null && ip4.Port != 0 ? ip4 : _options.UsesIpv6 ? record.UdpEndPointOf(AddressFamily.InterNetworkV6) : null;
    }

    /// <summary>Whether a node may be at an address that somebody else names: nobody outside of a private network knows who is in it, and
    /// whoever names the loopback to another machine makes that machine talk to itself.</summary>
    bool MayName(IPAddress address, IPAddress by) =>
        PublicAddress.Is(address)
        || (_options.AllowPrivateAddresses && !PublicAddress.Is(by) && IsUnicast(address) && (!IPAddress.IsLoopback(address) || IPAddress.IsLoopback(by)));

    static bool IsUnicast(IPAddress address) =>
        !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) && !address.Equals(IPAddress.Broadcast)
        && !address.IsIPv6Multicast && address.GetAddressBytes() is not [>= 224, _, _, _];

    TimeSpan NextDue(TimeSpan now)
    {
        var due = _nextWalk < _nextCheck ? _nextWalk : _nextCheck;
        foreach (var request in _requests.Values)
            due = request.Deadline < due ? request.Deadline : due;
        return due > now ? due : now + TimeSpan.FromMilliseconds(100);
    }
}
