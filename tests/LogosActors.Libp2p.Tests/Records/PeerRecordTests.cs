using FsCheck;
using FsCheck.Fluent;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Records;
using LogosActors.Libp2p.Tests.Fuzzing;
using static LogosActors.Libp2p.Tests.Identity.KeyVectors;

namespace LogosActors.Libp2p.Tests.Records;

public sealed class PeerRecordTests
{
    // js-libp2p's @libp2p/peer-record, sealed with the specification's keys: sequence number 1570215229 (RFC 0003's example),
    // /ip4/192.0.2.0/tcp/42/p2p/<id> and /dns4/example.org/tcp/443/wss.
    const string Ed25519Envelope = "0a24080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e120203011a790a260024080112201ed1e8"
        + "fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e10bdaadeec051a330a3104c000020006002aa503260024080112201ed1e8fae2c4a1"
        + "44b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e1a140a12360b6578616d706c652e6f72670601bbde032a40ff1cc64a27f19bf8c7c28a0ea361"
        + "0e85ae137218b016ee19ccfc4346d817397c36270b6293814ab9fe6e28291675c02e46fcce71de52b397280b20af0d1ded0d";

    const string Secp256k1Envelope = "0a2508021221037777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca99120203011a7b0a2700250802122103"
        + "7777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca9910bdaadeec051a340a3204c000020006002aa50327002508021221037777e9"
        + "94e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca991a140a12360b6578616d706c652e6f72670601bbde032a4630440220212a29bd272b"
        + "ddd14a4bc227837f9527cac7cad2610be25e4bf2f579b977f9f10220636666426d9c24a2988764d1e8a335f2105c07838e88c671a14cdf8676f82f70";

    static PrivateKey Key(string hex) => PrivateKey.TryDecode(Hex(hex), out var key, out var error) ? key : throw new InvalidOperationException($"{error}");

    static PeerRecord Record(PrivateKey key, ulong sequenceNumber, params string[] addresses) =>
        new(PeerId.FromPublicKey(key.PublicKey), sequenceNumber, [.. addresses.Select(Multiaddr.Parse)]);

    static DecodeError ErrorOf(ReadOnlySpan<byte> envelope) => PeerRecord.TryOpen(envelope, out _, out var error) ? DecodeError.None : error;

    static byte[] Message(params (int Field, byte[] Value)[] fields)
    {
        var bytes = new byte[fields.Sum(field => ProtobufWriter.SizeOfBytes(field.Field, field.Value.Length))];
        var writer = new ProtobufWriter(bytes);
        foreach (var (field, value) in fields)
            writer.Bytes(field, value);
        return bytes;
    }

    [Theory]
    [InlineData(Ed25519Envelope, "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq")]
    [InlineData(Secp256k1Envelope, "16Uiu2HAmLhLvBoYaoZfaMUKuibM6ac163GwKY74c5kiSLg5KvLpY")]
    public void A_record_that_js_libp2p_sealed_is_opened(string hex, string peer)
    {
        Assert.True(PeerRecord.TryOpen(Hex(hex), out var record, out _));
        Assert.Equal((peer, 1570215229UL), (record.PeerId.ToString(), record.SequenceNumber));
        Assert.Equal([$"/ip4/192.0.2.0/tcp/42/p2p/{peer}", "/dns4/example.org/tcp/443/wss"], record.Addresses.Select(address => address.ToString()));
    }

    [Fact]
    public void The_same_record_is_sealed_into_the_same_bytes_as_by_js_libp2p()
    {
        using var key = Key(Ed25519Private);
        var record = Record(key, 1570215229, $"/ip4/192.0.2.0/tcp/42/p2p/{PeerId.FromPublicKey(key.PublicKey)}", "/dns4/example.org/tcp/443/wss");
        Assert.Equal(Ed25519Envelope, Convert.ToHexStringLower(record.Seal(key)));
    }

    [Fact]
    public void A_record_sealed_as_RFC_0003_words_it_is_opened_too()
    {
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        var record = Record(key, 7, "/ip4/1.2.3.4/tcp/5");
        Assert.True(PeerRecord.TryOpen(SignedEnvelope.Seal(key, PeerRecord.RoutingStateKind, record.Encode()), out var opened, out _));
        Assert.Equal((record.PeerId, 7UL), (opened.PeerId, opened.SequenceNumber));
    }

    [Fact]
    public void A_signature_for_another_domain_does_not_count()
    {
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        var payload = Record(key, 7).Encode();
        var swapped = new PayloadKind(PeerRecord.RoutingStateKind.Domain, PeerRecord.Kind.Type);
        Assert.Equal(DecodeError.InvalidSignature, ErrorOf(SignedEnvelope.Seal(key, swapped, payload)));
        Assert.Equal(DecodeError.Unsupported, ErrorOf(SignedEnvelope.Seal(key, new PayloadKind("libp2p-peer-record", new byte[] { 3, 2 }), payload)));
    }

    [Fact]
    public void A_record_about_another_peer_than_the_signer_is_refused()
    {
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        using var other = PrivateKey.Generate(KeyType.Ed25519);
        var stolen = Record(other, 1, "/ip4/1.2.3.4/tcp/5");
        Assert.Throws<ArgumentException>(() => stolen.Seal(key));
        Assert.Equal(DecodeError.InvalidSignature, ErrorOf(SignedEnvelope.Seal(key, PeerRecord.Kind, stolen.Encode())));
    }

    [Fact]
    public void Addresses_that_cannot_be_read_are_left_out()
    {
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        var id = PeerId.FromPublicKey(key.PublicKey);
        byte[] onion = [0xbd, 0x03, .. new byte[37]];
        var payload = Message(
            (1, id.Bytes.ToArray()),
            (3, Message((1, onion))),
            (3, []),
            (3, [0xff]),
            (3, Message((1, Multiaddr.Parse("/ip4/1.2.3.4/tcp/5").Bytes.ToArray()), (9, [1]))));
        Assert.True(PeerRecord.TryOpen(SignedEnvelope.Seal(key, PeerRecord.Kind, payload), out var record, out _));
        Assert.Equal(["/ip4/1.2.3.4/tcp/5"], record.Addresses.Select(address => address.ToString()));
    }

    [Fact]
    public void Missing_parts_are_refused_by_name()
    {
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        var publicKey = key.PublicKey.Encode();
        Assert.Equal(DecodeError.MissingField, ErrorOf([]));
        Assert.Equal(DecodeError.MissingField, ErrorOf(Message((2, [3, 1]), (3, []), (5, [1]))));
        Assert.Equal(DecodeError.MissingField, ErrorOf(Message((1, publicKey), (2, [3, 1]), (3, []))));
        Assert.Equal(DecodeError.Unsupported, ErrorOf(Message((1, publicKey), (3, []), (5, [1]))));
        Assert.Equal(DecodeError.InvalidSignature, ErrorOf(Message((1, publicKey), (2, [3, 1]), (3, []), (5, [1]))));
        Assert.Equal(DecodeError.Truncated, ErrorOf(SignedEnvelope.Seal(key, PeerRecord.Kind, [])));
    }

    [Fact]
    public void Sizes_have_limits()
    {
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        Assert.Equal(DecodeError.LimitExceeded, ErrorOf(new byte[SignedEnvelope.MaxLength + 1]));
        Assert.Throws<ArgumentException>(() => SignedEnvelope.Seal(key, PeerRecord.Kind, new byte[SignedEnvelope.MaxLength]));
        var full = Record(key, 1, [.. Enumerable.Repeat("/tcp/1", PeerRecord.MaxAddresses)]);
        Assert.Equal(DecodeError.None, ErrorOf(full.Seal(key)));
        var over = full with { Addresses = [.. full.Addresses, full.Addresses[0]] };
        Assert.Throws<ArgumentException>(() => over.Seal(key));
        Assert.Equal(DecodeError.LimitExceeded, ErrorOf(SignedEnvelope.Seal(key, PeerRecord.Kind, over.Encode())));
    }

    [Fact]
    public void Sequence_numbers_rise_even_when_the_clock_does_not()
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(1_000);
        Assert.Equal(1_000UL, PeerRecord.NextSequenceNumber(0, now));
        Assert.Equal(1_001UL, PeerRecord.NextSequenceNumber(1_000, now));
        Assert.Equal(5_001UL, PeerRecord.NextSequenceNumber(5_000, now));
        Assert.Equal(1UL, PeerRecord.NextSequenceNumber(0, DateTimeOffset.MinValue));
    }

    [Theory]
    [InlineData(1, 2, false)]
    [InlineData(2, 2, false)]
    [InlineData(3, 2, true)]
    public void Only_a_greater_sequence_number_supersedes(ulong mine, ulong known, bool expected)
    {
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        Assert.Equal(expected, Record(key, mine).Supersedes(Record(key, known)));
        Assert.True(Record(key, mine).Supersedes(null));
    }

    [Fact]
    public void A_record_survives_its_envelope()
    {
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        Prop.ForAll<ulong, ushort[]>((sequenceNumber, ports) =>
        {
            var record = Record(key, sequenceNumber, [.. ports.Select(port => $"/dns4/example.org/tcp/{port}")]);
            return PeerRecord.TryOpen(record.Seal(key), out var opened, out _)
                && opened.PeerId == record.PeerId && opened.SequenceNumber == sequenceNumber && opened.Addresses.SequenceEqual(record.Addresses);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    // A change that leaves what is signed as it was (an unknown field, another order) may pass, and gives the same record.
    [Fact]
    public void No_change_of_a_sealed_record_is_believed()
    {
        Assert.True(PeerRecord.TryOpen(Hex(Ed25519Envelope), out var one, out _));
        Assert.True(PeerRecord.TryOpen(Hex(Secp256k1Envelope), out var other, out _));
        Mutations.Check(
            bytes => PeerRecord.TryOpen(bytes, out var opened, out var error)
                ? opened.Encode().AsSpan().SequenceEqual((opened.PeerId == one.PeerId ? one : other).Encode())
                : error is not DecodeError.None && opened is null,
            Hex(Ed25519Envelope), Hex(Secp256k1Envelope));
    }

    [Fact]
    public void Any_bytes_are_a_record_or_an_error()
    {
        using var key = Key(Ed25519Private);
        Mutations.Check(
            bytes => PeerRecord.TryDecode(bytes, out var record, out var error)
                ? PeerRecord.TryDecode(record.Encode(), out var again, out _) && again.Addresses.SequenceEqual(record.Addresses)
                : error is not DecodeError.None && record is null,
            Record(key, 1570215229, "/ip4/192.0.2.0/tcp/42", "/dns4/example.org/tcp/443/wss").Encode());
    }
}
