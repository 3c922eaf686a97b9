using FsCheck;
using FsCheck.Fluent;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Tests.Fuzzing;

namespace LogosActors.Libp2p.Tests.Encoding;

public sealed class VarintTests
{
    static byte[] Written(ulong value)
    {
        Span<byte> buffer = stackalloc byte[Varint.MaxLength];
        return buffer[..Varint.Write(buffer, value)].ToArray();
    }

    // The examples of multiformats/unsigned-varint, and both ends of the range.
    [Theory]
    [InlineData(0, "00")]
    [InlineData(1, "01")]
    [InlineData(127, "7f")]
    [InlineData(128, "8001")]
    [InlineData(255, "ff01")]
    [InlineData(300, "ac02")]
    [InlineData(16384, "808001")]
    [InlineData(long.MaxValue, "ffffffffffffffff7f")]
    public void A_number_has_one_encoding(ulong value, string hex)
    {
        Assert.Equal(hex, Convert.ToHexStringLower(Written(value)));
        Assert.Equal(hex.Length / 2, Varint.Length(value));
        Assert.True(Varint.TryRead(Convert.FromHexString(hex), out var read, out var length, out _));
        Assert.Equal((value, hex.Length / 2), (read, length));
    }

    [Theory]
    [InlineData("", DecodeError.Truncated)]
    [InlineData("80", DecodeError.Truncated)]
    [InlineData("ffffffffffffffff", DecodeError.Truncated)]
    [InlineData("8000", DecodeError.NotCanonical)]
    [InlineData("818000", DecodeError.NotCanonical)]
    [InlineData("ffffffffffffffff00", DecodeError.NotCanonical)]
    [InlineData("ffffffffffffffff80", DecodeError.Overflow)]
    [InlineData("ffffffffffffffffff01", DecodeError.Overflow)]
    public void A_cut_long_or_padded_form_is_refused_by_name(string hex, DecodeError expected)
    {
        Assert.False(Varint.TryRead(Convert.FromHexString(hex), out var value, out var length, out var error));
        Assert.Equal((0UL, 0, expected), (value, length, error));
    }

    [Fact]
    public void A_number_over_63_bits_cannot_be_written() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Written(Varint.MaxValue + 1));

    [Fact]
    public void What_is_written_is_read_back_and_what_follows_is_left_alone() =>
        Prop.ForAll<ulong, byte, byte>((random, shift, next) =>
        {
            var value = (random & Varint.MaxValue) >> (shift % 64);
            byte[] bytes = [.. Written(value), next];
            return Varint.TryRead(bytes, out var read, out var length, out _)
                && read == value && length == bytes.Length - 1 && length == Varint.Length(value);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Fact]
    public void Any_bytes_are_the_one_encoding_of_a_number_or_an_error() =>
        Fuzzing.Mutations.Check(
            bytes => !Varint.TryRead(bytes, out var value, out var length, out var error)
                ? error is DecodeError.Truncated or DecodeError.Overflow or DecodeError.NotCanonical
                : Written(value).AsSpan().SequenceEqual(bytes.AsSpan(0, length)),
            Written(0), Written(300), Written(Varint.MaxValue));
}
