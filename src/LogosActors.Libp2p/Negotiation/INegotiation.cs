namespace LogosActors.Libp2p.Negotiation;

/// <summary>Two sides agree on something in a few messages, as a pure state machine.</summary>
internal interface INegotiation
{
    /// <summary>What is to be sent; <see cref="Sent"/> empties it.</summary>
    ReadOnlyMemory<byte> Output { get; }

    void Sent();

    /// <summary>Takes bytes from the front of <paramref name="source"/>; those behind the end of the negotiation are left.</summary>
    /// <returns>Whether the negotiation is over, well or not; <see cref="Output"/> is still to be sent.</returns>
    bool Read(ref ReadOnlySpan<byte> source);
}
