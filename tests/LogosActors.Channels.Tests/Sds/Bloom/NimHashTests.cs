using System.Text;
using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Tests.Sds.Bloom;

public sealed class NimHashTests
{
    public static TheoryData<string, int, int, int, int, int, int> Murmur => NimHashVectors.Murmur;

    public static TheoryData<int, ulong> Farm => NimHashVectors.Farm;

    [Theory]
    [MemberData(nameof(Murmur))]
    public void A_string_has_the_hashes_that_js_waku_computes(string text, int modulus, int hash, int step, int second, int third, int sixth)
    {
        Assert.Equal(hash, (int)(NimMurmurHash.MagnitudeOf(Encoding.UTF8.GetBytes(text)) % modulus));
        Assert.Equal(step, (int)(NimMurmurHash.MagnitudeOf(Encoding.UTF8.GetBytes(text + " b")) % modulus));
        Assert.Equal([hash, second, third], BitsOf(text, hashes: 3, modulus));
        Assert.Contains(sixth, BitsOf(text, hashes: 6, modulus));
    }

    [Theory]
    [MemberData(nameof(Farm))]
    public void A_string_has_the_fingerprint_that_farmhash_computes(int length, ulong fingerprint) =>
        Assert.Equal(fingerprint, NimFarmHash.Fingerprint(NimHashVectors.Text(length)));

    [Fact]
    public void A_string_has_the_hash_that_Nim_tests_its_own_with() => // Nim 2.2, tests/stdlib/thashes.nim
        Assert.Equal(1119910118870047694UL, NimFarmHash.MagnitudeOf("abracadabra"u8));

    static HashSet<int> BitsOf(string id, int hashes, int bits)
    {
        var shape = new BloomShape(BloomHash.Murmur, hashes, bits);
        var words = new ulong[shape.Words];
        BloomKey.Of(id).AddTo(words, shape);
        return [.. Enumerable.Range(0, words.Length * 64).Where(bit => (words[bit / 64] >> (bit % 64) & 1) != 0)];
    }
}
