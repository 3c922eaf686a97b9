using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Dialing;
using LogosActors.Libp2p.Identify;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Peers;
using LogosActors.Libp2p.Ping;

namespace LogosActors.Libp2p.Hosting;

/// <summary>Supervises listeners, dials and connections, and keeps one connection per peer.</summary>
/// <remarks>
/// Parent: the root, which restarts it at once; its mailbox is kept. A failure costs every connection and every dial of the host, and
/// observers are told so; a restart begins with the last <see cref="HostState"/>: it listens at the same addresses, dials the kept peers,
/// and goes on telling events. Children: <see cref="ListenerActor"/>, <see cref="DialActor"/>, <see cref="ConnectionActor"/>,
/// <see cref="IdentifyActor"/>, <see cref="PeerJournalActor"/>, each failing alone.
/// </remarks>
internal sealed partial class HostActor : SupervisedActor, IWithTimers
{
    readonly HostEnvironment _environment;
    readonly PeerBook _book;
    readonly Dictionary<object, PendingDial> _dials = [];
    readonly List<IActorRef> _waitingForStart = [];
    readonly HashSet<PeerConnection> _open = [];
    readonly HashSet<PeerConnection> _closing = [];
    readonly Dictionary<PeerId, List<IActorRef>> _waitingForEnd = [];
    readonly HashSet<int> _listening = [];
    readonly List<HostEvent> _occurred = [];
    HostState _state;
    IActorRef _identify = ActorRefs.Nobody;
    ConnectionException? _notListening;
    long _connections;

    public HostActor(HostEnvironment environment)
    {
        (_environment, _state) = (environment, environment.State.Value);
        _book = new PeerBook(_environment.Options.MaxKnownPeers, _state.Known)
        {
            IsAcceptable = address => _environment.Options.AllowPrivateAddresses || PublicAddress.MayBe(address),
            IsPinned = peer => _environment.Connected.ContainsKey(peer) || _state.Kept.Contains(peer),
        };
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(HostEnvironment environment) => Akka.Actor.Props.Create(() => new HostActor(environment));

    // A journal that cannot be made, as it is not configured, is away like one that fails: the host goes on without.
    protected override SupervisorStrategy SupervisorStrategy() => new BackoffStrategy(
        TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10),
        static cause => cause is ActorInitializationException { Actor.Path.Name: JournalName } ? Directive.Stop : Directive.Restart);

    protected override void PreStart()
    {
        StartJournal();
        var self = Self;
        _environment.Memory.Pressed = () => self.Tell(Host.MemoryPressed.Instance, ActorRefs.NoSender);
        foreach (var peer in _state.Kept)
            Keep(peer);
        var exchange = new IdentifyExchange(_environment);
        var identify = _identify = Context.ActorOf(IdentifyActor.Props(_environment, exchange, self), "identify");
        Serve(IdentifyExchange.Protocol, exchange.SendAsync, 1);
        Serve(IdentifyExchange.PushProtocol, (stream, cancellation) => ReceivePushAsync(stream, identify, cancellation), 1);
        Serve(PingProtocol.Protocol, PingProtocol.ServeAsync, PingProtocol.MaxInboundStreams);
        _environment.Handlers.Changed = () => identify.Tell(IdentifyActor.Changed.Instance, ActorRefs.NoSender);
        for (var index = 0; index < _environment.Options.ListenAddresses.Count; index++)
            Context.ActorOf(ListenerActor.Props(_environment, index, self), $"listen-{index}");
    }

    protected override void PostStop()
    {
        _journal?.Stop();
        foreach (var dial in _dials.Values)
            dial.End(DialResult.Failed(dial.Peer, ConnectionFailure.Closed, "The host has stopped."));
        foreach (var peer in _environment.Connected.Keys)
        {
            if (_environment.Connected.TryRemove(peer, out _))
                Publish(new PeerDisconnected(peer, ConnectionFailure.Closed));
        }
        _environment.Identified.Clear();
        _environment.ListenAddresses = [];
        TellObservers();
    }

    protected override void OnReceive(object message)
    {
        Handle(message);
        if (_state.Known != _book.Peers)
            _state = _state with { Known = _book.Peers };
        _environment.State.Value = _state;
        TellObservers();
    }

    void Handle(object message)
    {
        switch (message)
        {
            case Host.WaitForStart:
                _waitingForStart.Add(Sender);
                TellStarted();
                break;
            case Host.Listening listening:
                _listening.Add(listening.Index);
                _state = _state with { Bound = _state.Bound.SetItem(listening.Index, listening.Address) };
                _environment.ListenAddresses = [.. _listening.Order().Select(index => _state.Bound[index])];
                _identify.Tell(IdentifyActor.Changed.Instance, Self);
                TellStarted();
                break;
            case Host.NotListening failed:
                _notListening ??= failed.Cause;
                TellStarted();
                break;
            case Host.Dial dial:
                Dial(dial);
                break;
            case Host.StopWaiting stop:
                StopWaiting(stop.Waiter);
                break;
            case Host.DialFailed failed:
                if (_dials.Remove(failed.Key, out var lost))
                {
                    lost.End(failed.Result);
                    ReconnectLater(lost.Peer, lived: TimeSpan.Zero);
                }
                break;
            case Host.Upgraded upgraded:
                Take(upgraded);
                break;
            case Host.MemoryPressed:
                RelieveMemory();
                break;
            case Host.Ended ended:
                Forget(ended.Connection, ended.Reason);
                break;
            case Host.Identified identified when _environment.Connected.ContainsKey(identified.Peer):
                _environment.Identified.TryGetValue(identified.Peer, out var known);
                var identity = _environment.Identified[identified.Peer] = IdentifyCheck.Merge(known, identified.Identity);
                _book.Identified(identified.Peer, identity, Time.GetUtcNow());
                Publish(new PeerIdentified(identified.Peer, identity));
                StoreSoon();
                break;
            case Host.Identified:
                break;
            case Host.Disconnect disconnect:
                Disconnect(disconnect.Peer);
                break;
            case Host.Subscribe subscribe:
                _state = _state with { Observers = _state.Observers.Add(subscribe.Observer) };
                foreach (var connection in _environment.Connected.Values)
                {
                    Tell(subscribe.Observer, new PeerConnected(connection.Peer, connection.Address, connection.IsDialer));
                    if (_environment.Identified.TryGetValue(connection.Peer, out var told))
                        Tell(subscribe.Observer, new PeerIdentified(connection.Peer, told));
                }
                break;
            case Host.Unsubscribe unsubscribe:
                _state = _state with { Observers = _state.Observers.Remove(unsubscribe.Observer) };
                break;
            default:
                ReceivePeers(message);
                break;
        }
    }

    /// <summary>Serves a protocol of the host's own.</summary>
    void Serve(string protocol, StreamHandler handler, int maxInboundStreams)
    {
        _environment.Handlers.Remove(protocol);
        _environment.Handlers.Add(new ProtocolHandler(protocol, handler, new StreamHandlerOptions { MaxInboundStreams = maxInboundStreams }));
    }

    async Task ReceivePushAsync(LibP2pStream stream, IActorRef identify, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(IdentifyActor.Timeout, _environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        var (identity, error) = await IdentifyExchange.ReceiveAsync(stream, either.Token);
        identify.Tell(new IdentifyActor.Heard(stream.RemotePeer, identity, error), ActorRefs.NoSender);
    }

    void TellStarted()
    {
        if (_notListening is null && (_listening.Count < _environment.Options.ListenAddresses.Count || !_isRecovered))
            return;
        foreach (var waiting in _waitingForStart)
            waiting.Tell(_notListening is null ? Host.Started.Instance : new Status.Failure(_notListening), Self);
        _waitingForStart.Clear();
    }

    void Dial(Host.Dial dial)
    {
        if (dial.Peer == _environment.Self)
            dial.Waiter.TrySetResult(DialResult.Failed(dial.Peer, ConnectionFailure.Refused, "A host does not dial itself."));
        else if (dial.Peer is not null && _environment.Connected.ContainsKey(dial.Peer))
            dial.Waiter.TrySetResult(DialResult.Connected(dial.Peer));
        else if (_dials.TryGetValue(KeyOf(dial), out var pending))
        {
            pending.Waiters.Add(dial.Waiter);
            pending.Actor.Tell(new DialActor.AlsoTry(dial.Addresses, dial.Origin), Self);
        }
        else
        {
            var key = KeyOf(dial);
            // What the application says comes before what peers say.
            var isNamed = dial.Origin is AddressOrigin.Application;
            IReadOnlyList<Multiaddr> named =
                [.. (isNamed ? dial.Addresses : []).Concat(dial.Peer is null ? [] : _state.Named.GetValueOrDefault(dial.Peer, [])).Distinct()];
            IReadOnlyList<Multiaddr> heard =
                [.. (isNamed ? [] : dial.Addresses).Concat(dial.Peer is null ? [] : _book.Find(dial.Peer)?.Addresses ?? []).Except(named)];
            var actor = Context.ActorOf(DialActor.Props(_environment, key, dial.Peer, named, heard, Self));
            _dials.Add(key, new PendingDial(dial.Peer, actor) { Waiters = { dial.Waiter } });
        }
    }

    static object KeyOf(Host.Dial dial) => (object?)dial.Peer ?? dial.Addresses[0];

    void StopWaiting(TaskCompletionSource<DialResult> waiter)
    {
        foreach (var (key, dial) in _dials)
        {
            if (!dial.Waiters.Remove(waiter))
                continue;
            if (dial.Waiters.Count == 0)
            {
                Context.Stop(dial.Actor);
                _dials.Remove(key);
            }
            return;
        }
    }

    /// <summary>Tells observers at the end of the turn, when what they can read says the same.</summary>
    void Publish(HostEvent occurred) => _occurred.Add(occurred);

    void TellObservers()
    {
        foreach (var occurred in _occurred)
        {
            foreach (var observer in _state.Observers)
                Tell(observer, occurred);
        }
        _occurred.Clear();
    }

    void Tell(Action<HostEvent> observer, HostEvent occurred)
    {
        try
        {
            observer(occurred);
        }
#pragma warning disable CA1031 // an observer's failure is not the host's
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.Error(e, "An observer failed on {Event}", occurred);
        }
    }

    sealed class PendingDial(PeerId? peer, IActorRef actor)
    {
        public PeerId? Peer => peer;

        public IActorRef Actor => actor;

        public List<TaskCompletionSource<DialResult>> Waiters { get; } = [];

        public void End(DialResult result)
        {
            foreach (var waiter in Waiters)
                waiter.TrySetResult(result);
            Waiters.Clear();
        }
    }
}
