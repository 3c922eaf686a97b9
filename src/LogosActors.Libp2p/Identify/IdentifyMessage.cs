using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Libp2p.Identify;

/// <summary>What a peer says of itself, before anything of it was checked (libp2p specs, identify §The Identify Message).</summary>
internal sealed record IdentifyMessage
{
    /// <summary>The most bytes of one message; a peer may send its identity in several.</summary>
    /// <value>8 KiB (go- and js-libp2p).</value>
    public const int MaxLength = 8 * 1024;

    /// <summary>The most messages that make one identity.</summary>
    /// <value>10 (go-libp2p <c>maxMessages</c>).</value>
    public const int MaxMessages = 10;

    /// <summary>The most protocols.</summary>
    /// <value>1000; a node speaks some 30.</value>
    public const int MaxProtocols = 1000;

    /// <summary>The longest protocol id, in bytes.</summary>
    /// <value>1 KiB: what multistream-select carries.</value>
    public const int MaxProtocolLength = 1024;

    /// <summary>The most addresses.</summary>
    /// <value>256, as in a signed record.</value>
    public const int MaxAddresses = 256;

    /// <summary>The longest agent or protocol version, in bytes.</summary>
    /// <value>512; a browser's user agent has some 200.</value>
    public const int MaxVersionLength = 512;

    const int PublicKeyField = 1, ListenAddressField = 2, ProtocolField = 3, ObservedAddressField = 4;
    const int ProtocolVersionField = 5, AgentVersionField = 6, SignedRecordField = 8;

    public ReadOnlyMemory<byte> PublicKey { get; init; }

    public IReadOnlyList<Multiaddr> ListenAddresses { get; init; } = [];

    public IReadOnlyList<string> Protocols { get; init; } = [];

    public Multiaddr? ObservedAddress { get; init; }

    public string ProtocolVersion { get; init; } = "";

    public string AgentVersion { get; init; } = "";

    /// <summary>A signed envelope with a peer record; empty when there is none.</summary>
    public ReadOnlyMemory<byte> SignedRecord { get; init; }

    public byte[] Encode()
    {
        var length = ProtobufWriter.SizeOfBytes(PublicKeyField, PublicKey.Length)
            + ListenAddresses.Sum(address => ProtobufWriter.SizeOfBytes(ListenAddressField, address.Bytes.Length))
            + Protocols.Sum(protocol => ProtobufWriter.SizeOfString(ProtocolField, protocol))
            + (ObservedAddress is null ? 0 : ProtobufWriter.SizeOfBytes(ObservedAddressField, ObservedAddress.Bytes.Length))
            + ProtobufWriter.SizeOfString(ProtocolVersionField, ProtocolVersion)
            + ProtobufWriter.SizeOfString(AgentVersionField, AgentVersion)
            + (SignedRecord.IsEmpty ? 0 : ProtobufWriter.SizeOfBytes(SignedRecordField, SignedRecord.Length));
        var bytes = new byte[length];
        var writer = new ProtobufWriter(bytes);
        writer.Bytes(PublicKeyField, PublicKey.Span);
        foreach (var address in ListenAddresses)
            writer.Bytes(ListenAddressField, address.Bytes);
        foreach (var protocol in Protocols)
            writer.String(ProtocolField, protocol);
        if (ObservedAddress is not null)
            writer.Bytes(ObservedAddressField, ObservedAddress.Bytes);
        writer.String(ProtocolVersionField, ProtocolVersion);
        writer.String(AgentVersionField, AgentVersion);
        if (!SignedRecord.IsEmpty)
            writer.Bytes(SignedRecordField, SignedRecord.Span);
        return bytes;
    }

    /// <summary>Reads a message, or several behind one another, which protobuf merges.</summary>
    /// <param name="source">All bytes. Addresses that cannot be read are left out: they may be of newer protocols.</param>
    /// <param name="message">The message; null on an error.</param>
    /// <param name="error"><see cref="DecodeError.LimitExceeded"/> beyond a limit, and those of protobuf.</param>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out IdentifyMessage? message, out DecodeError error)
    {
        ReadOnlySpan<byte> publicKey = default, signedRecord = default;
        var (addresses, protocols, count) = (new List<Multiaddr>(), new List<string>(), 0);
        Multiaddr? observed = null;
        var (protocolVersion, agentVersion) = ("", "");
        var reader = new ProtobufReader(source);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case PublicKeyField:
                    publicKey = reader.Bytes();
                    break;
                case ListenAddressField when count++ < MaxAddresses:
                    if (Multiaddr.TryDecode(reader.Bytes(), out var address, out _))
                        addresses.Add(address);
                    break;
                case ProtocolField when protocols.Count < MaxProtocols:
                    protocols.Add(reader.String(MaxProtocolLength));
                    break;
                case ListenAddressField or ProtocolField:
                    reader.Fail(DecodeError.LimitExceeded);
                    break;
                case ObservedAddressField:
                    Multiaddr.TryDecode(reader.Bytes(), out observed, out _);
                    break;
                case ProtocolVersionField:
                    protocolVersion = reader.String(MaxVersionLength);
                    break;
                case AgentVersionField:
                    agentVersion = reader.String(MaxVersionLength);
                    break;
                case SignedRecordField:
                    signedRecord = reader.Bytes();
                    break;
            }
        }
        message = reader.Succeeded(out error)
            ? new IdentifyMessage
            {
                PublicKey = publicKey.ToArray(),
                ListenAddresses = addresses,
                Protocols = protocols,
                ObservedAddress = observed,
                ProtocolVersion = protocolVersion,
                AgentVersion = agentVersion,
                SignedRecord = signedRecord.ToArray(),
            }
            : null;
        return message is not null;
    }
}
