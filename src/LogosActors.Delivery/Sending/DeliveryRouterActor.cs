using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Actors.Tracing;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Metrics;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Sending;

/// <summary>Decides by which protocol a message leaves the node, and whether it may: the one place that knows the node's mode.</summary>
/// <remarks>
/// Parent: <see cref="Hosting.NodeActor"/>, one-for-one, restart with backoff. A core node relays. What this node
/// would not relay for others it does not send, and what it would not archive of others it does not archive: the rules are asked each time, the
/// application's validator among them, as the Nim reference asks it. The answer goes from the protocol's actor straight to
/// whoever publishes. A failure costs the message that it was given, which is published again after
/// <see cref="SendProgress.PublishAnswerWait"/>; it has no state.
/// </remarks>
/// <param name="mode">The node's mode.</param>
/// <param name="gossipsub">The relay's router.</param>
/// <param name="validation">Has the application's validator.</param>
/// <param name="observers">Are sent what this node publishes, once each.</param>
/// <param name="tap">Is shown it, too, while somebody watches.</param>
/// <param name="counts">Counts it.</param>
internal sealed class DeliveryRouterActor(
    NodeMode mode, GossipsubTopics gossipsub, MessageValidation validation, IReadOnlyList<IActorRef> observers, RelayTap tap,
    MessageCounts counts) : SupervisedActor
{
    /// <summary>How long the application's validator may take to decide about a message of this node's own: as long as about others'.</summary>
    static readonly TimeSpan ValidationTimeout = TimeSpan.FromSeconds(5);

    // At most as many as a network has shards.
    readonly Dictionary<PubsubTopic, string> _names = [];

    public static Props Props(
        NodeMode mode, GossipsubTopics gossipsub, MessageValidation validation, IReadOnlyList<IActorRef> observers, RelayTap tap, MessageCounts counts) =>
        Akka.Actor.Props.Create(() => new DeliveryRouterActor(mode, gossipsub, validation, observers, tap, counts));

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
        var encoded = WakuMessageCodec.Encode(publish.Message);
        var result = validation.DecideOwn(
            NameOf(publish.Shard), publish.Message, encoded, publish.Hash, UnixNanoseconds.Now(Time), out var own);
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
        if (mode is not NodeMode.Core)
            throw new NotSupportedException($"There is no way to send in mode {mode}.");
        passed.Span?.SetTag(SpanTags.Protocol, "relay");
        SpanSource.End(passed.Span, Time);
        gossipsub.Publisher.Tell(new Gossip.PublishTagged(NameOf(publish.Shard), passed.Encoded, publish.Tag), publisher);
        if (publish.IsRepeat)
            return;
        counts.Add(isOwn: true, publish.Message.Payload.Length);
        var watcher = tap.Actor;
        if (observers.Count == 0 && watcher is null)
            return;
        var seen = new RelayTopics.Seen(publish.Shard, publish.Hash, publish.Message, IsOwn: true, passed.IsArchivable);
        foreach (var observer in observers)
            observer.Tell(seen);
        watcher?.Tell(seen);
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

    sealed record Checked(RelayTopics.Publish Publish, byte[] Encoded, bool IsArchivable, Activity? Span);

    sealed record Validated(Checked Checked, bool IsAccepted, IActorRef Publisher, Exception? Failure) : INoSerializationVerificationNeeded;
}
