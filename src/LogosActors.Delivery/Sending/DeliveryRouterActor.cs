using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Sending;

/// <summary>Decides by which protocol a message leaves the node, and whether it may: the one place that knows the node's mode.</summary>
/// <remarks>
/// Parent: <see cref="Hosting.NodeActor"/>, one-for-one, restart with backoff. A core node relays. The network refuses what its validators
/// refuse: the application's own is asked each time, as the Nim reference asks it. The answer goes from the protocol's actor straight to
/// whoever publishes. A failure costs the message that it was given, which is published again after
/// <see cref="SendProgress.PublishAnswerWait"/>; it has no state.
/// </remarks>
/// <param name="mode">The node's mode.</param>
/// <param name="gossipsub">The relay's router.</param>
/// <param name="validation">Has the application's validator.</param>
/// <param name="observers">Are sent what this node publishes, once each.</param>
/// <param name="tap">Is shown it, too, while somebody watches.</param>
internal sealed class DeliveryRouterActor(
    NodeMode mode, GossipsubTopics gossipsub, MessageValidation validation, IReadOnlyList<IActorRef> observers, RelayTap tap) : SupervisedActor
{
    /// <summary>How long the application's validator may take to decide about a message of this node's own: as long as about others'.</summary>
    static readonly TimeSpan ValidationTimeout = TimeSpan.FromSeconds(5);

    // At most as many as a network has shards.
    readonly Dictionary<PubsubTopic, string> _names = [];

    public static Props Props(
        NodeMode mode, GossipsubTopics gossipsub, MessageValidation validation, IReadOnlyList<IActorRef> observers, RelayTap tap) =>
        Akka.Actor.Props.Create(() => new DeliveryRouterActor(mode, gossipsub, validation, observers, tap));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RelayTopics.Publish publish when validation.HasValidator:
                var own = validation.Own(NameOf(publish.Shard), publish.Message, publish.Hash, UnixNanoseconds.Now(Time));
                PipeToSelf(ValidateAsync(own, publish, Sender, Time));
                break;
            case RelayTopics.Publish publish:
                Publish(publish, Sender);
                break;
            case Validated { IsAccepted: true } validated:
                Publish(validated.Publish, validated.Publisher);
                break;
            case Validated refused:
                if (refused.Failure is { } failure)
                    Log.Warning(failure, "The validator has failed; message {0} of this node is not sent", refused.Publish.Hash);
                refused.Publisher.Tell(new Gossip.PublishedTagged(refused.Publish.Tag, PublishOutcome.Invalid));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Publish(RelayTopics.Publish publish, IActorRef publisher)
    {
        if (mode is not NodeMode.Core)
            throw new NotSupportedException($"There is no way to send in mode {mode}.");
        gossipsub.Publisher.Tell(new Gossip.PublishTagged(NameOf(publish.Shard), WakuMessageCodec.Encode(publish.Message), publish.Tag), publisher);
        if (publish.IsRepeat)
            return;
        var watcher = tap.Actor;
        if (observers.Count == 0 && watcher is null)
            return;
        var seen = new RelayTopics.Seen(publish.Shard, publish.Hash, publish.Message, IsOwn: true, IsArchivable: !publish.Message.IsEphemeral);
        foreach (var observer in observers)
            observer.Tell(seen);
        watcher?.Tell(seen);
    }

    async Task<Validated> ValidateAsync(RelayedMessage message, RelayTopics.Publish publish, IActorRef publisher, TimeProvider time)
    {
        try
        {
            using var late = new CancellationTokenSource(ValidationTimeout, time);
            var decision = await validation.AskAsync(message, late.Token).AsTask().WaitAsync(late.Token);
            return new Validated(publish, decision is ValidationResult.Accept, publisher, Failure: null);
        }
#pragma warning disable CA1031 // whatever the application's validator does, it has not accepted the message
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new Validated(publish, IsAccepted: false, publisher, e);
        }
    }

    string NameOf(PubsubTopic shard)
    {
        if (!_names.TryGetValue(shard, out var name))
            _names.Add(shard, name = shard.ToString());
        return name;
    }

    sealed record Validated(RelayTopics.Publish Publish, bool IsAccepted, IActorRef Publisher, Exception? Failure) : INoSerializationVerificationNeeded;
}
