using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using LogosActors.Libp2p.Cryptography;
using LogosActors.Libp2p.Tests.Fuzzing;
using static LogosActors.Libp2p.Tests.Identity.KeyVectors;

namespace LogosActors.Libp2p.Tests.Cryptography;

public sealed class Secp256k1Tests
{
    // SEC 2 §2.4.1.
    const string BasePoint = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

    // EIP-778, the example of a record: a private key, its public half, and the node id that is the Keccak-256 of the point.
    const string RecordKey = "b71c71a67e1177ad4e901695e1b4b9ee17ae16c6668d313eac2f96dbcda3f291";
    const string RecordPublicKey = "03ca634cae0d49acb401d8a4c6b6fe8c55b70d115bf400769cc1400f3258cd3138";
    const string RecordNodeId = "a448f24c6d18e575453db13171562b71999873db5b286df957af199ec94617f7";

    // ethereum/devp2p, discv5-wire-test-vectors §Cryptographic Primitives: a private key and another's public key.
    const string WireKey = "fb757dc581730490a1d7a00deea65e9b1936924caaea8f44d476014856b68736";
    const string WirePublicKey = "039961e4c2356d61bedb83052c115d311acb3a96f5777296dcf297351130266231";

    static readonly BigInteger Order = BigInteger.Parse("0fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", NumberStyles.HexNumber);

    static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    static byte[] Bytes(BigInteger number) => [.. Enumerable.Repeat((byte)0, 32), .. number.ToByteArray(isUnsigned: true, isBigEndian: true)];

    static byte[] Mirrored(ReadOnlySpan<byte> signature) => [.. signature[..32], .. Bytes(Order - Number(signature[32..]))[^32..]];

    static byte[] MirroredDer(ReadOnlySpan<byte> signature)
    {
        Assert.True(EcdsaSignature.TryRead(signature, out var r, out var s));
        return EcdsaSignature.Write(r, (Order - Number(s)).ToByteArray(isUnsigned: true, isBigEndian: true));
    }

    static byte[] Sign(string privateKey, byte[] digest)
    {
        var signature = new byte[Secp256k1.SignatureLength];
        Secp256k1.Sign(Hex(privateKey), digest, signature);
        return signature;
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000001", BasePoint)]
    [InlineData(RecordKey, RecordPublicKey)]
    public void A_published_private_key_has_its_public_half(string privateKey, string publicKey) =>
        Assert.Equal(publicKey, Convert.ToHexStringLower(Secp256k1.PublicKeyOf(Hex(privateKey))));

    [Fact]
    public void A_point_is_decompressed_to_what_the_published_node_id_is_the_hash_of_and_compressed_again()
    {
        var point = new byte[Secp256k1.UncompressedLength];
        Assert.True(Secp256k1.TryDecompress(Hex(RecordPublicKey), point));
        Assert.Equal(4, point[0]);
        Assert.Equal(RecordNodeId, Convert.ToHexStringLower(Keccak256.Hash(point.AsSpan(1))));

        var compressed = new byte[Secp256k1.PublicKeyLength];
        Assert.True(Secp256k1.TryCompress(point, compressed));
        Assert.Equal(RecordPublicKey, Convert.ToHexStringLower(compressed));
    }

    // The vector of RFC 6979 for this curve that Bitcoin's implementations share; the second is of the discv5 wire vectors (§ID Nonce Signing).
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000001", "5361746f736869204e616b616d6f746f",
        "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d82442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5")]
    [InlineData(WireKey, "646973636f76657279207635206964656e746974792070726f6f66"
        + "000000000000000000000000000000006469736376350001010102030405060708090a0b0c00180102030405060708090a0b0c0d0e0f100000000000000000"
        + WirePublicKey + "bbbb9d047f0488c0b5a93c1c3f2d8bafc7c8ff337024a55434a0d0555de64db9",
        "94852a1e2318c4e5e9d422c98eaf19d1d90d876b29cd06ca7cb7546d0fff7b484fe86c09a064fe72bdbef73ba8e9c34df0cd2b53e9d65528c2c7f336d5dfc6e6")]
    public void A_message_is_signed_as_published(string privateKey, string message, string signature)
    {
        var digest = SHA256.HashData(Hex(message));

        Assert.Equal(signature, Convert.ToHexStringLower(Sign(privateKey, digest)));
        Assert.True(Secp256k1.Verify(Secp256k1.PublicKeyOf(Hex(privateKey)), digest, Hex(signature)));
    }

    [Fact]
    public void The_shared_point_is_the_published_one()
    {
        var shared = new byte[Secp256k1.PublicKeyLength];

        Assert.True(Secp256k1.TryAgree(Hex(WireKey), Hex(WirePublicKey), shared));

        Assert.Equal("033b11a2a1f214567e1537ce5e509ffd9b21373247f2a3ff6841f4976f53165e7e", Convert.ToHexStringLower(shared));
    }

    [Fact]
    public void Fresh_keys_differ_and_agree_on_one_point()
    {
        var (one, other) = (new byte[Secp256k1.PrivateKeyLength], new byte[Secp256k1.PrivateKeyLength]);
        Secp256k1.GeneratePrivateKey(one);
        Secp256k1.GeneratePrivateKey(other);
        var (first, second) = (new byte[Secp256k1.PublicKeyLength], new byte[Secp256k1.PublicKeyLength]);

        Assert.True(Secp256k1.TryAgree(one, Secp256k1.PublicKeyOf(other), first));
        Assert.True(Secp256k1.TryAgree(other, Secp256k1.PublicKeyOf(one), second));

        Assert.NotEqual(one, other);
        Assert.Equal(first, second);
    }

    [Fact]
    public void What_this_signs_the_platform_verifies_and_the_other_way_round()
    {
        using var platform = ECDsa.Create(ECCurve.CreateFromValue("1.3.132.0.10"));
        var parameters = platform.ExportParameters(includePrivateParameters: true);
        var publicKey = new byte[Secp256k1.PublicKeyLength];
        Assert.True(Secp256k1.TryCompress([4, .. parameters.Q.X!, .. parameters.Q.Y!], publicKey));
        Assert.Equal(publicKey, Secp256k1.PublicKeyOf(parameters.D));
        for (byte i = 0; i < 32; i++)
        {
            var digest = SHA256.HashData([i]);
            Assert.True(platform.VerifyHash(digest, Sign(Convert.ToHexString(parameters.D!), digest)));
            var theirs = platform.SignHash(digest);
            // Half of the platform's have a high s.
            Assert.True(Secp256k1.Verify(publicKey, digest, theirs) ^ Secp256k1.Verify(publicKey, digest, Mirrored(theirs)));
            Assert.False(Secp256k1.Verify(publicKey, SHA256.HashData([i, i]), theirs));
        }
    }

    [Fact]
    public void The_other_signature_with_a_high_s_is_refused_though_it_is_valid()
    {
        var high = MirroredDer(Hex(Secp256k1Signature));
        var key = Hex(Secp256k1Public).AsSpan(4);
        var point = new byte[Secp256k1.UncompressedLength];
        Assert.True(Secp256k1.TryDecompress(key, point));
        using var platform = ECDsa.Create(new ECParameters { Curve = ECCurve.CreateFromValue("1.3.132.0.10"), Q = new() { X = point[1..33], Y = point[33..] } });

        Assert.True(platform.VerifyData(Message, high, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        Assert.False(Secp256k1Der.Verify(key, Message, high));
        Assert.True(Secp256k1Der.Verify(key, Message, MirroredDer(high)));
    }

    [Fact]
    public void Every_signature_has_a_low_s_and_verifies()
    {
        var privateKey = Hex(Secp256k1Private).AsSpan(4);
        var publicKey = Hex(Secp256k1Public).AsSpan(4);
        Assert.Equal(Secp256k1Signature, Convert.ToHexStringLower(Secp256k1Der.Sign(privateKey, Message)));
        for (byte i = 0; i < 64; i++)
        {
            var signature = Secp256k1Der.Sign(privateKey, [i]);
            Assert.True(EcdsaSignature.TryRead(signature, out _, out var s));
            Assert.True(Number(s) <= Order >> 1);
            Assert.True(Secp256k1Der.Verify(publicKey, [i], signature));
        }
    }

    [Fact]
    public void Numbers_out_of_their_range_are_no_signature()
    {
        var digest = new byte[Secp256k1.DigestLength];
        var publicKey = Hex(BasePoint);
        byte[][] numbers = [new byte[32], Bytes(Order)[^32..], [.. Enumerable.Repeat((byte)0xff, 32)]];
        foreach (var number in numbers)
        {
            Assert.False(Secp256k1.Verify(publicKey, digest, [.. number, .. Bytes(BigInteger.One)[^32..]]));
            Assert.False(Secp256k1.Verify(publicKey, digest, [.. Bytes(BigInteger.One)[^32..], .. number]));
        }
        Assert.False(Secp256k1.Verify(publicKey, digest, []));
        Assert.False(Secp256k1.Verify(publicKey, digest, new byte[65]));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("00000000000000000000000000000000000000000000000000000000000001", false)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", false)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000001", true)]
    [InlineData("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", true)]
    [InlineData("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", false)]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false)]
    public void A_private_key_is_a_number_below_the_order(string hex, bool expected)
    {
        Assert.Equal(expected, Secp256k1.IsPrivateKey(Hex(hex)));
        if (!expected)
            Assert.Throws<ArgumentException>("privateKey", () => Secp256k1.PublicKeyOf(Hex(hex)));
    }

    // x = 5 has no y on the curve; the last is not below the field's prime.
    [Theory]
    [InlineData("020000000000000000000000000000000000000000000000000000000000000005")]
    [InlineData("02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f")]
    [InlineData("0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")]
    [InlineData("00")]
    [InlineData("")]
    public void What_is_no_point_in_its_compressed_form_is_no_public_key(string hex)
    {
        Assert.False(Secp256k1.IsPublicKey(Hex(hex)));
        Assert.False(Secp256k1.TryDecompress(Hex(hex), new byte[Secp256k1.UncompressedLength]));
        Assert.False(Secp256k1.TryAgree(Hex(WireKey), Hex(hex), new byte[Secp256k1.PublicKeyLength]));
        Assert.False(Secp256k1.Verify(Hex(hex), new byte[Secp256k1.DigestLength], new byte[Secp256k1.SignatureLength]));
    }

    [Fact]
    public void Of_the_longer_forms_of_a_point_only_the_uncompressed_one_on_the_curve_is_read()
    {
        var (point, compressed) = (new byte[Secp256k1.UncompressedLength], new byte[Secp256k1.PublicKeyLength]);
        Assert.True(Secp256k1.TryDecompress(Hex(RecordPublicKey), point));

        Assert.False(Secp256k1.TryCompress(point.AsSpan(1), compressed));
        Assert.False(Secp256k1.TryCompress([.. point[..^1], (byte)(point[^1] ^ 1)], compressed));
        Assert.False(Secp256k1.TryCompress([(byte)(6 | (point[^1] & 1)), .. point.AsSpan(1)], compressed));
    }

    [Fact]
    public void Any_bytes_are_a_public_key_that_is_written_back_or_none() => Mutations.Check(
        bytes =>
        {
            var (point, again) = (new byte[Secp256k1.UncompressedLength], new byte[Secp256k1.PublicKeyLength]);
            return Secp256k1.TryDecompress(bytes, point)
                ? Secp256k1.TryCompress(point, again) && again.AsSpan().SequenceEqual(bytes)
                : !Secp256k1.IsPublicKey(bytes);
        },
        Hex(BasePoint), Hex(RecordPublicKey), Hex(WirePublicKey));

    [Theory]
    [InlineData("3006020101020101", true)]
    [InlineData("300702020080020101", true)]
    [InlineData("3006020100020101", false)] // zero
    [InlineData("3006020180020101", false)] // negative
    [InlineData("300702020001020101", false)] // padded
    [InlineData("300602010102010100", false)] // trailing
    [InlineData("308106020101020101", false)] // long form of a length
    [InlineData("3005020101020101", false)]
    [InlineData("3006020101030101", false)]
    [InlineData("30060201010201", false)]
    [InlineData("3006020101020201", false)]
    [InlineData("", false)]
    public void Only_strict_der_is_read(string hex, bool expected)
    {
        Assert.Equal(expected, EcdsaSignature.TryRead(Hex(hex), out var r, out var s));
        if (expected)
            Assert.Equal(hex, Convert.ToHexStringLower(EcdsaSignature.Write(r, s)));
    }
}
