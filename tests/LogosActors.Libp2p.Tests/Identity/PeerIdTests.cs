using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Tests.Fuzzing;
using static LogosActors.Libp2p.Tests.Identity.KeyVectors;

namespace LogosActors.Libp2p.Tests.Identity;

public sealed class PeerIdTests
{
    static readonly Gen<PeerId> Ids =
        from embedded in ArbMap.Default.GeneratorFor<bool>()
        from length in Gen.Choose(1, PeerId.MaxEmbeddedKeyLength)
        from key in ArbMap.Default.GeneratorFor<byte>().ArrayOf(length)
        select embedded ? Decode([0, (byte)length, .. key]) : Decode([0x12, 0x20, .. SHA256.HashData(key)]);

    static PeerId Decode(byte[] bytes) => PeerId.TryDecode(bytes, out var id, out var error) ? id : throw new InvalidOperationException($"{error}");

    static PublicKey Key(string hex) => PublicKey.TryDecode(Hex(hex), out var key, out var error) ? key : throw new InvalidOperationException($"{error}");

    static DecodeError ErrorOf(string text) => PeerId.TryParse(text, out _, out var error) ? DecodeError.None : error;

    // The keys of the specification; the ids are js-libp2p's, and for ECDSA, which has none there, multiformats' of the SHA-256.
    [Theory]
    [InlineData(Ed25519Public, "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq", "bafzaajaiaejcahwr5d5ofrfbis4l5d6uwr57hu5tjodrypfm6yaq6dsc2r2pzyt6")]
    [InlineData(Secp256k1Public, "16Uiu2HAmLhLvBoYaoZfaMUKuibM6ac163GwKY74c5kiSLg5KvLpY", "bafzaajiiaijcca3xo7uzjzcsyilaj6i54cj44qk7kqzpoao5rti2pjx6udtdbp6kte")]
    [InlineData(RsaPublic, "QmVVC2XW6wrThtpN7uGc35CJJoGJPdMfopUHKPMEZAMYJg", "bafzbeidkgho2szkdcap7w6t5qslauzuiaqfefphehodr7jqoszcg762fju")]
    [InlineData(EcdsaPublic, "QmVMT29id3TUASyfZZ6k9hmNyc2nYabCo4uMSpDw4zrgDk", "bafzbeidigywdclqvl5hxfefwp5onbffcfife7pza57mmfb4tiqmtkdjw64")]
    public void A_published_key_has_its_id_in_both_texts(string keyHex, string base58, string cid)
    {
        var key = Key(keyHex);
        var id = PeerId.FromPublicKey(key);
        Assert.Equal((base58, cid), (id.ToString(), id.ToCid()));
        Assert.Equal(id, PeerId.Parse(base58));
        Assert.Equal(id, PeerId.Parse(cid));
        Assert.True(id.Matches(key));
        Assert.Equal(keyHex.Length / 2 <= 42, id.TryGetPublicKey(out var embedded));
        Assert.True(embedded is null || embedded.Equals(key));
    }

    [Fact]
    public void An_id_does_not_match_another_key() => Assert.False(PeerId.FromPublicKey(Key(Ed25519Public)).Matches(Key(Secp256k1Public)));

    [Fact]
    public void An_embedded_key_in_another_encoding_is_nobodys()
    {
        byte[] reordered = [.. Hex(Ed25519Public)[2..], 0x08, 0x01];
        var id = Decode([0, (byte)reordered.Length, .. reordered]);
        Assert.False(id.TryGetPublicKey(out var key));
        Assert.Null(key);
        Assert.False(id.Matches(Key(Ed25519Public)));
    }

    // go-multiaddr's texts of one id each; base36 is what go writes for IPNS names.
    [Theory]
    [InlineData("12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV", "bafzaajaiaejcalj543iwv2d7pkjt7ykvefrkfu7qjfi6sduakhso4lay6abn2d5u")]
    [InlineData("12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV", "k51qzi5uqu5dhb6l8spkdx7yxafegfkee5by8h7lmjh2ehc2sgg34z7c15vzqs")]
    [InlineData("12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV", "z5AanNVJCxnHszLz6HVCpZKQVXm3Xzi77cb5jXLSrxfgC9Qu3d93my5")]
    [InlineData("12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV", "f01720024080112202d3de6d16ae87f7a933fe1552162a2d3f04951e90e8051e4ee2c18f002dd0fb4")]
    [InlineData("QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC", "bafzbeigvf25ytwc3akrijfecaotc74udrhcxzh2cx3we5qqnw5vgrei4bm")]
    [InlineData("QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC", "k2k4r8oqamigqdo6o7hsbfwd45y70oyynp98usk7zmyfrzpqxh1pohl7")]
    [InlineData("QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC", "zdvgqFmA4BAHCvFpDrJUnvKWFTKLtDbzkN3KQdN5A3ATKwuxv")]
    public void Every_text_of_an_id_is_the_same_id(string base58, string other)
    {
        var (one, two) = (PeerId.Parse(base58), PeerId.Parse(other));
        Assert.True(one == two);
        Assert.Equal(one.GetHashCode(), two.GetHashCode());
        Assert.Equal(base58, two.ToString());
    }

    [Theory]
    [InlineData("", DecodeError.InvalidText)]
    [InlineData("b", DecodeError.Unsupported)]
    [InlineData("1", DecodeError.Truncated)]
    [InlineData("Qm", DecodeError.Unsupported)]
    [InlineData("?unknown", DecodeError.Unsupported)]
    [InlineData("12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5m0", DecodeError.InvalidText)] // 0 is not of the alphabet
    [InlineData("12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mé", DecodeError.InvalidText)]
    [InlineData("12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV ", DecodeError.InvalidText)]
    [InlineData("bAFZAAJAIAEJCALJ543IWV2D7PKJT7YKVEFRKFU7QJFI6SDUAKHSO4LAY6ABN2D5U", DecodeError.InvalidText)]
    [InlineData("bafzbeigvf25ytwc3akrijfecaotc74udrhcxzh2cx3we5qqnw5vgrei4bn", DecodeError.InvalidText)] // stray bits
    [InlineData("k2k4r8oqamigqdo6o7hsbfwd45y70oyynp98usk7zmyfrzpqxh1pohl-", DecodeError.InvalidText)] // go-multiaddr
    [InlineData("k2jmtxwoe2phm1hbqp0e7nufqf6umvuu2e9qd7ana7h411a0haqj6i2z", DecodeError.Unsupported)] // go-multiaddr: another codec
    [InlineData("QmxoHT6iViN5xAjoz1VZ553cL31U9F94ht3QvWR1FrEbZY", DecodeError.InvalidValue)] // go-multiaddr: no sha2-256 of 32 bytes
    public void What_is_no_peer_id_is_refused_by_name(string text, DecodeError expected)
    {
        Assert.Equal(expected, ErrorOf(text));
        Assert.Throws<FormatException>(() => PeerId.Parse(text));
    }

    [Fact]
    public void A_long_text_is_refused_before_it_is_decoded()
    {
        Assert.Equal(DecodeError.LimitExceeded, ErrorOf(new string('1', 100_000)));
        Assert.Equal(DecodeError.LimitExceeded, ErrorOf("b" + new string('a', 100_000)));
        Assert.Equal(DecodeError.LimitExceeded, ErrorOf(new string('1', 100)));
    }

    [Theory]
    [InlineData("", DecodeError.Truncated)]
    [InlineData("00", DecodeError.Truncated)]
    [InlineData("0000", DecodeError.InvalidValue)]
    [InlineData("0001", DecodeError.Truncated)]
    [InlineData("000101", DecodeError.None)]
    [InlineData("00010102", DecodeError.TrailingBytes)]
    [InlineData("1220", DecodeError.Truncated)]
    [InlineData("121c05877cbae039d70a5e600ea02c6f9f2942439285c9e344e26f8d280c", DecodeError.InvalidValue)]
    [InlineData("1340", DecodeError.Unsupported)]
    [InlineData("8000", DecodeError.Unsupported)]
    public void Bytes_are_an_id_or_refused_by_name(string hex, DecodeError expected)
    {
        Assert.Equal(expected is DecodeError.None, PeerId.TryDecode(Hex(hex), out _, out var error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void An_embedded_key_has_at_most_42_bytes()
    {
        Assert.True(PeerId.TryDecode([0, 42, .. new byte[42]], out _, out _));
        Assert.False(PeerId.TryDecode([0, 43, .. new byte[43]], out _, out var error));
        Assert.Equal(DecodeError.LimitExceeded, error);
    }

    [Fact]
    public void An_id_survives_its_bytes_and_both_texts() => Prop.ForAll(Ids.ToArbitrary(), id =>
        Decode(id.Bytes.ToArray()) == id && PeerId.Parse(id.ToString()) == id && PeerId.Parse(id.ToCid()) == id)
        .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Ids_are_ordered_by_their_bytes() => Prop.ForAll(Ids.Two().ToArbitrary(), pair =>
    {
        var (one, other) = pair;
        var order = one.Bytes.SequenceCompareTo(other.Bytes);
        return Math.Sign(one.CompareTo(other)) == Math.Sign(order)
            && one < other == order < 0 && one <= other == order <= 0 && one > other == order > 0 && one >= other == order >= 0
            && one == other == (order == 0) && one != other == (order != 0);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_bytes_are_an_id_or_an_error() => Mutations.Check(
        bytes => PeerId.TryDecode(bytes, out var id, out var error)
            ? id.Bytes.SequenceEqual(bytes) && PeerId.Parse(id.ToString()) == id && (!id.TryGetPublicKey(out var key) || key.Encode().Length > 0)
            : error is not DecodeError.None && id is null,
        [0, 36, .. Hex(Ed25519Public)], [0, 37, .. Hex(Secp256k1Public)], [0x12, 0x20, .. SHA256.HashData([])]);

    [Fact]
    public void Any_text_is_an_id_or_an_error() => Mutations.Check(
        bytes =>
        {
            var text = System.Text.Encoding.Latin1.GetString(bytes);
            return PeerId.TryParse(text, out var id, out var error)
                ? PeerId.Parse(id.ToString()) == id
                : error is not DecodeError.None && id is null;
        },
        "12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV"u8.ToArray(),
        "bafzaajaiaejcalj543iwv2d7pkjt7ykvefrkfu7qjfi6sduakhso4lay6abn2d5u"u8.ToArray(),
        "k2k4r8oqamigqdo6o7hsbfwd45y70oyynp98usk7zmyfrzpqxh1pohl7"u8.ToArray(),
        "uEiDDq4_xNyDorZBH3TlGazyJdOWSwvo4PUo5YHFMrvDE8g"u8.ToArray(),
        "f0172122000"u8.ToArray());
}
