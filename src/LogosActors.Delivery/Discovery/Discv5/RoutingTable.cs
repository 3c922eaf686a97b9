using System.Net;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>The nodes that a node knows, by their distance (discv5 theory §Node Table).</summary>
/// <remarks>
/// Pure. 256 buckets of <see cref="BucketSize"/> nodes and <see cref="MaxReplacements"/> that take the place of one that is gone: whoever
/// answers stays, so nobody pushes good nodes out by naming many others. Of one network of public addresses (IPv4 /24, IPv6 /64) there are
/// two in a bucket and ten in all, so that to surround a node takes addresses in many networks.
/// </remarks>
/// <param name="self">Whose table it is.</param>
internal sealed class RoutingTable(NodeId self)
{
    /// <summary>Nodes of a bucket, and their replacements (discv5 theory §Node Table, k; geth p2p/discover).</summary>
    public const int BucketSize = 16, MaxReplacements = 10;

    /// <summary>Nodes of one network in a bucket, and in all (geth p2p/discover, bucketIPLimit and tableIPLimit).</summary>
    public const int MaxOfNetworkInBucket = 2, MaxOfNetwork = 10;

    /// <summary>How often in a row a node that has answered before may fail to.</summary>
    public const int MaxFailures = 2;

    readonly Bucket[] _buckets = [.. Enumerable.Range(0, 256).Select(_ => new Bucket())];
    readonly Dictionary<NodeId, TableNode> _nodes = [];
    readonly Dictionary<IPAddress, int> _networks = [];

    /// <summary>The nodes of the buckets, without their replacements.</summary>
    public int Count => _nodes.Count;

    /// <summary>The nodes of the buckets, in no order.</summary>
    public IEnumerable<TableNode> Nodes => _nodes.Values;

    /// <summary>Finds a node of the buckets.</summary>
    public TableNode? Find(NodeId id) => _nodes.GetValueOrDefault(id);

    /// <summary>Offers a node. A newer record of one that is known takes the place of the older one.</summary>
    /// <param name="record">Its record.</param>
    /// <param name="endpoint">Where it answers.</param>
    /// <returns>The node, when it has come into a bucket just now.</returns>
    public TableNode? Offer(NodeRecord record, IPEndPoint endpoint)
    {
        if (record.Id == self)
            return null;
        if (_nodes.TryGetValue(record.Id, out var known))
        {
            if (record.Sequence > known.Record.Sequence)
                Update(known, record, endpoint);
            return null;
        }
        var bucket = BucketOf(record.Id);
        var index = bucket.Replacements.FindIndex(node => node.Record.Id == record.Id);
        if (index >= 0 && bucket.Replacements[index].Record.Sequence >= record.Sequence)
            return null;
        if (index >= 0)
            bucket.Replacements.RemoveAt(index);
        var offered = new TableNode(record, endpoint);
        if (bucket.Nodes.Count < BucketSize && TryInsert(bucket, offered))
            return offered;
        if (bucket.Replacements.Count == MaxReplacements)
            bucket.Replacements.RemoveAt(0);
        bucket.Replacements.Add(offered);
        return null;
    }

    /// <summary>A node has answered.</summary>
    public void Answered(NodeId id)
    {
        if (_nodes.TryGetValue(id, out var node))
            (node.IsLive, node.Failures) = (true, 0);
    }

    /// <summary>A node has not answered. One that never has goes at once, another after <see cref="MaxFailures"/>.</summary>
    /// <returns>The replacement that has taken its place; null: none.</returns>
    public TableNode? Failed(NodeId id)
    {
        if (!_nodes.TryGetValue(id, out var node) || (node.IsLive && ++node.Failures < MaxFailures))
            return null;
        var bucket = BucketOf(id);
        Remove(bucket, node);
        for (var i = bucket.Replacements.Count - 1; i >= 0; i--)
        {
            var replacement = bucket.Replacements[i];
            if (!TryInsert(bucket, replacement))
                continue;
            bucket.Replacements.RemoveAt(i);
            return replacement;
        }
        return null;
    }

    /// <summary>The nodes nearest to an id, nearest first.</summary>
    /// <param name="target">The id.</param>
    /// <param name="count">How many at most.</param>
    public IEnumerable<NodeRecord> Closest(NodeId target, int count) =>
        _nodes.Values.Select(node => node.Record)
            .Order(Comparer<NodeRecord>.Create((left, right) => target.CompareDistance(left.Id, right.Id))).Take(count);

    /// <summary>The nodes at a distance that have answered: only they may be named to others (discv5 theory §Table Maintenance).</summary>
    /// <param name="distance">1 – 256.</param>
    public IEnumerable<TableNode> LiveAt(int distance) => _buckets[distance - 1].Nodes.Where(node => node.IsLive);

    /// <summary>What of an address is counted together; null: it is not counted.</summary>
    public static IPAddress? NetworkOf(IPAddress address)
    {
        if (!PublicAddress.Is(address))
            return null;
        var bytes = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
        bytes.AsSpan(bytes.Length == 4 ? 3 : 8).Clear();
        return new IPAddress(bytes);
    }

    Bucket BucketOf(NodeId id) => _buckets[self.LogDistanceTo(id) - 1];

    void Update(TableNode node, NodeRecord record, IPEndPoint endpoint)
    {
        if (node.EndPoint.Equals(endpoint))
        {
            node.Record = record;
            return;
        }
        // At another address it is somebody who has not answered yet.
        var bucket = BucketOf(record.Id);
        Remove(bucket, node);
        TryInsert(bucket, new TableNode(record, endpoint));
    }

    bool TryInsert(Bucket bucket, TableNode node)
    {
        if (NetworkOf(node.EndPoint.Address) is { } network)
        {
            if (_networks.GetValueOrDefault(network) >= MaxOfNetwork
                || bucket.Nodes.Count(other => network.Equals(NetworkOf(other.EndPoint.Address))) >= MaxOfNetworkInBucket)
                return false;
            _networks[network] = _networks.GetValueOrDefault(network) + 1;
        }
        bucket.Nodes.Add(node);
        _nodes.Add(node.Record.Id, node);
        return true;
    }

    void Remove(Bucket bucket, TableNode node)
    {
        bucket.Nodes.Remove(node);
        _nodes.Remove(node.Record.Id);
        if (NetworkOf(node.EndPoint.Address) is { } network && --_networks[network] == 0)
            _networks.Remove(network);
    }

    sealed class Bucket
    {
        public List<TableNode> Nodes { get; } = [];

        public List<TableNode> Replacements { get; } = [];
    }
}

/// <summary>A node of a <see cref="RoutingTable"/>.</summary>
internal sealed class TableNode(NodeRecord record, IPEndPoint endpoint)
{
    /// <summary>Its newest record.</summary>
    public NodeRecord Record { get; set; } = record;

    /// <summary>Where it answers.</summary>
    public IPEndPoint EndPoint => endpoint;

    /// <summary>Whether it has answered, there.</summary>
    public bool IsLive { get; set; }

    /// <summary>How often in a row it has not answered.</summary>
    public int Failures { get; set; }
}
