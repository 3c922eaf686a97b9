using System.Diagnostics;
using Akka.Actor;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Relay;

/// <summary>What may be said to the actor of the relay and to the router.</summary>
public static class RelayTopics
{
    /// <summary>To the relay: take part in a shard from now on, on behalf of an owner; answered by <see cref="Joined"/>. Once is enough.</summary>
    /// <param name="Shard">The shard.</param>
    /// <param name="Owner">Who needs it.</param>
    /// <param name="Receiver">Is sent the shard's messages as <see cref="Gossip.Delivered"/>, whose <see cref="Gossip.Delivered.Decoded"/> is a
    /// <see cref="RelayedMessage"/>; null: the owner wants none.</param>
    internal sealed record Join(PubsubTopic Shard, string Owner, IActorRef? Receiver = null) : INoSerializationVerificationNeeded;

    /// <summary>The node takes part in a shard.</summary>
    internal sealed record Joined(PubsubTopic Shard);

    /// <summary>To the relay: an owner needs a shard no longer; the last one's leave ends the node's part in it. Answered by <see cref="Left"/>.</summary>
    internal sealed record Leave(PubsubTopic Shard, string Owner);

    /// <summary>An owner has left a shard.</summary>
    internal sealed record Left(PubsubTopic Shard);

    /// <summary>To the relay: send an observer the messages of every shard that is joined, as a receiver gets them.</summary>
    internal sealed record Observe(IActorRef Observer) : INoSerializationVerificationNeeded;

    /// <summary>To the relay: an observer wants no further messages.</summary>
    internal sealed record Unobserve(IActorRef Observer) : INoSerializationVerificationNeeded;

    /// <summary>To the relay: <see cref="RelayTap.IsWatched"/> may have changed.</summary>
    internal sealed record TapChanged
    {
        public static readonly TapChanged Instance = new();
    }

    /// <summary>To the router: send a message to the peers of a shard; answered by <see cref="Gossip.PublishedTagged"/>.</summary>
    /// <param name="Shard">The shard.</param>
    /// <param name="Hash">The message's hash on it.</param>
    /// <param name="Message">The message.</param>
    /// <param name="Tag">Comes back with the answer.</param>
    /// <param name="IsRepeat">Whether it was published before; then observers know it.</param>
    internal sealed record Publish(PubsubTopic Shard, MessageHash Hash, WakuMessage Message, object Tag, bool IsRepeat) : INoSerializationVerificationNeeded
    {
        /// <summary>The message's bytes, if it is encoded already; empty: it is not.</summary>
        public ReadOnlyMemory<byte> Encoded { get; init; }

        /// <summary>Whether the message is of this node's own application, which then does not receive it.</summary>
        /// <value>Default true; false for what a light client has pushed.</value>
        public bool IsOwn { get; init; } = true;

        /// <summary>The span of the attempt; null: it is not traced.</summary>
        public Activity? Span { get; init; }
    }

    /// <summary>A message of a joined shard. Sent by the router for what this node has published; and what watchers of the
    /// relay are shown.</summary>
    /// <param name="Shard">The shard.</param>
    /// <param name="Hash">The message's hash on it.</param>
    /// <param name="Message">The message.</param>
    /// <param name="IsOwn">Whether this node's application has published it.</param>
    /// <param name="IsArchivable">Whether an archive keeps it.</param>
    public sealed record Seen(PubsubTopic Shard, MessageHash Hash, WakuMessage Message, bool IsOwn, bool IsArchivable = true) : INoSerializationVerificationNeeded
    {
        /// <summary>The message's bytes, of what the router sends; else empty.</summary>
        public ReadOnlyMemory<byte> Encoded { get; init; }
    }
}
