using System.Net;
using Akka.Actor;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Everything that may be said to a gossipsub actor, and what it says.</summary>
public static class Gossip
{
    /// <summary>The actor.</summary>
    /// <param name="settings">What it is made with.</param>
    /// <exception cref="ArgumentException">The settings need a key, and have none.</exception>
    public static Props Props(GossipsubSettings settings) => GossipsubActor.Props(settings);

    /// <summary>A peer speaks gossipsub with us over a link. A link that the peer had before is closed.</summary>
    /// <param name="Peer">Who.</param>
    /// <param name="Link">The way to it.</param>
    /// <param name="Version">What its protocol id stands for.</param>
    /// <param name="Direction">Who dialled.</param>
    /// <param name="Address">Where it is connected from; null: not known.</param>
    public sealed record PeerConnected(PeerId Peer, IGossipsubLink Link, GossipsubVersion Version, PeerDirection Direction, IPAddress? Address);

    /// <summary>The link has ended by itself. Ignored when the peer has another link by now.</summary>
    public sealed record PeerDisconnected(PeerId Peer, IGossipsubLink Link);

    /// <summary>RPCs of the peer can be taken from the link. A link makes one such message and tells it again and again.</summary>
    public sealed record Received(PeerId Peer, IGossipsubLink Link);

    /// <summary>The link takes RPCs again. A link makes one such message and tells it again and again.</summary>
    public sealed record Writable(PeerId Peer, IGossipsubLink Link);

    /// <summary>The peer's signed record is known from Identify, and checked; pruned peers are offered it.</summary>
    public sealed record PeerRecordKnown(PeerId Peer, ReadOnlyMemory<byte> Envelope);

    /// <summary>P₅: the application's opinion of a connected peer.</summary>
    public sealed record SetApplicationScore(PeerId Peer, double Score);

    /// <summary>From now on the subscriber is told each accepted message of the topic as <see cref="Delivered"/>. Answered by <see cref="Subscribed"/>.</summary>
    public sealed record Subscribe(string Topic, IActorRef Subscriber)
    {
        /// <summary>Decides about the topic's messages from before the first on; null: whoever was set by <see cref="SetValidator"/>.</summary>
        public MessageValidator? Validator { get; init; }
    }

    /// <summary>The subscriber wants no more messages of the topic; with its last subscriber the topic is left. Needless when the subscriber stops.</summary>
    public sealed record Unsubscribe(string Topic, IActorRef Subscriber);

    /// <summary>Messages of the topic are decided by a validator; null: all are accepted. Holds for messages that come later.</summary>
    public sealed record SetValidator(string Topic, MessageValidator? Validator);

    /// <summary>Publishes data; answered by <see cref="Published"/>. Who publishes much waits for answers, so that the mailbox stays short.</summary>
    public sealed record Publish(string Topic, ReadOnlyMemory<byte> Data);

    /// <summary>Publishes data, again if it was seen before; answered by <see cref="PublishedTagged"/>.</summary>
    /// <param name="Topic">The topic.</param>
    /// <param name="Data">The data.</param>
    /// <param name="Tag">Comes back with the answer.</param>
    public sealed record PublishTagged(string Topic, ReadOnlyMemory<byte> Data, object Tag);

    /// <summary>The answer to <see cref="PublishTagged"/>.</summary>
    /// <param name="Tag">That of the question.</param>
    /// <param name="Outcome">What came of it.</param>
    public sealed record PublishedTagged(object Tag, PublishOutcome Outcome)
    {
        /// <summary>How many peers it is queued for, or have it already.</summary>
        public int PeerCount { get; init; }
    }

    /// <summary>The answer to <see cref="Subscribe"/>: false when the topic's name is over the limit.</summary>
    public sealed record Subscribed(string Topic, bool IsAccepted);

    /// <summary>The answer to <see cref="Publish"/>.</summary>
    public sealed record Published
    {
        static readonly Published[] All = [.. Enum.GetValues<PublishOutcome>().Select(outcome => new Published { Outcome = outcome })];

        Published()
        {
        }

        /// <summary>What became of the data.</summary>
        public PublishOutcome Outcome { get; private init; }

        /// <summary>The answer for an outcome.</summary>
        public static Published As(PublishOutcome outcome) => All[(int)outcome];
    }

    /// <summary>An accepted message, for a subscriber.</summary>
    /// <param name="Topic">Its topic.</param>
    /// <param name="Data">Its data.</param>
    /// <param name="From">Who sent it to us first.</param>
    /// <param name="Author">Who has signed it; null: nobody.</param>
    /// <param name="Decoded">What the topic's validator has made of it, so that nobody decodes it again; null: nothing.</param>
    public sealed record Delivered(string Topic, ReadOnlyMemory<byte> Data, PeerId From, PeerId? Author = null, object? Decoded = null);

    /// <summary>A peer is to be dialled; told to the parent.</summary>
    /// <param name="Peer">Whom.</param>
    /// <param name="SignedRecord">An envelope with its addresses, from another peer and not checked; empty: look elsewhere.</param>
    public sealed record ConnectWanted(PeerId Peer, ReadOnlyMemory<byte> SignedRecord);

    /// <summary>Asks for a <see cref="Status"/>.</summary>
    public sealed record GetStatus(string Topic)
    {
        /// <summary>What health checks and operators look at.</summary>
        public sealed record Status(
            int Peers, IReadOnlyList<PeerId> Subscribers, IReadOnlyList<PeerId> Mesh, int PendingValidations, int CachedMessages)
        {
            /// <summary>The scores of the subscribers (spec v1.1 §Peer Scoring), in their order.</summary>
            public IReadOnlyList<double> Scores { get; init; } = [];
        }
    }

    /// <summary>Asks for a <see cref="Status"/>.</summary>
    public sealed record GetPeerStatus(PeerId Peer)
    {
        /// <summary>What is known of a peer.</summary>
        /// <param name="IsSubscribed">Whether it has said what it is subscribed to.</param>
        public sealed record Status(bool IsSubscribed);
    }

    /// <summary>Answer with <see cref="Drained"/> when nothing waits to be sent to any peer.</summary>
    public sealed record Drain
    {
        /// <summary>The one there is.</summary>
        public static readonly Drain Instance = new();
    }

    /// <summary>Nothing waits to be sent.</summary>
    public sealed record Drained
    {
        /// <summary>The one there is.</summary>
        public static readonly Drained Instance = new();
    }

    /// <summary>Look again whether whoever waits can be answered.</summary>
    internal sealed record DrainCheck(IActorRef Waiter);

    /// <summary>An incarnation of the actor is new, and knows nothing of what its parent was asked for; told to the parent.</summary>
    public sealed record Started
    {
        /// <summary>The one there is.</summary>
        public static readonly Started Instance = new();
    }

    internal sealed record Heartbeat
    {
        public static readonly Heartbeat Instance = new();
    }

    /// <summary>A validation that took time has ended.</summary>
    internal sealed record Validated(
        GossipsubActor Incarnation, GossipMessage Message, Task<ValidationResult> Decision, CancellationTokenSource Timeout);
}

/// <summary>Decides about a message of one topic (spec v1.1 §Extended Validators).</summary>
/// <remarks>Runs in the actor's turn up to its first await, so work that takes long is begun elsewhere. What it throws is logged, and the message ignored.</remarks>
/// <param name="message">The message; only its data and topic matter. Its signature, if it has one, has been verified.</param>
/// <param name="cancellation">Cancelled when the time for the decision is over: the message is then ignored.</param>
public delegate ValueTask<ValidationResult> MessageValidator(GossipMessage message, CancellationToken cancellation);
