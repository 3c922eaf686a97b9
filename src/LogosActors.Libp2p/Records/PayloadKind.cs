namespace LogosActors.Libp2p.Records;

/// <summary>What a signed envelope may hold: the domain separates its signatures from all others, the type travels with the payload.</summary>
/// <param name="Domain">Signed, not sent (libp2p specs, RFC 0002 §Domain Separation).</param>
/// <param name="Type">Signed and sent (RFC 0002 §Payload Type Information).</param>
internal sealed record PayloadKind(string Domain, ReadOnlyMemory<byte> Type);
