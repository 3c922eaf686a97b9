using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Records;

namespace LogosActors.Libp2p.Identify;

/// <summary>Identities on streams: <c>/ipfs/id/1.0.0</c> answers with one, <c>/ipfs/id/push/1.0.0</c> brings one.</summary>
internal sealed class IdentifyExchange(HostEnvironment environment)
{
    public const string Protocol = "/ipfs/id/1.0.0";
    public const string PushProtocol = "/ipfs/id/push/1.0.0";

    readonly Lock _gate = new();
    PeerRecord? _record;
    byte[] _signedRecord = [];

    /// <summary>Tells the peer who this host is.</summary>
    public async Task SendAsync(LibP2pStream stream, CancellationToken cancellation)
    {
        environment.Connected.TryGetValue(stream.RemotePeer, out var connection);
        var message = Describe() with { ObservedAddress = connection?.Address };
        await LengthPrefixed.WriteAsync(stream, message.Encode(), cancellation);
        await stream.CloseWriteAsync(cancellation);
    }

    /// <summary>Reads the peer's identity to its end.</summary>
    /// <returns>Null with an error when it is malformed, beyond a limit, or a lie.</returns>
    public static async Task<(PeerIdentity? Identity, DecodeError Error)> ReceiveAsync(LibP2pStream stream, CancellationToken cancellation)
    {
        var all = new List<byte>();
        for (var messages = 0; ; messages++)
        {
            var (part, error) = await LengthPrefixed.ReadAsync(stream, IdentifyMessage.MaxLength, cancellation);
            if (error is not DecodeError.None)
                return (null, error);
            if (part is null)
                break;
            if (messages == IdentifyMessage.MaxMessages)
                return (null, DecodeError.LimitExceeded);
            all.AddRange(part);
        }
        return IdentifyMessage.TryDecode(all.ToArray(), out var message, out var malformed)
            && IdentifyCheck.TryAccept(message, stream.RemoteKey, out var identity, out malformed)
            ? (identity, DecodeError.None)
            : (null, malformed);
    }

    IdentifyMessage Describe()
    {
        var addresses = environment.Options.AnnounceAddresses is { Count: > 0 } announced
            ? announced
            : AnnouncedAddresses.Expand(environment.ListenAddresses);
        if (!environment.Options.AllowPrivateAddresses)
            addresses = [.. addresses.Where(PublicAddress.MayBe)];
        return new IdentifyMessage
        {
            PublicKey = environment.Identity.PublicKey.Encode(),
            ListenAddresses = addresses,
            Protocols = environment.Handlers.Current.Protocols,
            ProtocolVersion = environment.Options.ProtocolVersion,
            AgentVersion = environment.Options.AgentVersion,
            SignedRecord = Sign(addresses),
        };
    }

    /// <summary>The signed record of these addresses; signed anew only when they have changed.</summary>
    byte[] Sign(IReadOnlyList<Multiaddr> addresses)
    {
        lock (_gate)
        {
            if (_record is not null && _record.Addresses.SequenceEqual(addresses))
                return _signedRecord;
            _record = new PeerRecord(
                environment.Self, PeerRecord.NextSequenceNumber(_record?.SequenceNumber ?? 0, environment.Time.GetUtcNow()), addresses);
            return _signedRecord = _record.Seal(environment.Identity);
        }
    }
}
