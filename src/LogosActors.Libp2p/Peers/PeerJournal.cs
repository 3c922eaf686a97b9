namespace LogosActors.Libp2p.Peers;

/// <summary>What is said to a <see cref="PeerJournalActor"/>, and what it says.</summary>
internal static class PeerJournal
{
    /// <summary>Stores what has changed; the answer is <see cref="Stored"/> when it is durable.</summary>
    public sealed record Store(IReadOnlyList<KnownPeer> Remembered, IReadOnlyList<Identity.PeerId> Forgotten);

    public sealed record Stored
    {
        public static readonly Stored Instance = new();
    }

    /// <summary>The journal has failed, and is not back yet.</summary>
    public sealed record NotStored
    {
        public static readonly NotStored Instance = new();
    }

    /// <summary>What was stored before, told to the host by each incarnation.</summary>
    public sealed record Recovered(IReadOnlyList<KnownPeer> Peers);
}
