using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Actors.Tracing;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Metrics;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Relay;

/// <summary>Knows which shards the node takes part in and for whom, and subscribes those directly: no message passes through it.</summary>
/// <remarks>
/// Parent: <see cref="NodeActor"/>, one-for-one, resume. A failure costs the message that it was given; the shards stay joined. Each shard has
/// a validator, which decodes a message once for all its receivers. Child: the <see cref="RelayTapActor"/>, one-for-one, restart at once.
/// </remarks>
/// <param name="gossipsub">The router.</param>
/// <param name="validation">Decides about messages.</param>
/// <param name="tap">Says whether somebody watches.</param>
/// <param name="view">Where the joined shards are published.</param>
/// <param name="counts">Counts the messages that are accepted.</param>
internal sealed class RelayActor(IActorRef gossipsub, MessageValidation validation, RelayTap tap, RelayView view, MessageCounts counts) : SupervisedActor
{
    readonly Dictionary<PubsubTopic, Shard> _shards = [];
    readonly Dictionary<string, Shard> _byName = new(StringComparer.Ordinal);
    readonly List<IActorRef> _observers = [];
    IActorRef? _tapActor;

    public static Props Props(IActorRef gossipsub, MessageValidation validation, RelayTap tap, RelayView view, MessageCounts counts) =>
        Akka.Actor.Props.Create(() => new RelayActor(gossipsub, validation, tap, view, counts));

    // The tap restarts also when it was killed: Akka would stop it, and watchers would see nothing any longer.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Restart);

    protected override void PreStart()
    {
        var self = Self;
        tap.OnChange(() => self.Tell(RelayTopics.TapChanged.Instance, ActorRefs.NoSender));
        Self.Tell(RelayTopics.TapChanged.Instance);
    }

    protected override void PostStop()
    {
        tap.OnChange(null);
        foreach (var shard in _shards.Values)
            End(shard);
        view.Shards = [];
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RelayTopics.Join join:
                Join(join);
                break;
            case Gossip.Subscribed subscribed:
                Joined(subscribed);
                break;
            case RelayTopics.Leave leave:
                Leave(leave);
                if (!Sender.IsNobody())
                    Sender.Tell(new RelayTopics.Left(leave.Shard));
                break;
            case RelayTopics.Observe observe:
                Observe(observe.Observer);
                break;
            case RelayTopics.Unobserve unobserve:
                Unobserve(unobserve.Observer);
                break;
            case RelayTopics.TapChanged:
                WatchOrNot();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Join(RelayTopics.Join join)
    {
        if (!_shards.TryGetValue(join.Shard, out var shard))
            shard = Begin(join.Shard);
        shard.Owners[join.Owner] = join.Receiver;
        Update(shard);
        if (Sender.IsNobody())
            return;
        if (shard.IsJoined)
            Sender.Tell(new RelayTopics.Joined(join.Shard));
        else
            shard.Waiting.Add(Sender);
    }

    Shard Begin(PubsubTopic topic)
    {
        var shard = new Shard(topic, topic.ToString());
        _shards.Add(topic, shard);
        _byName.Add(shard.Name, shard);
        view.Shards = [.. _shards.Keys.OrderBy(known => known.Cluster).ThenBy(known => known.Shard)];
        // Before the first message can come.
        var (decide, count, time) = (validation, counts, Time);
        gossipsub.Tell(new Gossip.SetValidator(shard.Name, (message, cancellation) =>
        {
            var now = UnixNanoseconds.Now(time);
            var decision = decide.DecideAsync(message, now, cancellation);
            if (SpanSource.IsListened && message.Decoded is RelayedMessage relayed)
                relayed.ReceivedAt = now;
            return CountAccepted(count, message, decision);
        }));
        // The node relays the shard even when none of its actors wants the messages.
        gossipsub.Tell(new Gossip.Subscribe(shard.Name, ActorRefs.Nobody));
        return shard;
    }

    // In the router's turn; what its validator decides at once is not awaited.
    static ValueTask<ValidationResult> CountAccepted(MessageCounts counts, GossipMessage message, ValueTask<ValidationResult> decision)
    {
        if (!decision.IsCompletedSuccessfully)
            return CountLaterAsync(counts, message, decision);
        var result = decision.Result;
        Count(counts, message, result);
        return ValueTask.FromResult(result);
    }

    static async ValueTask<ValidationResult> CountLaterAsync(MessageCounts counts, GossipMessage message, ValueTask<ValidationResult> decision)
    {
        var result = await decision;
        Count(counts, message, result);
        return result;
    }

    static void Count(MessageCounts counts, GossipMessage message, ValidationResult result)
    {
        if (result is ValidationResult.Accept && message.Decoded is RelayedMessage relayed)
            counts.Add(isOwn: false, relayed.Message.Payload.Length);
    }

    void Joined(Gossip.Subscribed subscribed)
    {
        if (!_byName.TryGetValue(subscribed.Topic, out var shard) || shard.IsJoined)
            return;
        shard.IsJoined = true;
        foreach (var waiting in shard.Waiting)
            waiting.Tell(new RelayTopics.Joined(shard.Topic));
        shard.Waiting.Clear();
    }

    void Leave(RelayTopics.Leave leave)
    {
        if (!_shards.TryGetValue(leave.Shard, out var shard) || !shard.Owners.Remove(leave.Owner))
            return;
        if (shard.Owners.Count > 0)
        {
            Update(shard);
            return;
        }
        _shards.Remove(leave.Shard);
        _byName.Remove(shard.Name);
        view.Shards = [.. view.Shards.Where(known => known != leave.Shard)];
        End(shard);
    }

    void Observe(IActorRef observer)
    {
        if (_observers.Contains(observer))
            return;
        _observers.Add(observer);
        foreach (var shard in _shards.Values)
            Update(shard);
    }

    void Unobserve(IActorRef observer)
    {
        if (!_observers.Remove(observer))
            return;
        foreach (var shard in _shards.Values)
            Update(shard);
    }

    void WatchOrNot()
    {
        if (tap.IsWatched == _tapActor is not null)
            return;
        if (_tapActor is null)
        {
            _tapActor = Context.ActorOf(RelayTapActor.Props(tap));
            tap.Actor = _tapActor;
            Observe(_tapActor);
            return;
        }
        tap.Actor = null;
        Unobserve(_tapActor);
        Context.Stop(_tapActor);
        _tapActor = null;
    }

    /// <summary>Subscribes who is to have a shard's messages, and no one else.</summary>
    void Update(Shard shard)
    {
        var wanted = shard.Owners.Values.OfType<IActorRef>().Concat(_observers).Distinct().ToList();
        foreach (var receiver in shard.Receivers.Except(wanted).ToList())
        {
            shard.Receivers.Remove(receiver);
            gossipsub.Tell(new Gossip.Unsubscribe(shard.Name, receiver));
        }
        foreach (var receiver in wanted.Except(shard.Receivers).ToList())
        {
            shard.Receivers.Add(receiver);
            gossipsub.Tell(new Gossip.Subscribe(shard.Name, receiver));
        }
    }

    void End(Shard shard)
    {
        foreach (var receiver in shard.Receivers)
            gossipsub.Tell(new Gossip.Unsubscribe(shard.Name, receiver));
        gossipsub.Tell(new Gossip.Unsubscribe(shard.Name, ActorRefs.Nobody));
        gossipsub.Tell(new Gossip.SetValidator(shard.Name, null));
    }

    sealed class Shard(PubsubTopic topic, string name)
    {
        public PubsubTopic Topic => topic;

        public string Name => name;

        public Dictionary<string, IActorRef?> Owners { get; } = new(StringComparer.Ordinal);

        /// <summary>Who is subscribed at the router.</summary>
        public List<IActorRef> Receivers { get; } = [];

        public bool IsJoined { get; set; }

        /// <summary>Who waits until it is joined.</summary>
        public List<IActorRef> Waiting { get; } = [];
    }
}
