using System.Buffers.Binary;
using System.Net;
using LogosActors.Delivery.Discovery.Discv5;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Libp2p.Encoding;
using static LogosActors.Delivery.Tests.Discovery.Discv5.WireVectors;

namespace LogosActors.Delivery.Tests.Discovery.Discv5;

/// <summary>Packets and keys are those of the specification, byte for byte.</summary>
public sealed class WireVectorTests : IDisposable
{
    static readonly byte[] Nonce = Convert.FromHexString("ffffffffffffffffffffffff");

    readonly PacketCodec _ofA = new(A.Id, "discv5");
    readonly PacketCodec _ofB = new(B.Id, "discv5");
    readonly byte[] _memory = new byte[Packet.MaxHeaderLength];

    static byte[] Hex(string hex) => Convert.FromHexString(hex);

    static Discv5Message Decrypt(Packet packet, string key)
    {
        var decrypted = SessionKeys.Decrypt(Hex(key), packet.Nonce, packet.Message, packet.Head);
        Assert.NotNull(decrypted);
        Assert.True(MessageCodec.TryDecode(decrypted, out var message, out _));
        return message;
    }

    static Discv5Message.Ping PingOf(ulong sequence) => new(Hex("00000001"), sequence);

    Packet Read(string datagram)
    {
        Assert.True(_ofB.TryDecode(Hex(datagram), _memory, out var packet, out var error), $"{error}");
        return packet;
    }

    [Fact]
    public void The_keys_have_the_ids_of_the_vectors()
    {
        Assert.Equal("aaaa8419e9f49d0083561b48287df592939a8d19947d8c0ef88f2a4856a69fbb", A.Id.ToString());
        Assert.Equal("bbbb9d047f0488c0b5a93c1c3f2d8bafc7c8ff337024a55434a0d0555de64db9", B.Id.ToString());
    }

    [Fact]
    public void A_ping_is_read_and_written()
    {
        var packet = Read(Ping);
        Assert.Equal((PacketKind.Message, A.Id), (packet.Kind, packet.Source));
        var ping = Assert.IsType<Discv5Message.Ping>(Decrypt(packet, "00000000000000000000000000000000"));
        Assert.Equal(("00000001", 2UL), (Convert.ToHexStringLower(ping.RequestId.Span), ping.RecordSequence));

        var head = _ofA.WriteHead(PacketKind.Message, new byte[16], Nonce, A.Id.ToArray());
        var message = SessionKeys.Encrypt(new byte[16], Nonce, MessageCodec.Encode(PingOf(2)), head);
        Assert.Equal(Ping, Convert.ToHexStringLower(PacketCodec.Encode(B.Id, head, message)));
    }

    [Fact]
    public void A_WHOAREYOU_is_read_and_written()
    {
        var packet = Read(WhoAreYou);
        Assert.Equal(PacketKind.WhoAreYou, packet.Kind);
        Assert.Equal("0102030405060708090a0b0c", Convert.ToHexStringLower(packet.Nonce));
        Assert.Equal(0UL, packet.RecordSequence);
        Assert.True(packet.Message.IsEmpty);
        Assert.Equal(Challenge, Convert.ToHexStringLower(packet.Head));

        var data = new byte[24];
        Hex("0102030405060708090a0b0c0d0e0f10").CopyTo(data, 0);
        BinaryPrimitives.WriteUInt64BigEndian(data.AsSpan(16), 0);
        var head = _ofA.WriteHead(PacketKind.WhoAreYou, new byte[16], Hex("0102030405060708090a0b0c"), data);
        Assert.Equal(WhoAreYou, Convert.ToHexStringLower(PacketCodec.Encode(B.Id, head, [])));
    }

    [Theory]
    [InlineData(Handshake, "4f9fac6de7567d1e3b1241dffe90f662", ChallengeOfKnown, false)]
    [InlineData(HandshakeWithRecord, "53b1c075f41876423154e157470c2f48", Challenge, true)]
    public void A_handshake_is_read_verified_and_written(string datagram, string readKey, string challenge, bool hasRecord)
    {
        var packet = Read(datagram);
        Assert.Equal((PacketKind.Handshake, A.Id), (packet.Kind, packet.Source));
        Assert.Equal(EphemeralKey, Convert.ToHexStringLower(packet.EphemeralKey));
        Assert.Equal(1UL, Assert.IsType<Discv5Message.Ping>(Decrypt(packet, readKey)).RecordSequence);
        Assert.True(SessionKeys.Verify(A.PublicKey, packet.IdSignature, Hex(challenge), packet.EphemeralKey, B.Id));
        Assert.False(SessionKeys.Verify(A.PublicKey, packet.IdSignature, Hex(challenge), packet.EphemeralKey, A.Id));
        Assert.Equal(hasRecord, !packet.Record.IsEmpty);
        if (hasRecord)
        {
            Assert.True(NodeRecord.TryDecode(packet.Record, out var record, out _));
            Assert.Equal((A.Id, 1UL), (record.Id, record.Sequence));
        }

        // Both ends come to the key with which the message is encrypted.
        Span<byte> point = stackalloc byte[33];
        Assert.True(B.TryAgree(packet.EphemeralKey, point));
        Assert.Equal(readKey, Convert.ToHexStringLower(SessionKeys.Derive(point, Hex(challenge), A.Id, B.Id).InitiatorKey));
        Assert.True(new NodeKey(Hex(EphemeralSecret)).TryAgree(B.PublicKey, point));
        var keys = SessionKeys.Derive(point, Hex(challenge), A.Id, B.Id);
        Assert.Equal(readKey, Convert.ToHexStringLower(keys.InitiatorKey));

        var data = new byte[Packet.HandshakeDataLength + packet.Record.Length];
        A.Id.CopyTo(data);
        (data[32], data[33]) = (64, 33);
        Span<byte> hash = stackalloc byte[32];
        SessionKeys.ProofOf(Hex(challenge), Hex(EphemeralKey), B.Id, hash);
        A.Sign(hash, data.AsSpan(34, 64));
        Hex(EphemeralKey).CopyTo(data, 98);
        packet.Record.CopyTo(data.AsSpan(131));
        var head = _ofA.WriteHead(PacketKind.Handshake, new byte[16], Nonce, data);
        var message = SessionKeys.Encrypt(keys.InitiatorKey, Nonce, MessageCodec.Encode(PingOf(1)), head);
        Assert.Equal(datagram, Convert.ToHexStringLower(PacketCodec.Encode(B.Id, head, message)));
    }

    [Fact]
    public void The_shared_point_is_that_of_the_vector()
    {
        Span<byte> point = stackalloc byte[33];
        Assert.True(new NodeKey(Hex("fb757dc581730490a1d7a00deea65e9b1936924caaea8f44d476014856b68736"))
            .TryAgree(Hex("039961e4c2356d61bedb83052c115d311acb3a96f5777296dcf297351130266231"), point));
        Assert.Equal("033b11a2a1f214567e1537ce5e509ffd9b21373247f2a3ff6841f4976f53165e7e", Convert.ToHexStringLower(point));
    }

    [Fact]
    public void The_derived_keys_are_those_of_the_vector()
    {
        Span<byte> point = stackalloc byte[33];
        Assert.True(new NodeKey(Hex("fb757dc581730490a1d7a00deea65e9b1936924caaea8f44d476014856b68736"))
            .TryAgree(Hex("0317931e6e0840220642f230037d285d122bc59063221ef3226b1f403ddc69ca91"), point));
        var keys = SessionKeys.Derive(point, Hex(Challenge), A.Id, B.Id);
        Assert.Equal("dccc82d81bd610f4f76d3ebe97a40571", Convert.ToHexStringLower(keys.InitiatorKey));
        Assert.Equal("ac74bb8773749920b0d3a8881c173ec5", Convert.ToHexStringLower(keys.RecipientKey));
    }

    [Fact]
    public void The_proof_is_that_of_the_vector()
    {
        var key = new NodeKey(Hex("fb757dc581730490a1d7a00deea65e9b1936924caaea8f44d476014856b68736"));
        var ephemeral = Hex("039961e4c2356d61bedb83052c115d311acb3a96f5777296dcf297351130266231");
        Span<byte> hash = stackalloc byte[32];
        Span<byte> signature = stackalloc byte[64];
        SessionKeys.ProofOf(Hex(Challenge), ephemeral, B.Id, hash);
        key.Sign(hash, signature);
        Assert.Equal(
            "94852a1e2318c4e5e9d422c98eaf19d1d90d876b29cd06ca7cb7546d0fff7b484fe86c09a064fe72bdbef73ba8e9c34df0cd2b53e9d65528c2c7f336d5dfc6e6",
            Convert.ToHexStringLower(signature));
        Assert.True(SessionKeys.Verify(key.PublicKey, signature, Hex(Challenge), ephemeral, B.Id));
    }

    [Fact]
    public void A_message_is_encrypted_as_in_the_vector()
    {
        var (key, nonce, head) = (Hex("9f2d77db7004bf8a1a85107ac686990b"), Hex("27b5af763c446acd2749fe8e"), Hex("93a7400fa0d6a694ebc24d5cf570f65d04215b6ac00757875e3f3a5f42107903"));
        var encrypted = SessionKeys.Encrypt(key, nonce, Hex("01c20101"), head);
        Assert.Equal("a5d12a2d94b8ccb3ba55558229867dc13bfa3648", Convert.ToHexStringLower(encrypted));
        Assert.Equal("01c20101", Convert.ToHexStringLower(SessionKeys.Decrypt(key, nonce, encrypted, head)!));
        encrypted[0] ^= 1;
        Assert.Null(SessionKeys.Decrypt(key, nonce, encrypted, head));
    }

    [Fact]
    public void A_packet_of_another_network_or_for_another_node_is_not_read()
    {
        using var waku = new PacketCodec(B.Id, Discv5Options.WakuProtocol);
        Assert.False(waku.TryDecode(Hex(Ping), _memory, out _, out var error));
        Assert.Equal(DecodeError.Unsupported, error);
        Assert.False(_ofA.TryDecode(Hex(Ping), _memory, out _, out error));
        Assert.Equal(DecodeError.Unsupported, error);
    }

    [Theory]
    [InlineData(62, DecodeError.Truncated)]
    [InlineData(1281, DecodeError.LimitExceeded)]
    public void A_datagram_of_a_length_that_no_packet_has_is_not_read(int length, DecodeError expected)
    {
        Assert.False(_ofB.TryDecode(new byte[length], _memory, out _, out var error));
        Assert.Equal(expected, error);
    }

    public static TheoryData<string> MessageNames => ["ping", "pong", "pong6", "find", "nodes", "talk", "answer"];

    // discv5 wire §Protocol Messages; the encodings are geth's, p2p/discover/v5wire.
    static Discv5Message MessageOf(string name) => name switch
    {
        "ping" => new Discv5Message.Ping(Hex("01"), 1),
        "pong" => new Discv5Message.Pong(Hex("01"), 1, new IPEndPoint(IPAddress.Loopback, 5000)),
        "pong6" => new Discv5Message.Pong(Hex("0102030405060708"), ulong.MaxValue, new IPEndPoint(IPAddress.Parse("2001:db8::1"), 1)),
        "find" => new Discv5Message.FindNode(Hex("01"), [256, 255, 0]),
        "nodes" => new Discv5Message.Nodes(Hex("01"), 2, [.. Records.RecordVectors.Valid.Take(3).Select(text => (ReadOnlyMemory<byte>)Records.NodeRecordTests.Read(text).Bytes.ToArray())]),
        "talk" => new Discv5Message.TalkRequest(Hex("01"), "x"u8.ToArray(), new byte[100]),
        _ => new Discv5Message.TalkResponse(default, default),
    };

    [Theory]
    [MemberData(nameof(MessageNames))]
    public void A_message_is_the_same_after_a_round_trip(string name)
    {
        var encoded = MessageCodec.Encode(MessageOf(name));

        Assert.True(MessageCodec.TryDecode(encoded, out var decoded, out _));
        Assert.Equal(encoded, MessageCodec.Encode(decoded));
    }

    [Theory]
    [InlineData("01c20101", "ping")]
    [InlineData("02ca0101847f000001821388", "pong")]
    [InlineData("03c801c682010081ff80", "find")]
    public void A_message_has_the_encoding_of_the_specification(string hex, string name) =>
        Assert.Equal(hex, Convert.ToHexStringLower(MessageCodec.Encode(MessageOf(name))));

    [Theory]
    [InlineData("", DecodeError.Truncated)]
    [InlineData("00c20101", DecodeError.Unsupported)]
    [InlineData("07c20101", DecodeError.Unsupported)]
    [InlineData("01c3010101", DecodeError.TrailingBytes)]
    [InlineData("01c2010101", DecodeError.TrailingBytes)]
    [InlineData("01cb8901020304050607080901", DecodeError.LimitExceeded)]
    [InlineData("02c9010183000001821388", DecodeError.InvalidValue)]
    [InlineData("03c501c3820101", DecodeError.InvalidValue)]
    [InlineData("0101", DecodeError.InvalidField)]
    public void What_is_no_message_is_refused(string hex, DecodeError expected)
    {
        Assert.False(MessageCodec.TryDecode(Hex(hex), out var message, out var error));
        Assert.Null(message);
        Assert.Equal(expected, error);
    }

    public void Dispose()
    {
        _ofA.Dispose();
        _ofB.Dispose();
    }
}
