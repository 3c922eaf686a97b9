using Akka.Actor;
using LogosActors.Delivery.Archive;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.StoreSync;

/// <summary>What may be said to the <see cref="SynchronizationActor"/>, and what it says.</summary>
internal static class Synchronization
{
    /// <summary>The archive has these messages now, durably.</summary>
    public sealed record Kept(IReadOnlyList<ArchivedMessage> Messages) : INoSerializationVerificationNeeded;

    /// <summary>A peer's payload; answered by <see cref="Answer"/>.</summary>
    /// <param name="Session">Which reconciliation it belongs to.</param>
    /// <param name="Payload">What the peer says.</param>
    /// <param name="IsFirst">Whether the peer begins with it.</param>
    internal sealed record Turn(SyncSession Session, ReconciliationPayload Payload, bool IsFirst) : INoSerializationVerificationNeeded;

    /// <summary>What is answered.</summary>
    /// <param name="Payload">The payload; null: none.</param>
    /// <param name="IsOver">Whether the reconciliation is over after it.</param>
    internal sealed record Answer(ReconciliationPayload? Payload, bool IsOver) : INoSerializationVerificationNeeded
    {
        public static readonly Answer End = new(ReconciliationPayload.End, IsOver: true);
    }

    /// <summary>A reconciliation is over, whatever its end.</summary>
    /// <param name="Session">Which one.</param>
    /// <param name="Problem">Why it did not come to its end; null: it did.</param>
    internal sealed record Ended(SyncSession Session, string? Problem = null) : INoSerializationVerificationNeeded;

    /// <summary>Asks whether a peer may give this store a message; answered by <see cref="Verdict"/>. A yes is not given twice.</summary>
    /// <param name="Peer">Who has sent it.</param>
    /// <param name="PubsubTopic">Its topic.</param>
    /// <param name="Id">Its time and hash.</param>
    internal sealed record Offered(PeerId Peer, string PubsubTopic, ArchivePosition Id) : INoSerializationVerificationNeeded;

    /// <summary>Whether it may.</summary>
    internal sealed record Verdict(bool IsWanted)
    {
        public static readonly Verdict Yes = new(true);

        public static readonly Verdict No = new(false);
    }

    internal sealed record Loaded(RecentMessages? Messages, string? Problem) : INoSerializationVerificationNeeded;

    internal sealed record Transferred(PeerId Peer, int Sent, int Wanted, string? Problem) : INoSerializationVerificationNeeded;

    internal sealed record Load
    {
        public static readonly Load Instance = new();
    }

    internal sealed record Begin
    {
        public static readonly Begin Instance = new();
    }
}

/// <summary>One reconciliation with one peer; the same one only if it is the same object.</summary>
internal sealed class SyncSession(PeerId peer)
{
    public PeerId Peer { get; } = peer;
}
