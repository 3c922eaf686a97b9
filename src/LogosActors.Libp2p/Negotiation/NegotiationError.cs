namespace LogosActors.Libp2p.Negotiation;

/// <summary>Why two sides did not agree on a protocol.</summary>
internal enum NegotiationError
{
    None,

    /// <summary>Bytes that are no message of multistream-select.</summary>
    MalformedMessage,

    /// <summary>A message beyond <see cref="MultistreamLine.MaxLength"/>.</summary>
    MessageTooLong,

    /// <summary>The peer does not begin with <c>/multistream/1.0.0</c>.</summary>
    UnsupportedVersion,

    /// <summary>The peer speaks none of the proposed protocols.</summary>
    NotSupported,

    /// <summary>The peer agreed to something that was not proposed.</summary>
    UnexpectedAnswer,

    /// <summary>The peer proposes and asks without end.</summary>
    TooManyProposals,
}
