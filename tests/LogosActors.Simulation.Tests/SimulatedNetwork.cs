using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using LogosActors.Actors;
using LogosActors.Actors.TestKit;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Simulation.Tests;

/// <summary>Nodes and connections on a deterministic host: latency, loss, reordering, bandwidth, partitions, crashes, all by the host's seed.</summary>
/// <remarks>A connection that ends is dialled again, after a second or two and then as often as it takes.</remarks>
sealed class SimulatedNetwork : IDisposable
{
    const int NetworkStream = 0x6e6574;

    readonly record struct Transit(SimulatedLink To, ArraySegment<byte> Rpc);

    readonly DeterministicHost _host;
    readonly Random _random;
    readonly Arrivals<Transit> _transits;
    readonly Arrivals<Action> _events;
    readonly List<SimulatedNode> _nodes = [];
    readonly List<Publication> _publications = [];

    public SimulatedNetwork(DeterministicHost host, NetworkConditions? conditions = null)
    {
        (_host, Conditions) = (host, conditions ?? new NetworkConditions());
        _random = new Random(host.Seed ^ NetworkStream);
        _transits = new Arrivals<Transit>(host.Time, Arrive);
        _events = new Arrivals<Action>(host.Time, act => act());
    }

    public NetworkConditions Conditions { get; set; }

    public IReadOnlyList<SimulatedNode> Nodes => _nodes;

    public IReadOnlyList<Publication> Publications => _publications;

    public TimeSpan Now => _host.Time.Elapsed;

    /// <summary>RPCs that were handed to the network.</summary>
    public long Transmitted { get; private set; }

    /// <summary>Bytes of those.</summary>
    public long TransmittedBytes { get; private set; }

    /// <summary>A node that runs gossipsub and is up.</summary>
    public SimulatedNode Add(GossipsubOptions options, IPAddress? address = null)
    {
        var node = new SimulatedNode(_nodes.Count + 1, address ?? NextAddress()) { Settings = new GossipsubSettings { Options = options } };
        _nodes.Add(node);
        node.Subscriber = _host.System.Spawn(Props.Create(() => new NotingActor(this, node)), $"subscriber-{node.Number}");
        Start(node);
        return node;
    }

    /// <summary>A node without gossipsub: it says what the test makes it say.</summary>
    public SimulatedNode AddPuppet(Action<SimulatedLink> greet, HearRpc hear, IPAddress? address = null)
    {
        var node = new SimulatedNode(_nodes.Count + 1, address ?? NextAddress()) { Greet = greet, Hear = hear };
        _nodes.Add(node);
        return node;
    }

    public static void Subscribe(string topic, params IEnumerable<SimulatedNode> nodes)
    {
        foreach (var node in nodes)
        {
            node.Topics.Add(topic);
            node.Gossipsub!.Tell(new Gossip.Subscribe(topic, node.Subscriber!));
        }
    }

    /// <summary>Publishes a message with a number of its own, and of the given size in bytes (≥ 4).</summary>
    public Publication Publish(SimulatedNode node, string topic, int size = 64)
    {
        var publication = new Publication(_publications.Count, node, topic, Now);
        _publications.Add(publication);
        node.NoteDelivery(publication.Number);
        var data = new byte[size];
        BinaryPrimitives.WriteInt32BigEndian(data, publication.Number);
        node.Gossipsub!.Tell(new Gossip.Publish(topic, data));
        return publication;
    }

    public void NoteDelivery(SimulatedNode node, ReadOnlySpan<byte> data)
    {
        var number = BinaryPrimitives.ReadInt32BigEndian(data);
        if (node.NoteDelivery(number))
            _publications[number].Note(Now);
    }

    /// <summary>Joins two nodes, unless they are joined, down or apart.</summary>
    public void Connect(SimulatedNode dialler, SimulatedNode listener)
    {
        if (dialler == listener || dialler.Links.ContainsKey(listener) || !CanReach(dialler, listener))
            return;
        var median = Conditions.Latency.NextMedian(_random);
        var link = new SimulatedLink(this, dialler, listener, median);
        var other = new SimulatedLink(this, listener, dialler, median) { Other = link };
        link.Other = other;
        // The listener may not have noticed yet that an earlier connection has ended.
        dialler.Links[listener] = link;
        listener.Links[dialler] = other;
        link.Open(PeerDirection.Outbound);
        other.Open(PeerDirection.Inbound);
        dialler.Greet?.Invoke(link);
        listener.Greet?.Invoke(other);
    }

    /// <summary>Each of the nodes dials that many others among them.</summary>
    public void ConnectRandomly(IReadOnlyList<SimulatedNode> nodes, int dials)
    {
        foreach (var node in nodes)
        {
            for (var i = 0; i < dials; i++)
                Connect(node, nodes[_random.Next(nodes.Count)]);
        }
    }

    /// <summary>From now on only nodes of the same part reach each other.</summary>
    public void Partition(Func<SimulatedNode, int> part)
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

    /// <summary>The node is gone at once, with all that it knew; its peers notice later.</summary>
    public void Crash(SimulatedNode node)
    {
        _host.System.Stop(node.Gossipsub!);
        node.Gossipsub = null;
    }

    /// <summary>A crashed node is up again and knows only what it subscribes to.</summary>
    public void Restart(SimulatedNode node)
    {
        Start(node);
        foreach (var topic in node.Topics)
            node.Gossipsub!.Tell(new Gossip.Subscribe(topic, node.Subscriber!));
    }

    public void After(TimeSpan delay, Action action) => _events.Add(action, delay);

    /// <summary>Whether a link takes another RPC now; if not, it is told when it does.</summary>
    public bool TryBeginSend(SimulatedLink link)
    {
        if (Conditions.Bandwidth == 0 || link.Node.SentAt <= _host.Time.GetTimestamp() + Conditions.SendBuffer.Ticks)
            return true;
        _events.AddAt(link.BecomeWritable, link.Node.SentAt - (Conditions.SendBuffer.Ticks / 2));
        return false;
    }

    public void Transmit(SimulatedLink from, ReadOnlySpan<byte> rpc)
    {
        Transmitted++;
        TransmittedBytes += rpc.Length;
        var now = _host.Time.GetTimestamp();
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
    public void Carry(SimulatedNode from, SimulatedNode to, Action arrive)
    {
        if (!CanReach(from, to) || Chance(Conditions.Loss))
            return;
        After(Conditions.Latency.Next(Conditions.Latency.NextMedian(_random), _random), () =>
        {
            if (CanReach(from, to))
                arrive();
        });
    }

    /// <summary>A node has closed its end.</summary>
    public void Closed(SimulatedLink link, DisconnectReason reason)
    {
        Forget(link);
        link.Discard();
        // Who crashes says nothing; others close the connection properly.
        After(reason is DisconnectReason.Stopped ? Conditions.KeepAlive : link.Median, () =>
        {
            Forget(link.Other);
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

    static bool CanReach(SimulatedNode a, SimulatedNode b) => a.Part == b.Part && a.IsUp && b.IsUp;

    static IPAddress AddressOf(int number) => new([10, (byte)(number >> 16), (byte)(number >> 8), (byte)number]);

    IPAddress NextAddress() => AddressOf(_nodes.Count + 1);

    bool Chance(double probability) => probability > 0 && _random.NextDouble() < probability;

    void Start(SimulatedNode node)
    {
        node.BeginLife();
        node.Gossipsub = _host.System.Spawn(GossipsubActor.Create(node.Settings!));
    }

    void Arrive(Transit transit)
    {
        if (transit.To.IsOpen && CanReach(transit.To.Node, transit.To.Peer))
            transit.To.Arrive(transit.Rpc);
        else
            ArrayPool<byte>.Shared.Return(transit.Rpc.Array!);
    }

    void Break(SimulatedLink link)
    {
        if (link.IsOpen)
            DialAgain(link.Node, link.Peer);
        foreach (var end in new[] { link, link.Other })
        {
            Forget(end);
            end.Break();
        }
    }

    static void Forget(SimulatedLink link)
    {
        if (link.Node.Links.TryGetValue(link.Peer, out var current) && current == link)
            link.Node.Links.Remove(link.Peer);
    }

    void DialAgain(SimulatedNode dialler, SimulatedNode listener) => After(TimeSpan.FromSeconds(1 + _random.NextDouble()), () =>
    {
        Connect(dialler, listener);
        if (!dialler.Links.ContainsKey(listener))
            DialAgain(dialler, listener);
    });
}
