using System.Buffers;
using System.Net;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.TestKit.Network;

/// <summary>Connections between nodes of a simulation: latency, loss, reordering, bandwidth, partitions, crashes, all by the seed.</summary>
/// <remarks>A connection that ends is dialed again, after a second or two and then until it is there.</remarks>
internal sealed class GossipNetwork : IDisposable
{
    readonly record struct Transit(GossipLink To, ArraySegment<byte> Rpc);

    readonly Simulation _simulation;
    readonly Random _random;
    readonly Arrivals<Transit> _transits;
    readonly Arrivals<Action> _events;
    readonly List<GossipNode> _nodes = [];

    public GossipNetwork(Simulation simulation, NetworkConditions? conditions = null)
    {
        (_simulation, Conditions) = (simulation, conditions ?? new NetworkConditions());
        _random = simulation.CreateRandom("network");
        _transits = new Arrivals<Transit>(simulation.Time, Arrive);
        _events = new Arrivals<Action>(simulation.Time, act => act());
    }

    public NetworkConditions Conditions { get; set; }

    public IReadOnlyList<GossipNode> Nodes => _nodes;

    /// <summary>RPCs that were sent.</summary>
    public long Transmitted { get; private set; }

    /// <summary>Bytes of those.</summary>
    public long TransmittedBytes { get; private set; }

    /// <summary>Adds a node, which is down.</summary>
    /// <param name="id">Who it is; null: an id of its number.</param>
    /// <param name="address">Where it is; null: an address of its own.</param>
    public GossipNode Add(PeerId? id = null, IPAddress? address = null)
    {
        var number = _nodes.Count + 1;
        var node = new GossipNode(number, id ?? NumberedId(number), address ?? AddressOf(number));
        _nodes.Add(node);
        return node;
    }

    /// <summary>Adds a node without gossipsub: it says what the test makes it say.</summary>
    public GossipNode AddPuppet(Action<GossipLink> greet, HearRpc hear, IPAddress? address = null)
    {
        var number = _nodes.Count + 1;
        var node = new GossipNode(number, NumberedId(number), address ?? AddressOf(number)) { Greet = greet, Hear = hear };
        _nodes.Add(node);
        return node;
    }

    /// <summary>Connects two nodes, and again whenever the connection has ended.</summary>
    public void Keep(GossipNode dialer, GossipNode listener)
    {
        Connect(dialer, listener);
        if (!dialer.Links.ContainsKey(listener))
            DialAgain(dialer, listener);
    }

    /// <summary>The delay of something else than gossip between two nodes.</summary>
    public TimeSpan NextDelay() => Conditions.Latency.Next(Conditions.Latency.NextMedian(_random), _random);

    /// <summary>Connects two nodes, unless they are connected, down or apart.</summary>
    public void Connect(GossipNode dialer, GossipNode listener)
    {
        if (dialer == listener || dialer.Links.ContainsKey(listener) || !CanReach(dialer, listener))
            return;
        var median = Conditions.Latency.NextMedian(_random);
        var link = new GossipLink(this, dialer, listener, median) { IsDialer = true };
        var other = new GossipLink(this, listener, dialer, median) { Other = link };
        link.Other = other;
        // The listener may not have noticed yet that an earlier connection has ended.
        dialer.Links[listener] = link;
        listener.Links[dialer] = other;
        link.Open(PeerDirection.Outbound);
        other.Open(PeerDirection.Inbound);
        dialer.Greet?.Invoke(link);
        listener.Greet?.Invoke(other);
        dialer.Observer?.Invoke(link, true);
        listener.Observer?.Invoke(other, true);
    }

    /// <summary>Lets each of the nodes dial that many others among them.</summary>
    public void ConnectRandomly(IReadOnlyList<GossipNode> nodes, int dials)
    {
        foreach (var node in nodes)
        {
            for (var i = 0; i < dials; i++)
                Connect(node, nodes[_random.Next(nodes.Count)]);
        }
    }

    /// <summary>From now on only nodes of the same part reach each other.</summary>
    public void Partition(Func<GossipNode, int> part)
    {
        foreach (var node in _nodes)
            node.Part = part(node);
        var cut = _nodes.SelectMany(node => node.Links.Values).Where(link => !CanReach(link.Node, link.Peer)).ToList();
        After(Conditions.KeepAlive, () =>
        {
            foreach (var link in cut)
            {
                if (!CanReach(link.Node, link.Peer))
                    Break(link);
            }
        });
    }

    public void Heal()
    {
        foreach (var node in _nodes)
            node.Part = 0;
    }

    public void After(TimeSpan delay, Action action) => _events.Add(action, delay);

    /// <summary>Whether a link takes another RPC now; if not, it is told when it does.</summary>
    public bool TryBeginSend(GossipLink link)
    {
        if (Conditions.Bandwidth == 0 || link.Node.SentAt <= _simulation.Time.GetTimestamp() + Conditions.SendBuffer.Ticks)
            return true;
        _events.AddAt(link.BecomeWritable, link.Node.SentAt - (Conditions.SendBuffer.Ticks / 2));
        return false;
    }

    public void Transmit(GossipLink from, ReadOnlySpan<byte> rpc)
    {
        Transmitted++;
        TransmittedBytes += rpc.Length;
        var now = _simulation.Time.GetTimestamp();
        if (Conditions.Bandwidth > 0)
            now = from.Node.SentAt = Math.Max(now, from.Node.SentAt) + (rpc.Length * TimeSpan.TicksPerSecond / Conditions.Bandwidth);
        if (!from.IsOpen || !CanReach(from.Node, from.Peer) || Chance(Conditions.Loss))
            return;
        var arrival = now + Conditions.Latency.Next(from.Median, _random).Ticks;
        if (!Chance(Conditions.Reordering))
            arrival = from.LastArrival = Math.Max(arrival, from.LastArrival);
        var copy = ArrayPool<byte>.Shared.Rent(rpc.Length);
        rpc.CopyTo(copy);
        _transits.AddAt(new Transit(from.Other, new ArraySegment<byte>(copy, 0, rpc.Length)), arrival);
    }

    /// <summary>Brings something else than gossip from node to node, on a stream of its own; it may be lost like an RPC.</summary>
    public void Carry(GossipNode from, GossipNode to, Action arrive)
    {
        if (!CanReach(from, to) || Chance(Conditions.Loss))
            return;
        After(NextDelay(), () =>
        {
            if (CanReach(from, to))
                arrive();
        });
    }

    /// <summary>A node has closed its end.</summary>
    public void Closed(GossipLink link, DisconnectReason reason)
    {
        link.Forget();
        // Who crashes says nothing; others close the connection properly.
        After(reason is DisconnectReason.Stopped ? Conditions.KeepAlive : link.Median, () =>
        {
            link.Other.Forget();
            link.Other.Break();
        });
        if (reason is DisconnectReason.Stopped or DisconnectReason.RouterRestarted)
            DialAgain(link.Node, link.Peer);
    }

    public void Dispose()
    {
        _transits.Dispose();
        _events.Dispose();
    }

    public static bool CanReach(GossipNode a, GossipNode b) => a.Part == b.Part && a.IsUp && b.IsUp;

    static IPAddress AddressOf(int number) => new([10, (byte)(number >> 16), (byte)(number >> 8), (byte)number]);

    static PeerId NumberedId(int number) =>
        PeerId.TryDecode([0, 4, (byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number], out var id, out _)
            ? id
            : throw new InvalidOperationException("The bytes are a multihash.");

    bool Chance(double probability) => probability > 0 && _random.NextDouble() < probability;

    void Arrive(Transit transit)
    {
        if (transit.To.IsOpen && CanReach(transit.To.Node, transit.To.Peer))
            transit.To.Arrive(transit.Rpc);
        else
            ArrayPool<byte>.Shared.Return(transit.Rpc.Array!);
    }

    void Break(GossipLink link)
    {
        if (link.IsOpen)
            DialAgain(link.Node, link.Peer);
        foreach (var end in new[] { link, link.Other })
        {
            end.Forget();
            end.Break();
        }
    }

    void DialAgain(GossipNode dialer, GossipNode listener) => After(TimeSpan.FromSeconds(1 + _random.NextDouble()), () =>
    {
        Connect(dialer, listener);
        if (!dialer.Links.ContainsKey(listener))
            DialAgain(dialer, listener);
    });
}
