using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Actors.Tracing;
using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Lightpush;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Metrics;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Sending;

/// <summary>Decides by which protocol a message leaves the node, and whether it may: the one place that knows the node's mode.</summary>
/// <remarks>
/// Parent: <see cref="Hosting.NodeActor"/>, one-for-one, restart with backoff. A core node relays, an edge node has service nodes relay. What this node
/// would not relay for others it does not send, and what it would not archive of others it does not archive: the rules are asked each time, the
/// application's validator among them, as the Nim reference asks it. The answer goes from the protocol's actor straight to
/// whoever publishes. A failure costs the message that it was given, which is published again after
/// <see cref="SendProgress.PublishAnswerWait"/>; it has no state.
/// </remarks>
/// <param name="gossipsub">The relay's router; null: the node does not relay.</param>
/// <param name="lightpush">The <see cref="LightpushClientActor"/> of a node that does not relay.</param>
/// <param name="validation">Has the application's validator.</param>
/// <param name="observers">Are sent what this node publishes, once each.</param>
/// <param name="tap">Is shown it, too, while somebody watches.</param>
/// <param name="filter">Is sent it, too, while light clients are subscribed.</param>
/// <param name="counts">Counts it.</param>
internal sealed class DeliveryRouterActor(
    GossipsubTopics? gossipsub, IActorRef lightpush, MessageValidation validation, IReadOnlyList<IActorRef> observers, RelayTap tap,
    FilterFeed filter, MessageCounts counts) : SupervisedActor
{
    /// <summary>How long the application's validator may take to decide about a message of this node's own: as long as about others'.</summary>
    static readonly TimeSpan ValidationTimeout = TimeSpan.FromSeconds(5);

    // At most as many as a network has shards.
    readonly Dictionary<PubsubTopic, string> _names = [];

    public static Props Props(
        GossipsubTopics? gossipsub, IActorRef lightpush, MessageValidation validation, IReadOnlyList<IActorRef> observers, RelayTap tap, FilterFeed filter,
        MessageCounts counts) =>
        Akka.Actor.Props.Create(() => new DeliveryRouterActor(gossipsub, lightpush, validation, observers, tap, filter, counts));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RelayTopics.Publish publish:
                Consider(publish, Sender);
                break;
            case Validated { IsAccepted: true } validated:
                Publish(validated.Checked, validated.Publisher);
                break;
            case Validated refused:
                if (refused.Failure is { } failure)
                    Log.Warning(failure, "The validator has failed; message {0} of this node is not sent", refused.Checked.Publish.Hash);
                Refuse(refused.Checked, refused.Publisher);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>Applies the rules for the messages of peers: they would penalise this node for what they refuse.</summary>
    void Consider(RelayTopics.Publish publish, IActorRef publisher)
    {
        var span = SpanSource.StartChild(Spans.Route, publish.Span, Time);
        var encoded = publish.Encoded.IsEmpty ? WakuMessageCodec.Encode(publish.Message) : publish.Encoded;
        var result = validation.DecideOwn(
            NameOf(publish.Shard), publish.Message, encoded.Span, publish.Hash, UnixNanoseconds.Now(Time), out var own);
        var passed = new Checked(publish, encoded, own.IsArchivable, span);
        if (result is not ValidationResult.Accept)
            Refuse(passed, publisher);
        else if (validation.HasValidator)
            PipeToSelf(ValidateAsync(own, passed, publisher, Time));
        else
            Publish(passed, publisher);
    }

    void Refuse(Checked refused, IActorRef publisher)
    {
        SpanSource.End(refused.Span, Time, "The rules or the validator do not accept the message.");
        publisher.Tell(new Gossip.PublishedTagged(refused.Publish.Tag, PublishOutcome.Invalid));
    }

    void Publish(Checked passed, IActorRef publisher)
    {
        var publish = passed.Publish;
        passed.Span?.SetTag(SpanTags.Protocol, gossipsub is null ? "lightpush" : "relay");
        SpanSource.End(passed.Span, Time);
        if (gossipsub is not null)
            gossipsub.Publisher.Tell(new Gossip.PublishTagged(NameOf(publish.Shard), passed.Encoded, publish.Tag), publisher);
        else
            lightpush.Tell(new LightpushClient.Push(publish.Shard, publish.Hash, passed.Encoded, publish.Tag), publisher);
        if (publish.IsRepeat)
            return;
        counts.Add(publish.IsOwn, publish.Message.Payload.Length);
        var (watcher, subscribers) = (tap.Actor, filter.Receiver);
        if (observers.Count == 0 && watcher is null && subscribers is null)
            return;
        var seen = new RelayTopics.Seen(publish.Shard, publish.Hash, publish.Message, publish.IsOwn, passed.IsArchivable) { Encoded = passed.Encoded };
        foreach (var observer in observers)
            observer.Tell(seen);
        watcher?.Tell(seen);
        subscribers?.Tell(seen);
    }

    async Task<Validated> ValidateAsync(RelayedMessage message, Checked passed, IActorRef publisher, TimeProvider time)
    {
        try
        {
            using var late = new CancellationTokenSource(ValidationTimeout, time);
            var decision = await validation.AskAsync(message, late.Token).AsTask().WaitAsync(late.Token);
            return new Validated(passed, decision is ValidationResult.Accept, publisher, Failure: null);
        }
#pragma warning disable CA1031 // whatever the application's validator does, it has not accepted the message
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new Validated(passed, IsAccepted: false, publisher, e);
        }
    }

    string NameOf(PubsubTopic shard)
    {
        if (!_names.TryGetValue(shard, out var name))
            _names.Add(shard, name = shard.ToString());
        return name;
    }

    sealed record Checked(RelayTopics.Publish Publish, ReadOnlyMemory<byte> Encoded, bool IsArchivable, Activity? Span);

    sealed record Validated(Checked Checked, bool IsAccepted, IActorRef Publisher, Exception? Failure) : INoSerializationVerificationNeeded;
}
