using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>A message of a topic.</summary>
/// <param name="Topic">Its topic.</param>
/// <param name="Data">Its data, at most <see cref="GossipsubLimits.MessageSize"/>.</param>
/// <param name="ReceivedFrom">The peer that sent it to this host first; not necessarily its author.</param>
/// <param name="Author">Who has signed it, where <see cref="SignaturePolicy"/> lets messages be signed; null: nobody.</param>
public sealed record PubsubMessage(string Topic, ReadOnlyMemory<byte> Data, PeerId ReceivedFrom, PeerId? Author = null);

/// <summary>Decides about the messages of one topic before they are delivered and forwarded (spec v1.1 §Extended Validators).</summary>
/// <remarks>
/// Signatures are checked before. It holds up all gossip up to its first await; after 5 s the message is ignored, and so it is when
/// the validator throws.
/// </remarks>
/// <param name="message">The message.</param>
/// <param name="cancellation">Cancelled when the time for the decision is over.</param>
public delegate ValueTask<ValidationResult> TopicValidator(PubsubMessage message, CancellationToken cancellation);

/// <summary>How a host is connected for one topic. A snapshot.</summary>
/// <param name="Peers">How many peers speak gossipsub with the host, whatever their topics.</param>
/// <param name="Subscribers">How many of them are subscribed to the topic: messages that are published go to some of these.</param>
/// <param name="Mesh">The peers of the topic that messages are exchanged with at once.</param>
public sealed record TopicStatus(int Peers, int Subscribers, IReadOnlyList<PeerId> Mesh)
{
    /// <summary>The connected peers that are subscribed to the topic.</summary>
    public IReadOnlyList<PeerId> SubscribedPeers { get; init; } = [];

    /// <summary>Their scores, in the same order (spec v1.1 §Peer Scoring).</summary>
    public IReadOnlyList<double> Scores { get; init; } = [];
}
