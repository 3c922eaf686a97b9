using System.Buffers;
using System.Net;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Tests.Gossipsub;

/// <summary>Routers joined by links with latency and loss, in virtual time. The seed decides everything.</summary>
sealed class RouterNetwork(int seed, GossipsubOptions? options = null)
{
    readonly Random _random = new(seed);
    readonly PriorityQueue<Action, (TimeSpan At, long Order)> _events = new();
    readonly Dictionary<PeerId, RouterNode> _byId = [];
    long _order;

    public GossipsubOptions Options { get; } = options ?? GossipsubPresets.Relay;

    public TimeSpan Now { get; private set; }

    public List<RouterNode> Nodes { get; } = [];

    public TimeSpan LeastLatency { get; init; } = TimeSpan.FromMilliseconds(10);

    public TimeSpan MostLatency { get; init; } = TimeSpan.FromMilliseconds(60);

    /// <summary>The share of RPCs with nothing but messages that get lost.</summary>
    public double Loss { get; set; }

    /// <summary>Whether peers that a router asks for are dialled.</summary>
    public bool Dials { get; set; }

    /// <summary>A node with a router and its own address.</summary>
    public RouterNode Add(IPAddress? address = null, GossipsubOptions? own = null, IEnumerable<PeerId>? direct = null)
    {
        var node = AddPuppet(address);
        node.Router = new GossipsubRouter(own ?? Options, new Random(_random.Next()), direct);
        var interval = (own ?? Options).HeartbeatInterval;
        void Beat()
        {
            node.Router.Heartbeat(Now);
            Drain(node);
            At(Now + interval, Beat);
        }
        At(Now + (interval * _random.NextDouble()), Beat);
        return node;
    }

    /// <summary>A node without a router: it says what the test makes it say, and notes what it hears.</summary>
    public RouterNode AddPuppet(IPAddress? address = null)
    {
        var number = Nodes.Count + 1;
        var node = new RouterNode(NumberedPeer.Id(number), address ?? new IPAddress([10, 0, (byte)(number >> 8), (byte)number]));
        Nodes.Add(node);
        _byId.Add(node.Id, node);
        return node;
    }

    public RouterNode this[PeerId id] => _byId[id];

    public void Connect(RouterNode dialler, RouterNode listener, GossipsubVersion version = GossipsubVersion.V12)
    {
        if (dialler == listener || dialler.Links.ContainsKey(listener))
            return;
        var latency = LeastLatency + ((MostLatency - LeastLatency) * _random.NextDouble());
        dialler.Links[listener] = latency;
        listener.Links[dialler] = latency;
        dialler.Router?.PeerConnected(listener.Id, version, PeerDirection.Outbound, listener.Address);
        listener.Router?.PeerConnected(dialler.Id, version, PeerDirection.Inbound, dialler.Address);
        Drain(dialler);
        Drain(listener);
    }

    public void Disconnect(RouterNode a, RouterNode b)
    {
        if (!a.Links.Remove(b) || !b.Links.Remove(a))
            return;
        a.Router?.PeerDisconnected(b.Id, Now);
        b.Router?.PeerDisconnected(a.Id, Now);
        Drain(a);
        Drain(b);
    }

    /// <summary>Each of the nodes dials the given number of others.</summary>
    public void ConnectRandomly(IReadOnlyList<RouterNode> nodes, int dials)
    {
        foreach (var node in nodes)
        {
            for (var i = 0; i < dials; i++)
                Connect(node, nodes[_random.Next(nodes.Count)]);
        }
    }

    public void Subscribe(string topic, params IEnumerable<RouterNode> nodes)
    {
        foreach (var node in nodes)
        {
            node.Router!.Subscribe(topic, Now);
            Drain(node);
        }
    }

    public PublishOutcome Publish(RouterNode node, string topic, byte[] data)
    {
        var outcome = node.Router!.Publish(topic, data, Now);
        Drain(node);
        return outcome;
    }

    /// <summary>A puppet says something.</summary>
    public void Say(RouterNode puppet, RouterNode to, Action<GossipsubRpc> write)
    {
        var rpc = new GossipsubRpc();
        write(rpc);
        var output = new ArrayBufferWriter<byte>();
        rpc.WriteTo(output);
        Transmit(puppet, to, output.WrittenSpan.ToArray());
    }

    public void Act(RouterNode node, Action<GossipsubRouter> action)
    {
        action(node.Router!);
        Drain(node);
    }

    public void At(TimeSpan time, Action action) => _events.Enqueue(action, (time, _order++));

    public void Run(TimeSpan time)
    {
        var end = Now + time;
        while (_events.TryPeek(out var action, out var due) && due.At <= end)
        {
            _events.Dequeue();
            Now = due.At;
            action();
        }
        Now = end;
    }

    public void Run(double seconds) => Run(TimeSpan.FromSeconds(seconds));

    /// <summary>Reads the queue of a node's peer again after <see cref="RouterNode.IsStalled"/>.</summary>
    public void Resume(RouterNode node, RouterNode to) => Send(node, to.Id);

    void Drain(RouterNode node)
    {
        while (node.Router is not null && node.Router.TryTakeEffect(out var effect))
        {
            node.Effects.Add(effect.Kind);
            switch (effect.Kind)
            {
                case GossipsubEffectKind.Send:
                    Send(node, effect.Peer);
                    break;
                case GossipsubEffectKind.Validate:
                    var message = effect.Message!;
                    if (node.ValidationTime == TimeSpan.Zero)
                        Assert.True(node.Router.Decide(message.Id, node.Validator(message), Now));
                    else
                        At(Now + node.ValidationTime, () => Act(node, router => router.Decide(message.Id, node.Validator(message), Now)));
                    break;
                case GossipsubEffectKind.Deliver:
                    node.Deliver(effect.Message!, Now);
                    break;
                case GossipsubEffectKind.Disconnect:
                    node.Disconnected.Add((effect.Peer, effect.Reason));
                    Disconnect(node, _byId[effect.Peer]);
                    break;
                case GossipsubEffectKind.Connect:
                    node.Dialled.Add((effect.Peer, effect.SignedRecord.ToArray()));
                    if (Dials && _byId.TryGetValue(effect.Peer, out var listener))
                        Connect(node, listener);
                    break;
            }
        }
    }

    void Send(RouterNode node, PeerId peer)
    {
        if (!_byId.TryGetValue(peer, out var to) || node.IsStalled)
            return;
        var output = new ArrayBufferWriter<byte>();
        while (node.Router!.TryTakeOutbound(peer, output, Now))
        {
            Transmit(node, to, output.WrittenSpan.ToArray());
            output.Clear();
        }
    }

    void Transmit(RouterNode from, RouterNode to, byte[] rpc)
    {
        if (!from.Links.TryGetValue(to, out var latency))
            return;
        if (Loss > 0 && _random.NextDouble() < Loss && HasOnlyMessages(rpc))
            return;
        At(Now + latency, () =>
        {
            if (!from.Links.ContainsKey(to))
                return;
            to.Hear(rpc);
            if (to.Router is null)
                to.Heard.AddRange(RpcText.Read(rpc).Select(line => (Now, from, line)));
            else
                to.Errors.Add(to.Router.Receive(from.Id, rpc, Now));
            Drain(to);
        });
    }

    static bool HasOnlyMessages(byte[] rpc)
    {
        var reader = new RpcReader(rpc);
        while (reader.Next())
        {
            if (reader.Part is not RpcPart.Message)
                return false;
        }
        return true;
    }
}

sealed class RouterNode(PeerId id, IPAddress address)
{
    readonly HashSet<MessageId> _delivered = [];

    public PeerId Id { get; } = id;

    public IPAddress Address { get; } = address;

    public GossipsubRouter? Router { get; set; }

    public Dictionary<RouterNode, TimeSpan> Links { get; } = [];

    public Func<GossipMessage, ValidationResult> Validator { get; set; } = _ => ValidationResult.Accept;

    public TimeSpan ValidationTime { get; set; }

    /// <summary>Whether nobody reads what this node wants to send.</summary>
    public bool IsStalled { get; set; }

    public List<(TimeSpan At, string Topic, byte[] Data)> Delivered { get; } = [];

    /// <summary>Messages that came to the application more than once: always 0.</summary>
    public int DeliveredTwice { get; private set; }

    public List<(TimeSpan At, RouterNode From, string Line)> Heard { get; } = [];

    public List<DecodeError> Errors { get; } = [];

    public List<GossipsubEffectKind> Effects { get; } = [];

    public List<(PeerId Peer, DisconnectReason Reason)> Disconnected { get; } = [];

    public List<(PeerId Peer, byte[] Record)> Dialled { get; } = [];

    public long BytesHeard { get; private set; }

    public int MessagesHeard { get; private set; }

    public IEnumerable<string> Lines => Heard.Select(heard => heard.Line);

    public void Hear(byte[] rpc)
    {
        BytesHeard += rpc.Length;
        var reader = new RpcReader(rpc);
        while (reader.Next())
            MessagesHeard += reader.Part is RpcPart.Message ? 1 : 0;
    }

    public void Deliver(GossipMessage message, TimeSpan now)
    {
        if (!_delivered.Add(message.Id))
            DeliveredTwice++;
        Delivered.Add((now, message.Topic, message.Data.ToArray()));
    }

    public IEnumerable<PeerId> Mesh(string topic) => Router!.MeshOf(topic);
}
