using System.Buffers;
using Google.Protobuf;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Cryptography;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identify;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Peers;
using LogosActors.Libp2p.Peers.Stored;
using LogosActors.Libp2p.Records;
using LogosActors.Tests;
using static LogosActors.Libp2p.Tests.Identity.KeyVectors;

namespace LogosActors.Libp2p.Tests.Fuzzing;

/// <summary>Every decoder of the library, with captures of what peers send: published vectors, and what this implementation writes.</summary>
internal sealed partial class FuzzTargets : IDisposable
{
    const string PeerText = "12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV";

    static readonly string[] AddressTexts =
    [
        "/ip4/127.0.0.1/udp/1234/ip4/127.0.0.1/tcp/4321", "/ip6zone/eth0/ip6/::1", $"/dns4/node-01.example.org/tcp/443/wss/p2p/{PeerText}",
        "/dns6/example.org/tcp/8000/tls/sni/example.org/ws", $"/ip4/127.0.0.1/tcp/4001/p2p/{PeerText}/p2p-circuit/p2p/{PeerText}",
        "/ip4/127.0.0.1/udp/1234/quic-v1/webtransport/certhash/uEiDDq4_xNyDorZBH3TlGazyJdOWSwvo4PUo5YHFMrvDE8g",
    ];

    readonly PrivateKey _key = PrivateKey.Generate(KeyType.Secp256k1);
    readonly char[] _text = new char[64 * 1024];

    public FuzzTargets() => All = [.. OfEncoding(), .. OfIdentity(), .. OfRecords(), .. OfHandshakes(), .. OfStreams(), .. OfGossipsub(), .. OfNames()];

    public IReadOnlyList<FuzzTarget> All { get; }

    public void Dispose()
    {
        _key.Dispose();
        _noise?.Dispose();
        _sender?.Dispose();
        _receiver?.Dispose();
    }

    static void Refuses(DecodeError error) => Assert.True(error is not DecodeError.None && Enum.IsDefined(error));

    ReadOnlySpan<char> Text(ReadOnlySpan<byte> input)
    {
        for (var i = 0; i < input.Length; i++)
            _text[i] = (char)input[i];
        return _text.AsSpan(0, input.Length);
    }

    static byte[] Ascii(string text) => System.Text.Encoding.ASCII.GetBytes(text);

    static IEnumerable<FuzzTarget> OfEncoding() =>
    [
        new("varint", 100_000, 0, 0, (input, cut) =>
        {
            if (Varint.TryRead(input, out var value, out var length, out var error))
            {
                if (value > Varint.MaxValue || length != Varint.Length(value))
                    Assert.Fail($"{value} was read from {length} bytes");
            }
            else if (error is DecodeError.None)
                Assert.Fail("no error");
        }, [0], [0xac, 0x02], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
        new("protobuf", 100_000, 0, 0, (input, cut) => Walk(input, depth: 0), Hex(Ed25519Public), Hex(RsaPublic), Hex("0a0508011201741a280a070a0174" + "1202beef12030aaa01")),
        new("DER of ECDSA", 60_000, 0, 0, (input, cut) =>
        {
            if (EcdsaSignature.TryRead(input, out var r, out var s) && r.Length + s.Length > input.Length)
                Assert.Fail("numbers longer than their input");
        }, Hex(Secp256k1Signature)),
    ];

    /// <summary>Reads every field in every way that its wire type allows, and nested messages in bytes.</summary>
    static void Walk(ReadOnlySpan<byte> input, int depth)
    {
        var reader = new ProtobufReader(input);
        for (var fields = 0; reader.Next(); fields++)
        {
            if (fields > input.Length)
                Assert.Fail("more fields than bytes");
            switch (reader.WireType)
            {
                case ProtobufWireType.Varint when reader.Field % 4 == 1: reader.UInt64(); break;
                case ProtobufWireType.Varint when reader.Field % 4 == 2: reader.Int32(); break;
                case ProtobufWireType.Varint when reader.Field % 4 == 3: reader.Bool(); break;
                case ProtobufWireType.LengthDelimited when depth < 4: Walk(reader.Bytes(1000), depth + 1); break;
            }
        }
        if (!reader.Succeeded(out var error) && !Enum.IsDefined(error))
            Assert.Fail("an unknown error");
    }

    IEnumerable<FuzzTarget> OfIdentity() =>
    [
        new("multibase", 40_000, 1024, 2, (input, cut) =>
        {
            if (!Multibase.TryDecode(Text(input), out var bytes, out var error))
                Refuses(error);
            else
                Assert.True(bytes.Length <= Multibase.MaxLength);
        }, Ascii("bafzaajaiaejcalj543iwv2d7pkjt7ykvefrkfu7qjfi6sduakhso4lay6abn2d5u"),
            Ascii("k2k4r8oqamigqdo6o7hsbfwd45y70oyynp98usk7zmyfrzpqxh1pohl7"), Ascii("uEiDDq4_xNyDorZBH3TlGazyJdOWSwvo4PUo5YHFMrvDE8g"), Ascii("f0172122000")),
        new("peer id", 60_000, 512, 0, (input, cut) =>
        {
            if (!PeerId.TryDecode(input, out var id, out var error))
                Refuses(error);
            else
                Assert.True(id.Bytes.SequenceEqual(input));
        }, [0, 36, .. Hex(Ed25519Public)], [0, 37, .. Hex(Secp256k1Public)], PeerId.FromPublicKey(Rsa).Bytes.ToArray()),
        new("peer id in text", 60_000, 2048, 2, (input, cut) =>
        {
            if (!PeerId.TryParse(Text(input), out _, out var error))
                Refuses(error);
        }, Ascii(PeerText), Ascii("QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC"), Ascii("bafzaajaiaejcalj543iwv2d7pkjt7ykvefrkfu7qjfi6sduakhso4lay6abn2d5u")),
        new("multiaddr", 80_000, 512, 8, (input, cut) =>
        {
            if (!Multiaddr.TryDecode(input, out var address, out var error))
                Refuses(error);
            else
                Assert.True(address.Bytes.SequenceEqual(input));
        }, [.. AddressTexts.Select(text => Multiaddr.Parse(text).Bytes.ToArray())]),
        new("multiaddr in text", 80_000, 2048, 8, (input, cut) =>
        {
            if (!Multiaddr.TryParse(Text(input), out _, out var error))
                Refuses(error);
        }, [.. AddressTexts.Select(Ascii)]),
        new("public key", 20_000, 4096, 8, (input, cut) =>
        {
            if (!PublicKey.TryDecode(input, out _, out var error))
                Refuses(error);
        }, Hex(Ed25519Public), Hex(Secp256k1Public), Hex(EcdsaPublic), Hex(RsaPublic)),
        new("private key", 10_000, 2048, 2, (input, cut) =>
        {
            if (PrivateKey.TryDecode(input, out var key, out var error))
                key.Dispose();
            else
                Refuses(error);
        }, Hex(Ed25519Private), Hex(Secp256k1Private)),
        // .NET imports the key again for each signature.
        new("signature", 10_000, 6144, 0, (input, cut) => Rsa.Verify(Message, input), Hex(RsaSignature)),
    ];

    static PublicKey Rsa { get; } = PublicKey.TryDecode(Hex(RsaPublic), out var key, out _) ? key : throw new InvalidOperationException();

    IEnumerable<FuzzTarget> OfRecords()
    {
        var record = new PeerRecord(PeerId.FromPublicKey(_key.PublicKey), 7, [.. AddressTexts.Select(Multiaddr.Parse)]);
        var envelope = record.Seal(_key);
        var message = new IdentifyMessage
        {
            PublicKey = _key.PublicKey.Encode(),
            ListenAddresses = record.Addresses,
            Protocols = ["/ipfs/id/1.0.0", "/ipfs/ping/1.0.0", "/meshsub/1.2.0"],
            ObservedAddress = Multiaddr.Parse("/ip4/198.51.100.7/tcp/4242"),
            ProtocolVersion = "ipfs/0.1.0",
            AgentVersion = "test/1",
            SignedRecord = envelope,
        }.Encode();
        var known = StoredPeers.Store(new KnownPeer(record.PeerId) { Addresses = record.Addresses, Protocols = ["/meshsub/1.2.0"], SignedRecord = envelope }).ToByteArray();
        return
        [
            new("signed envelope", 10_000, 4096, 16, (input, cut) =>
            {
                if (!PeerRecord.TryOpen(input, out var opened, out var error))
                    Refuses(error);
                else
                    Assert.Equal(record.PeerId, opened.PeerId);
            }, envelope),
            new("peer record", 50_000, 2048, 64, (input, cut) =>
            {
                if (!PeerRecord.TryDecode(input, out var decoded, out var error))
                    Refuses(error);
                else
                    Assert.True(decoded.Addresses.Count <= PeerRecord.MaxAddresses);
            }, record.Encode()),
            new("identify", 50_000, 2048, 64, (input, cut) =>
            {
                if (!IdentifyMessage.TryDecode(input, out var decoded, out var error))
                    Refuses(error);
                else
                    Assert.True(decoded.ListenAddresses.Count <= IdentifyMessage.MaxAddresses && decoded.Protocols.Count <= IdentifyMessage.MaxProtocols);
            }, message),
            new("identify that is checked", 5_000, 4096, 80, (input, cut) =>
            {
                if (IdentifyMessage.TryDecode(input, out var decoded, out _) && IdentifyCheck.TryAccept(decoded, _key.PublicKey, out var identity, out _))
                    Assert.Equal(_key.PublicKey, identity.PublicKey);
            }, message),
            // Only this host writes them: what is malformed costs an exception.
            new("stored peer", 40_000, 8192, 64, (input, cut) =>
            {
                StoredPeer stored;
                try
                {
                    stored = StoredPeer.Parser.ParseFrom(input);
                }
                catch (InvalidProtocolBufferException)
                {
                    return;
                }
                if (StoredPeers.TryRead(stored, out var read))
                    Assert.True(read.Addresses.Count <= PeerBook.MaxAddresses && read.Protocols.Count <= IdentifyMessage.MaxProtocols);
            }, known),
        ];
    }

    static byte[] Written(Action<ArrayBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenSpan.ToArray();
    }
}
