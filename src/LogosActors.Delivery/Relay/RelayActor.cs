using LogosActors.Actors;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;
using Microsoft.Extensions.Logging;

namespace LogosActors.Delivery.Relay;

/// <summary>Knows which shards the node takes part in and why, and hands what travels on them to its observers.</summary>
/// <remarks>
/// Parent: <see cref="NodeActor"/>, which restarts it. Its <see cref="RelayRegistrations"/> outlive a failure, and so do the shards that
/// it has joined: messages wait, and the one that failed is handled again. Observers are told, and may ask stores.
/// </remarks>
internal sealed class RelayActor : Actor
{
    /// <summary>How long the application's validator may take to decide about a message of this node's own: as long as about others'.</summary>
    static readonly TimeSpan ValidationTimeout = TimeSpan.FromSeconds(5);

    readonly GossipsubTopics _gossipsub;
    readonly MessageValidation _validation;
    readonly RelayedShards _relayed;
    readonly Dictionary<PubsubTopic, RelayRegistrations.Shard> _shards;
    readonly List<ActorRef> _observers;

    // At most as many as a network has shards.
    readonly Dictionary<PubsubTopic, string> _names = [];

    public RelayActor(GossipsubTopics gossipsub, RelayRegistrations registrations, MessageValidation validation)
    {
        (_gossipsub, _validation, _shards, _observers) = (gossipsub, validation, registrations.Shards, registrations.Observers);
        var self = Self;
        _relayed = registrations.Relayed ??= new RelayedShards(gossipsub, validation, message => Hand(message, self), Time, Log);
    }

    protected override void PreRestart(Exception reason, object? message)
    {
        if (Retried.Deserves(message))
            Self.Tell(new Retried(message!), Sender);
    }

    protected override void PostRestart(Exception reason)
    {
        foreach (var observer in _observers)
        {
            Context.Watch(observer);
            observer.Tell(RelayTopics.Restarted.Instance, Self);
        }
    }

    protected override void PostStop()
    {
        foreach (var shard in _shards.Values)
            _ = EndAsync(shard.Subscription);
    }

    protected override void Receive(object message)
    {
        switch (message)
        {
            case RelayTopics.Seen seen:
                Show(seen);
                break;
            case RelayTopics.Publish publish:
                Publish(publish);
                break;
            case Validated validated:
                Publish(validated.Publish, validated.IsAccepted, validated.Publisher);
                break;
            case RelayTopics.Join join:
                Context.PipeTo(JoinAsync(join), Sender);
                break;
            case RelayTopics.Leave leave:
                Leave(leave);
                break;
            case RelayTopics.GetShards:
                Reply(new RelayTopics.Shards([.. _shards.Keys.OrderBy(shard => shard.Cluster).ThenBy(shard => shard.Shard)]));
                break;
            case RelayTopics.Observe observe:
                if (!_observers.Contains(observe.Observer))
                    _observers.Add(observe.Observer);
                Context.Watch(observe.Observer);
                break;
            case Terminated terminated:
                _observers.Remove(terminated.Actor);
                break;
            case Retried retried:
                Receive(retried.Message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Show(RelayTopics.Seen seen)
    {
        foreach (var observer in _observers)
            observer.Tell(seen, Self);
    }

    Task<RelayTopics.Joined> JoinAsync(RelayTopics.Join join)
    {
        if (!_shards.TryGetValue(join.Shard, out var shard))
            _shards.Add(join.Shard, shard = new RelayRegistrations.Shard(_relayed.SubscribeAsync(join.Shard)));
        shard.Owners.Add(join.Owner);
        return AnswerAsync(shard.Subscription, join.Shard);
    }

    // Several may wait for one subscription. Of several that await a task only one goes on at once, the others do so in the thread pool,
    // where the deterministic host cannot follow; continuations like this one all go on at once.
    static Task<RelayTopics.Joined> AnswerAsync(Task subscription, PubsubTopic shard) => subscription.ContinueWith(
        ended =>
        {
#pragma warning disable VSTHRD002 // it has ended; this throws what it failed with
            ended.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
            return new RelayTopics.Joined(shard);
        },
        CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    static void Hand(RelayedMessage message, ActorRef self)
    {
        if (PubsubTopic.TryParse(message.PubsubTopic, out var shard))
            self.Tell(new RelayTopics.Seen(shard, message.Hash, message.Message, IsOwn: false, message.IsArchivable));
    }

    /// <summary>The network refuses what its validators refuse: the node's own is asked each time, as the Nim reference asks it.</summary>
    void Publish(RelayTopics.Publish publish)
    {
        if (!_validation.HasValidator)
        {
            Publish(publish, isAccepted: true, Sender);
            return;
        }
        var message = _validation.Own(NameOf(publish.Shard), publish.Message, publish.Hash, UnixNanoseconds.Now(Time));
        Context.PipeTo(ValidateAsync(message, publish, Sender));
    }

    async Task<Validated> ValidateAsync(RelayedMessage message, RelayTopics.Publish publish, ActorRef publisher)
    {
        try
        {
            using var late = new CancellationTokenSource(ValidationTimeout, Time);
            var decision = await _validation.AskAsync(message, late.Token).AsTask().WaitAsync(late.Token);
            return new Validated(publish, decision is ValidationResult.Accept, publisher);
        }
#pragma warning disable CA1031 // whatever the application's validator does, it has not accepted the message
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.LogWarning(e, "The validator has failed; message {Hash} of this node is not sent", publish.Hash);
            return new Validated(publish, IsAccepted: false, publisher);
        }
    }

    /// <summary>The answer goes from the router straight to whoever publishes: this is the way of every message that is sent.</summary>
    void Publish(RelayTopics.Publish publish, bool isAccepted, ActorRef publisher)
    {
        if (!isAccepted)
        {
            publisher.Tell(new Gossip.PublishedTagged(publish.Tag, PublishOutcome.Invalid), Self);
            return;
        }
        _gossipsub.Actor.Tell(new Gossip.PublishTagged(NameOf(publish.Shard), WakuMessageCodec.Encode(publish.Message), publish.Tag), publisher);
        if (!publish.IsRepeat)
            Show(new RelayTopics.Seen(publish.Shard, publish.Hash, publish.Message, IsOwn: true, IsArchivable: !publish.Message.IsEphemeral));
    }

    string NameOf(PubsubTopic shard)
    {
        if (!_names.TryGetValue(shard, out var name))
            _names.Add(shard, name = shard.ToString());
        return name;
    }

    void Leave(RelayTopics.Leave leave)
    {
        if (!_shards.TryGetValue(leave.Shard, out var shard) || !shard.Owners.Remove(leave.Owner) || shard.Owners.Count > 0)
            return;
        _shards.Remove(leave.Shard);
        _ = EndAsync(shard.Subscription);
    }

    static async Task EndAsync(Task<IAsyncDisposable> subscription) => await (await subscription).DisposeAsync();

    sealed record Validated(RelayTopics.Publish Publish, bool IsAccepted, ActorRef Publisher);
}
