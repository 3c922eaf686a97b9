using System.Buffers;
using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Owns the <see cref="GossipsubRouter"/> and runs its effects; see <see cref="Gossip"/> for what may be said.</summary>
/// <remarks>
/// Parent: whoever owns the links; one-for-one, restart. A failure costs meshes, scores, seen ids and what was queued for peers; the
/// mailbox is kept. A new incarnation tells its parent <see cref="Gossip.Started"/>, and is told the subscriptions and validators. All
/// links are closed with <see cref="DisconnectReason.RouterRestarted"/>, because peers say what they are subscribed to only when a link
/// is new; their owner opens them again.
/// </remarks>
internal sealed partial class GossipsubActor : SupervisedActor, IWithTimers
{
    // RPCs taken from one link in one turn; then others have theirs.
    const int MaxRpcsPerTurn = 32;

    static readonly TimeSpan DrainInterval = TimeSpan.FromMilliseconds(10);

    sealed class Peer(IGossipsubLink link)
    {
        public IGossipsubLink Link { get; } = link;

        /// <summary>Whether the peer is in <see cref="_sending"/>.</summary>
        public bool IsSending { get; set; }
    }

    readonly GossipsubSettings _settings;
    readonly Dictionary<string, List<IActorRef>> _subscribers = new(StringComparer.Ordinal);
    readonly Dictionary<string, MessageValidator> _validators = new(StringComparer.Ordinal);
    readonly GossipsubRouter _router;
    readonly Dictionary<PeerId, Peer> _peers = [];
    readonly List<(PeerId Id, Peer Peer)> _sending = [];
    readonly ArrayBufferWriter<byte> _rpc = new();
    readonly UnhandledDeliveries _unhandled = new();
    // At most one for each peer.
    readonly HashSet<Gossip.Received> _heldUp = [];
    ulong _sequence;

    public GossipsubActor(GossipsubSettings settings)
    {
        _settings = settings;
        _router = new GossipsubRouter(settings.Options, Context.System.Random(), settings.DirectPeers);
        // Larger than any number used before, also by an earlier process with the same key (go-libp2p-pubsub does the same).
        _sequence = (ulong)(Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>How to make the actor.</summary>
    /// <exception cref="ArgumentException">The options contradict themselves, or messages are to be signed and there is no key.</exception>
    public static Props Props(GossipsubSettings settings)
    {
        settings.Options.EnsureValid();
        if (settings.Options.Signatures is SignaturePolicy.StrictSign && settings.Key is null)
            throw new ArgumentException("Strict-sign needs a key.", nameof(settings));
        return Akka.Actor.Props.Create(() => new GossipsubActor(settings));
    }

    protected override void PreStart()
    {
        var interval = _settings.Options.HeartbeatInterval;
        // Nodes that start together do not beat together.
        Timers.StartPeriodicTimer(Gossip.Heartbeat.Instance, Gossip.Heartbeat.Instance, interval * Context.System.Random().NextDouble(), interval);
        Context.Parent.Tell(Gossip.Started.Instance, Self);
    }

    protected override void PreRestart(Exception reason, object message) => End(DisconnectReason.RouterRestarted);

    protected override void PostStop() => End(DisconnectReason.Stopped);

    protected override void OnReceive(object message)
    {
        var now = Now;
        switch (message)
        {
            case Gossip.Received received:
                ReceiveFrom(received, now);
                break;
            case Gossip.Writable writable:
                if (_peers.TryGetValue(writable.Peer, out var peer) && peer.Link == writable.Link)
                    Send(writable.Peer, peer.Link, now);
                return;
            case Gossip.Heartbeat:
                _router.Heartbeat(now);
                break;
            case Gossip.Publish publish:
                Answer(Gossip.Published.As(Publish(publish.Topic, publish.Data, mayRepeat: false, now)));
                break;
            case Gossip.PublishTagged publish:
                Answer(new Gossip.PublishedTagged(publish.Tag, Publish(publish.Topic, publish.Data, mayRepeat: true, now)) { Peers = _router.LastPublishedTo });
                break;
            case Gossip.Validated validated when validated.Incarnation == this:
                EndValidation(validated, now);
                break;
            case Gossip.Validated:
                break;
            case Gossip.PeerConnected connected:
                Connect(connected, now);
                break;
            case Gossip.PeerDisconnected disconnected:
                if (_peers.TryGetValue(disconnected.Peer, out var lost) && lost.Link == disconnected.Link)
                {
                    // A peer's last words count: at most one batch has been read and not heard.
                    while (lost.Link.TryReceive(out var last))
                        _router.Receive(disconnected.Peer, last, now);
                    Forget(disconnected.Peer, now);
                }
                break;
            case Gossip.Drain:
                Drain(Sender);
                break;
            case Gossip.DrainCheck check:
                Drain(check.Waiter);
                break;
            case Gossip.PeerRecordKnown known:
                _router.PeerRecordKnown(known.Peer, known.Envelope);
                break;
            case Gossip.SetApplicationScore score:
                _router.SetApplicationScore(score.Peer, score.Score);
                break;
            case Gossip.Subscribe subscribe:
                Subscribe(subscribe, now);
                break;
            case Gossip.Unsubscribe unsubscribe:
                Unsubscribe(unsubscribe.Topic, unsubscribe.Subscriber, now);
                break;
            case Gossip.SetValidator validator:
                SetValidator(validator.Topic, validator.Validator);
                break;
            case Gossip.GetStatus status:
                IReadOnlyList<PeerId> subscribers = [.. _router.PeersOf(status.Topic)];
                Answer(new Gossip.GetStatus.Status(
                    _router.Peers.Count, subscribers, [.. _router.MeshOf(status.Topic)], _router.PendingValidations, _router.CachedMessages)
                {
                    Scores = [.. subscribers.Select(_router.ScoreOf)],
                });
                break;
            case Gossip.GetPeerStatus status:
                Answer(new Gossip.GetPeerStatus.Status(_router.IsSubscribedToAny(status.Peer)));
                break;
            case ActorIdentity identity:
                _unhandled.Answered(identity);
                ReadOn();
                break;
            case Terminated terminated:
                _unhandled.Gone(terminated.ActorRef);
                ReadOn();
                foreach (var topic in _subscribers.Keys.ToArray())
                    Unsubscribe(topic, terminated.ActorRef, now);
                break;
            default:
                Unhandled(message);
                break;
        }
        RunEffects(now);
    }

    void Drain(IActorRef waiter)
    {
        if (_peers.All(peer => peer.Value.Link.IsIdle && _router.QueuedFor(peer.Key).Messages == 0))
            waiter.Tell(Gossip.Drained.Instance, Self);
        else
            Timers.StartSingleTimer(waiter, new Gossip.DrainCheck(waiter), DrainInterval);
    }

    void Answer(object message)
    {
        if (Sender != Context.System.DeadLetters)
            Sender.Tell(message, Self);
    }

    void Connect(Gossip.PeerConnected connected, TimeSpan now)
    {
        if (_peers.TryGetValue(connected.Peer, out var known))
        {
            if (known.Link == connected.Link)
                return;
            known.Link.Close(DisconnectReason.Replaced);
            Forget(connected.Peer, now);
        }
        _peers.Add(connected.Peer, new Peer(connected.Link));
        _router.PeerConnected(connected.Peer, connected.Version, connected.Direction, connected.Address);
    }

    void Forget(PeerId id, TimeSpan now)
    {
        _peers.Remove(id);
        _heldUp.RemoveWhere(received => received.Peer == id);
        _router.PeerDisconnected(id, now);
    }

    void End(DisconnectReason reason)
    {
        _timeout?.Dispose();
        foreach (var peer in _peers.Values)
            peer.Link.Close(reason);
        _peers.Clear();
    }

    void ReceiveFrom(Gossip.Received received, TimeSpan now)
    {
        if (!_peers.TryGetValue(received.Peer, out var peer) || peer.Link != received.Link)
            return;
        for (var taken = 0; taken < MaxRpcsPerTurn; taken++)
        {
            if (_unhandled.IsFull)
            {
                _heldUp.Add(received);
                return;
            }
            if (!received.Link.TryReceive(out var rpc))
                return;
            // An RPC that is refused has put a Disconnect among the effects; what follows it is not heard.
            _router.Receive(received.Peer, rpc, now);
            RunEffects(now, send: false);
            if (!_peers.TryGetValue(received.Peer, out peer) || peer.Link != received.Link)
                return;
        }
        Self.Tell(received, ActorRefs.NoSender);
    }

    /// <summary>Takes from peers again what was left to their links while subscribers had too much to handle.</summary>
    void ReadOn()
    {
        if (_unhandled.IsFull)
            return;
        foreach (var received in _heldUp)
            Self.Tell(received, ActorRefs.NoSender);
        _heldUp.Clear();
    }

    PublishOutcome Publish(string topic, ReadOnlyMemory<byte> data, bool mayRepeat, TimeSpan now)
    {
        if (_settings.Options.Signatures is not SignaturePolicy.StrictSign)
            return _router.Publish(topic, new MessageView { Data = data.Span }, now, mayRepeat);
        if (data.Length > _settings.Options.Limits.MessageSize.Bytes)
            return PublishOutcome.TooLarge;
        return _router.Publish(topic, MessageSignature.Sign(_settings.Key!, topic, data.Span, ++_sequence), now, mayRepeat);
    }

    void Subscribe(Gossip.Subscribe subscribe, TimeSpan now)
    {
        var (topic, subscriber) = (subscribe.Topic, subscribe.Subscriber);
        if (subscribe.Validator is { } validator)
            SetValidator(topic, validator);
        var isAccepted = GossipsubRouter.MayJoin(topic, _settings.Options.Limits);
        if (isAccepted)
        {
            if (!_subscribers.TryGetValue(topic, out var subscribers))
                _subscribers.Add(topic, subscribers = []);
            if (!subscribers.Contains(subscriber))
                subscribers.Add(subscriber);
            Context.Watch(subscriber);
            _router.Subscribe(topic, now);
        }
        Answer(new Gossip.Subscribed(topic, isAccepted));
    }

    void Unsubscribe(string topic, IActorRef subscriber, TimeSpan now)
    {
        if (_subscribers.TryGetValue(topic, out var subscribers) && subscribers.Remove(subscriber) && subscribers.Count == 0)
        {
            _subscribers.Remove(topic);
            _router.Unsubscribe(topic, now);
        }
        if (!_subscribers.Values.Any(others => others.Contains(subscriber)))
            Context.Unwatch(subscriber);
    }

    void SetValidator(string topic, MessageValidator? validator)
    {
        if (validator is null)
            _validators.Remove(topic);
        else
            _validators[topic] = validator;
    }
}
