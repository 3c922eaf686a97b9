using System.Collections.Immutable;
using LogosActors.Actors.Persistence;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Peers;

/// <summary>What is said to a <see cref="PeerJournalActor"/>, and what it stores.</summary>
internal static class PeerJournal
{
    /// <summary>Stores what has changed; the answer is <see cref="Stored"/> when it is durable.</summary>
    public sealed record Store(IReadOnlyList<KnownPeer> Remembered, IReadOnlyList<PeerId> Forgotten);

    public sealed record Stored
    {
        public static readonly Stored Instance = new();
    }

    /// <summary>What was stored before, told to the host once.</summary>
    public sealed record Recovered(IReadOnlyList<KnownPeer> Peers);

    /// <summary>Event: what of the peers has changed.</summary>
    public sealed record Changed(ImmutableArray<KnownPeer> Remembered, ImmutableArray<PeerId> Forgotten);

    /// <summary>Snapshot: all peers.</summary>
    public sealed record Snapshot(ImmutableArray<KnownPeer> Peers);

    const int RememberedField = 1, ForgottenField = 2;

    public static void Register(EventSerialization.Builder builder) => builder
        .Add<Changed>("libp2p.peers.changed.v1", Encode, ReadChanged)
        .Add<Snapshot>("libp2p.peers.snapshot.v1", all => Encode(new Changed(all.Peers, [])), bytes => new Snapshot(ReadChanged(bytes).Remembered));

    static ReadOnlyMemory<byte> Encode(Changed changed)
    {
        byte[][] remembered = [.. changed.Remembered.Select(KnownPeerCodec.Encode)];
        var bytes = new byte[remembered.Sum(peer => ProtobufWriter.SizeOfBytes(RememberedField, peer.Length))
            + changed.Forgotten.Sum(peer => ProtobufWriter.SizeOfBytes(ForgottenField, peer.Bytes.Length))];
        var writer = new ProtobufWriter(bytes);
        foreach (var peer in remembered)
            writer.Bytes(RememberedField, peer);
        foreach (var peer in changed.Forgotten)
            writer.Bytes(ForgottenField, peer.Bytes);
        return bytes;
    }

    static Changed ReadChanged(ReadOnlyMemory<byte> bytes)
    {
        var (remembered, forgotten) = (ImmutableArray.CreateBuilder<KnownPeer>(), ImmutableArray.CreateBuilder<PeerId>());
        var reader = new ProtobufReader(bytes.Span);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case RememberedField:
                    if (!KnownPeerCodec.TryDecode(reader.Bytes(), out var peer, out var malformed))
                        reader.Fail(malformed);
                    else
                        remembered.Add(peer);
                    break;
                case ForgottenField:
                    if (!PeerId.TryDecode(reader.Bytes(), out var id, out malformed))
                        reader.Fail(malformed);
                    else
                        forgotten.Add(id);
                    break;
            }
        }
        return reader.Succeeded(out var error)
            ? new Changed(remembered.ToImmutable(), forgotten.ToImmutable())
            : throw new FormatException($"Stored peers cannot be read: {error}.");
    }
}
