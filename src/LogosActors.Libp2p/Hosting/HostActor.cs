using LogosActors.Actors;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Dialing;
using LogosActors.Libp2p.Identify;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Ping;
using Microsoft.Extensions.Logging;

namespace LogosActors.Libp2p.Hosting;

/// <summary>Supervises listeners, dials and connections, and keeps one connection per peer.</summary>
/// <remarks>
/// Parent: the root. A failure costs every connection and every dial of the host, and observers are told so; a restart listens at the
/// same addresses, dials the kept peers, and goes on telling events. Children: <see cref="ListenerActor"/>, <see cref="DialActor"/>,
/// <see cref="ConnectionActor"/>, <see cref="Identify.IdentifyActor"/>, <see cref="Peers.PeerJournalActor"/>, each failing alone.
/// </remarks>
internal sealed partial class HostActor(HostEnvironment environment) : Actor
{
    readonly Dictionary<object, PendingDial> _dials = [];
    readonly List<ActorRef> _waitingForStart = [];
    readonly HashSet<PeerConnection> _open = [];
    readonly HashSet<PeerConnection> _closing = [];
    readonly Dictionary<PeerId, List<ActorRef>> _waitingForEnd = [];
    readonly HashSet<Listener> _listening = [];
    ActorRef? _identify;
    ConnectionException? _notListening;
    long _connections;

    protected override SupervisorStrategy SupervisorStrategy { get; } = new OneForOneStrategy
    {
        Decider = static _ => Directive.Restart,
        Backoff = new ExponentialBackoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10)),
    };

    protected override void PreStart()
    {
        StartJournal();
        var self = Self;
        environment.Memory.Pressed = () => self.Tell(Host.MemoryPressed.Instance);
        foreach (var peer in environment.Kept.Keys)
            Keep(peer);
        var exchange = new IdentifyExchange(environment);
        _identify = Context.Spawn(Props.Create(() => new IdentifyActor(environment, exchange, Self)), "identify");
        var identify = _identify;
        Serve(IdentifyExchange.Protocol, exchange.SendAsync, 1);
        Serve(IdentifyExchange.PushProtocol, (stream, cancellation) => ReceivePushAsync(stream, identify, cancellation), 1);
        Serve(PingProtocol.Protocol, PingProtocol.ServeAsync, PingProtocol.MaxInboundStreams);
        environment.Handlers.Changed = () => identify.Tell(IdentifyActor.Changed.Instance);
        foreach (var (listener, index) in environment.Listeners.Select((listener, index) => (listener, index)))
            Context.Spawn(Props.Create(() => new ListenerActor(environment, listener, Self)), $"listen-{index}");
    }

    protected override void PostStop()
    {
        foreach (var dial in _dials.Values)
            dial.End(DialResult.Failed(dial.Peer, ConnectionFailure.Closed, "The host has stopped."));
        foreach (var connection in _open)
        {
            if (environment.Connected.TryRemove(KeyValuePair.Create(connection.Peer, connection)))
                Publish(new PeerDisconnected(connection.Peer, ConnectionFailure.Closed));
        }
        environment.Identified.Clear();
        environment.ListenAddresses = [];
    }

    protected override void Receive(object message)
    {
        switch (message)
        {
            case Host.WaitForStart:
                _waitingForStart.Add(Sender);
                TellStarted();
                break;
            case Host.Listening listening:
                _listening.Add(listening.Listener);
                environment.ListenAddresses = [.. environment.Listeners.Where(_listening.Contains).Select(listener => listener.Address)];
                _identify!.Tell(IdentifyActor.Changed.Instance, Self);
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
            case Host.Identified identified when environment.Connected.ContainsKey(identified.Peer):
                environment.Identified.TryGetValue(identified.Peer, out var known);
                var identity = environment.Identified[identified.Peer] = IdentifyCheck.Merge(known, identified.Identity);
                environment.Book.Identified(identified.Peer, identity, Time.GetUtcNow());
                Publish(new PeerIdentified(identified.Peer, identity));
                StoreSoon();
                break;
            case Host.Identified:
                break;
            case Host.Disconnect disconnect:
                Disconnect(disconnect.Peer);
                break;
            case Host.Subscribe subscribe:
                environment.Observers.Add(subscribe.Observer);
                foreach (var connection in environment.Connected.Values)
                {
                    Tell(subscribe.Observer, new PeerConnected(connection.Peer, connection.Address, connection.IsDialer));
                    if (environment.Identified.TryGetValue(connection.Peer, out var told))
                        Tell(subscribe.Observer, new PeerIdentified(connection.Peer, told));
                }
                break;
            case Host.Unsubscribe unsubscribe:
                environment.Observers.Remove(unsubscribe.Observer);
                break;
            default:
                ReceivePeers(message);
                break;
        }
    }

    /// <summary>Serves a protocol of the host's own.</summary>
    void Serve(string protocol, StreamHandler handler, int maxInboundStreams)
    {
        environment.Handlers.Remove(protocol);
        environment.Handlers.Add(new ProtocolHandler(protocol, handler, new StreamHandlerOptions { MaxInboundStreams = maxInboundStreams }));
    }

    async Task ReceivePushAsync(LibP2pStream stream, ActorRef identify, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(IdentifyActor.Timeout, environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        var (identity, error) = await IdentifyExchange.ReceiveAsync(stream, either.Token);
        identify.Tell(new IdentifyActor.Heard(stream.RemotePeer, identity, error));
    }

    void TellStarted()
    {
        if (_notListening is null && (_listening.Count < environment.Listeners.Count || !_isRecovered))
            return;
        foreach (var waiting in _waitingForStart)
            waiting.Tell(_notListening is null ? Host.Started.Instance : new Failure(_notListening), Self);
        _waitingForStart.Clear();
    }

    void Dial(Host.Dial dial)
    {
        if (dial.Peer == environment.Self)
            dial.Waiter.TrySetResult(DialResult.Failed(dial.Peer, ConnectionFailure.Refused, "A host does not dial itself."));
        else if (dial.Peer is not null && environment.Connected.ContainsKey(dial.Peer))
            dial.Waiter.TrySetResult(DialResult.Connected(dial.Peer));
        else if (_dials.TryGetValue(KeyOf(dial), out var pending))
        {
            pending.Waiters.Add(dial.Waiter);
            pending.Actor.Tell(new DialActor.AlsoTry(dial.Addresses), Self);
        }
        else
        {
            var key = KeyOf(dial);
            // What the caller says comes before what was known.
            IReadOnlyList<Multiaddr> addresses =
                [.. dial.Addresses.Concat(dial.Peer is null ? [] : environment.Book.Find(dial.Peer)?.Addresses ?? []).Distinct()];
            var actor = Context.Spawn(Props.Create(() => new DialActor(environment, key, dial.Peer, addresses, Self)));
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

    void Publish(HostEvent occurred)
    {
        foreach (var observer in environment.Observers.ToArray())
            Tell(observer, occurred);
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
            Log.LogError(e, "An observer failed on {Event}", occurred);
        }
    }

    sealed class PendingDial(PeerId? peer, ActorRef actor)
    {
        public PeerId? Peer => peer;

        public ActorRef Actor => actor;

        public List<TaskCompletionSource<DialResult>> Waiters { get; } = [];

        public void End(DialResult result)
        {
            foreach (var waiter in Waiters)
                waiter.TrySetResult(result);
            Waiters.Clear();
        }
    }
}
