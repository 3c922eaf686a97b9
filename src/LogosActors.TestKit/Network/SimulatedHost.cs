using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Requests;
using LogosActors.TestKit.Running;

namespace LogosActors.TestKit.Network;

/// <summary>The host of a node in a simulated network: connections, identities, requests and gossipsub without sockets.</summary>
/// <remarks>A request may be lost like any message. Peers know what a host serves one delay after it does.</remarks>
internal sealed class SimulatedHost(SimulatedNetwork network, SimulatedNode node, PrivateKey key, ActorSystem system, SimulatedProcess process) : INodeHost
{
    const int Unlimited = 100_000;

    static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(5);
    static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    readonly GossipNode _place = node.Place;
    readonly List<Action<HostEvent>> _observers = [];
    readonly Dictionary<string, Func<PeerId, byte[], Task<byte[]?>>> _handlers = new(StringComparer.Ordinal);
    readonly Dictionary<string, MessageReceiver> _receivers = new(StringComparer.Ordinal);
    readonly Dictionary<string, ConversationHandler> _conversations = new(StringComparer.Ordinal);
    readonly Dictionary<PeerId, PeerIdentity?> _connected = [];
    readonly Dictionary<PeerId, KnownPeer> _known = [];
    readonly HashSet<PeerId> _kept = [];
    readonly List<string> _gossipsub = [];
    bool _isClosed;

    public PeerId PeerId => _place.Id;

    public IReadOnlyList<Multiaddr> ListenAddresses => [node.Address];

    public IReadOnlyCollection<PeerId> ConnectedPeers => [.. _connected.Keys];

    public IReadOnlyCollection<KnownPeer> KnownPeers => [.. _known.Values];

    GossipNetwork Wires => network.Wires;

    bool DropsMessages => node.Fault?.DropsMessages == true;

    public KnownPeer? Find(PeerId peer) => _known.GetValueOrDefault(peer);

    public PeerIdentity? IdentityOf(PeerId peer) => _connected.GetValueOrDefault(peer);

    public void Subscribe(Action<HostEvent> observer)
    {
        _observers.Add(observer);
        foreach (var peer in _connected.Keys)
            observer(new PeerConnected(peer, null, IsDialer: false));
    }

    public void Unsubscribe(Action<HostEvent> observer) => _observers.Remove(observer);

    public Task<DialResult> DialAsync(Multiaddr address, CancellationToken cancellation = default) =>
        ReachAsync(address.PeerId ?? network.Nodes.FirstOrDefault(other => other.Address.Decapsulate(MultiaddrProtocol.P2p) == address)?.PeerId, cancellation);

    public Task<DialResult> DialAsync(PeerId peer, CancellationToken cancellation = default) => ReachAsync(peer, cancellation);

    public Task DisconnectAsync(PeerId peer)
    {
        if (network.Find(peer) is { } other)
            _place.Disconnect(other.Place);
        return Task.CompletedTask;
    }

    public async Task<TimeSpan> PingAsync(PeerId peer, CancellationToken cancellation = default)
    {
        var began = network.Simulation.Now;
        var echo = new TaskCompletionSource();
        if (!_connected.ContainsKey(peer) || network.Find(peer) is not { } other)
            throw new ConnectionException(ConnectionFailure.NotConnected, $"{peer} is not connected; dial it first.");
        Wires.Carry(_place, other.Place, () => Wires.Carry(other.Place, _place, echo.SetResult));
        try
        {
            await echo.Task.WaitAsync(StopTimeout, network.Simulation.Time, cancellation);
        }
        catch (TimeoutException e)
        {
            throw new ConnectionException(ConnectionFailure.TimedOut, $"{peer} did not echo within {StopTimeout}.", e);
        }
        return network.Simulation.Now - began;
    }

    public void Keep(PeerId peer, params IEnumerable<Multiaddr> addresses)
    {
        Know(peer, [.. addresses], []);
        if (_kept.Add(peer) && network.Find(peer) is { } other)
            Wires.After(TimeSpan.Zero, () => Wires.Keep(_place, other.Place));
    }

    public void Release(PeerId peer) => _kept.Remove(peer);

    public void AddAddresses(PeerId peer, IEnumerable<Multiaddr> addresses) => Know(peer, [.. addresses], []);

    public Task<IReadOnlyList<string>> FindTextsAsync(string name, CancellationToken cancellation = default) => Task.FromResult<IReadOnlyList<string>>([]);

    public void SetScore(PeerId peer, double score)
    {
        if (_known.TryGetValue(peer, out var known))
            _known[peer] = known with { Score = score };
    }

    public void Serve<TRequest, TResponse>(RequestProtocol<TRequest, TResponse> protocol, RequestHandler<TRequest, TResponse> handler)
    {
        _handlers.Add(protocol.Id, async (peer, bytes) =>
            protocol.Request.TryDecode(bytes, out var request, out _)
                ? protocol.Response.Encode(await handler(peer, request, CancellationToken.None))
                : null);
        IdentifyToPeers();
    }

    public bool RemoveHandler(string protocol)
    {
        var isRemoved = _handlers.Remove(protocol) | _receivers.Remove(protocol) | _conversations.Remove(protocol);
        IdentifyToPeers();
        return isRemoved;
    }

    public RequestClient<TRequest, TResponse> CreateClient<TRequest, TResponse>(RequestProtocol<TRequest, TResponse> protocol) =>
        // A semaphore that is waited for goes on in the thread pool.
        new(protocol with { MaxOutbound = Unlimited }, network.Simulation.Time, (peer, request, cancellation) => AskAsync(protocol, peer, request, cancellation));

    public void Receive(MessageProtocol protocol, MessageReceiver receiver)
    {
        _receivers.Add(protocol.Id, receiver);
        IdentifyToPeers();
    }

    public Task<IMessageStream> OpenMessagesAsync(PeerId peer, string protocol, CancellationToken cancellation) =>
        _connected.ContainsKey(peer) && network.Find(peer) is { } other
            ? Task.FromResult<IMessageStream>(new MessageStream(this, other, protocol))
            : Task.FromException<IMessageStream>(new ConnectionException(ConnectionFailure.NotConnected, $"{peer} is not connected; dial it first."));

    public void Converse(MessageProtocol protocol, ConversationHandler handler)
    {
        _conversations.Add(protocol.Id, handler);
        IdentifyToPeers();
    }

    public Task<IConversation> OpenConversationAsync(PeerId peer, MessageProtocol protocol, CancellationToken cancellation)
    {
        if (!_connected.ContainsKey(peer) || network.Find(peer) is not { } other)
            return Task.FromException<IConversation>(new ConnectionException(ConnectionFailure.NotConnected, $"{peer} is not connected; dial it first."));
        var (ours, theirs) = SimulatedConversation.Between(network, node, other);
        Wires.Carry(_place, other.Place, () => other.Host?.Begin(PeerId, protocol.Id, theirs));
        return Task.FromResult<IConversation>(ours);
    }

    /// <summary>Brings a node up that does not relay.</summary>
    public void StartWithoutGossipsub()
    {
        _place.Observer = Linked;
        _place.StartWithoutGossipsub();
    }

    public GossipsubTopics StartGossipsub(GossipsubOptions options)
    {
        _gossipsub.AddRange(options.Protocols.Select(protocol => protocol.Id));
        _place.Observer = Linked;
        _place.Start(system, new GossipsubSettings { Options = options, Key = key });
        return new GossipsubTopics(system, _place.Gossipsub!, PeerId, options.Limits) { Router = _place.PublishedRouter };
    }

    public async ValueTask DisposeAsync()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        var gossipsub = _place.Gossipsub;
        _place.Leave();
        Close();
        if (gossipsub is not null)
            await system.StopAsync(gossipsub, StopTimeout);
    }

    /// <summary>The process has ended.</summary>
    public void Close()
    {
        _isClosed = true;
        _place.Observer = null;
        _observers.Clear();
        _connected.Clear();
    }

    async Task<DialResult> ReachAsync(PeerId? peer, CancellationToken cancellation)
    {
        if (peer is not null && _connected.ContainsKey(peer))
            return DialResult.Connected(peer);
        var dialed = new TaskCompletionSource<bool>();
        if (peer is not null && network.Find(peer) is { } other && GossipNetwork.CanReach(_place, other.Place))
        {
            Wires.After(Wires.NextDelay() * 2, () =>
            {
                if (!_isClosed)
                    Wires.Connect(_place, other.Place);
                dialed.SetResult(_connected.ContainsKey(peer));
            });
        }
        else
        {
            Wires.After(DialTimeout, () => dialed.SetResult(false));
        }
        return await dialed.Task.WaitAsync(cancellation)
            ? DialResult.Connected(peer!)
            : DialResult.Failed(peer, ConnectionFailure.Unreachable, "Nobody has answered in the simulated network.");
    }

    async Task<RequestResult<TResponse>> AskAsync<TRequest, TResponse>(
        RequestProtocol<TRequest, TResponse> protocol, PeerId peer, byte[] request, CancellationToken cancellation)
    {
        if (!_connected.ContainsKey(peer) || network.Find(peer) is not { } other)
            return new RequestResult<TResponse>(ConnectionFailure.NotConnected, $"{peer} is not connected; dial it first.");
        var answered = new TaskCompletionSource<byte[]?>();
        Wires.Carry(_place, other.Place, () => other.Host?.Answer(
            PeerId, protocol.Id, request, response => Wires.Carry(other.Place, _place, () => answered.TrySetResult(response))));
        if (await answered.Task.WaitAsync(cancellation) is not { } bytes)
            return new RequestResult<TResponse>(ConnectionFailure.Refused, $"{peer} reset the stream of {protocol.Id}.");
        return protocol.Response.TryDecode(bytes, out var response, out var error)
            ? new RequestResult<TResponse>(response)
            : new RequestResult<TResponse>(ConnectionFailure.ProtocolViolated, $"{peer} answered {protocol.Id} with no answer: {error}.");
    }

    void Answer(PeerId peer, string protocol, byte[] request, Action<byte[]?> respond)
    {
        if (_isClosed)
            return;
        if (node.Fault?.Answering(peer, protocol) is { } answer)
        {
            network.Simulation.Loop.Call(process, static call => _ = call.RunAsync(), new Answering((_, asked) => answer(asked), peer, request, respond));
            return;
        }
        if (!_handlers.TryGetValue(protocol, out var handler))
        {
            respond(null);
            return;
        }
        // What the handler awaits comes back to this process, and ends with it.
        network.Simulation.Loop.Call(process, static call => _ = call.RunAsync(), new Answering(handler, peer, request, respond));
    }

    void Take(PeerId peer, string protocol, ReadOnlyMemory<byte> message)
    {
        if (!_isClosed && _receivers.TryGetValue(protocol, out var receiver))
            network.Simulation.Loop.Call(process, static call => _ = call.RunAsync(), new Receiving(receiver, peer, message));
    }

    void Begin(PeerId peer, string protocol, SimulatedConversation conversation)
    {
        if (!_isClosed && _conversations.TryGetValue(protocol, out var handler))
            network.Simulation.Loop.Call(process, static call => _ = call.RunAsync(), new Conversing(handler, peer, conversation));
    }

    void Linked(GossipLink link, bool isConnected)
    {
        var peer = link.Peer;
        if (_connected.Remove(peer.Id))
            Raise(new PeerDisconnected(peer.Id, ConnectionFailure.Closed));
        if (!isConnected)
            return;
        _connected[peer.Id] = null;
        Know(peer.Id, [], []);
        Raise(new PeerConnected(peer.Id, null, link.IsDialer));
        Wires.After(link.Median * 2, () => Identified(peer));
    }

    void IdentifyToPeers()
    {
        foreach (var peer in _place.Links.Keys)
            Wires.After(_place.Links[peer].Median, () => network.Find(peer.Id)?.Host?.Identified(_place));
    }

    /// <summary>A peer has said who it is, if it is still there.</summary>
    void Identified(GossipNode peer)
    {
        if (_isClosed || !_connected.ContainsKey(peer.Id) || network.Find(peer.Id) is not { Host: { _isClosed: false } host } other)
            return;
        var identity = new PeerIdentity
        {
            PublicKey = host.PublicKey,
            AgentVersion = "simulated",
            Protocols = [.. host._gossipsub.Concat(host._handlers.Keys).Concat(host._receivers.Keys).Concat(host._conversations.Keys).Order(StringComparer.Ordinal)],
            ListenAddresses = [other.Address],
        };
        _connected[peer.Id] = identity;
        Know(peer.Id, [other.Address], identity.Protocols);
        Raise(new PeerIdentified(peer.Id, identity));
    }

    PublicKey PublicKey => key.PublicKey;

    void Know(PeerId peer, IReadOnlyList<Multiaddr> addresses, IReadOnlyList<string> protocols)
    {
        var known = _known.GetValueOrDefault(peer) ?? new KnownPeer(peer);
        _known[peer] = known with
        {
            Addresses = addresses.Count > 0 ? addresses : known.Addresses,
            Protocols = protocols.Count > 0 ? protocols : known.Protocols,
            LastSeen = network.Simulation.Time.GetUtcNow(),
        };
    }

    void Raise(HostEvent raised)
    {
        foreach (var observer in _observers.ToArray())
            observer(raised);
    }

    sealed record Answering(Func<PeerId, byte[], Task<byte[]?>> Handler, PeerId Peer, byte[] Request, Action<byte[]?> Respond)
    {
        public async Task RunAsync()
        {
            byte[]? response;
            try
            {
                response = await Handler(Peer, Request);
            }
#pragma warning disable CA1031 // a handler that throws resets its stream
            catch (Exception)
#pragma warning restore CA1031
            {
                response = null;
            }
            Respond(response);
        }
    }

    sealed record Receiving(MessageReceiver Receiver, PeerId Peer, ReadOnlyMemory<byte> Message)
    {
        public async Task RunAsync() => await Receiver(Peer, Message, CancellationToken.None);
    }

    sealed record Conversing(ConversationHandler Handler, PeerId Peer, SimulatedConversation Conversation)
    {
        public async Task RunAsync()
        {
            await using (Conversation)
                await Handler(Peer, Conversation, CancellationToken.None);
        }
    }

    /// <summary>Messages are carried one by one, and may be lost like any.</summary>
    sealed class MessageStream(SimulatedHost host, SimulatedNode other, string protocol) : IMessageStream
    {
        public ValueTask WriteAsync(ReadOnlyMemory<byte> framed, CancellationToken cancellation)
        {
            if (!host._connected.ContainsKey(other.PeerId))
                return ValueTask.FromException(new ConnectionException(ConnectionFailure.Closed, $"{other.PeerId} is not connected any longer."));
            if (host.DropsMessages)
                return default;
            Varint.TryRead(framed.Span, out _, out var prefix, out _);
            host.Wires.Carry(host._place, other.Place, () => other.Host?.Take(host.PeerId, protocol, framed[prefix..]));
            return default;
        }

        public ValueTask DisposeAsync() => default;
    }
}
