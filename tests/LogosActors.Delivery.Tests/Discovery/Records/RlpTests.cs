using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Tests.Discovery.Records;

public sealed class RlpTests
{
    // ethereum.org, RLP §Examples, and ethereum/tests RLPTests/rlptest.json.
    [Theory]
    [InlineData("", "80")]
    [InlineData("00", "00")]
    [InlineData("7f", "7f")]
    [InlineData("80", "8180")]
    [InlineData("0400", "820400")]
    [InlineData("646f67", "83646f67")]
    [InlineData("4c6f72656d20697073756d20646f6c6f722073697420616d65742c20636f6e7365637465747572206164697069736963696e6720656c6974", "b8384c6f72656d20697073756d20646f6c6f722073697420616d65742c20636f6e7365637465747572206164697069736963696e6720656c6974")]
    public void Bytes_are_written_and_read_as_published(string value, string encoded)
    {
        var bytes = Convert.FromHexString(value);
        var written = new byte[RlpWriter.SizeOfBytes(bytes)];
        var writer = new RlpWriter(written);
        writer.Bytes(bytes);
        Assert.Equal(encoded, Convert.ToHexStringLower(written));

        var reader = new RlpReader(written);
        Assert.Equal(bytes, reader.Bytes().ToArray());
        Assert.True(reader.Succeeded(out _));
    }

    [Theory]
    [InlineData(0UL, "80")]
    [InlineData(15UL, "0f")]
    [InlineData(1024UL, "820400")]
    [InlineData(ulong.MaxValue, "88ffffffffffffffff")]
    public void Numbers_are_written_and_read_as_published(ulong value, string encoded)
    {
        var written = new byte[RlpWriter.SizeOfUInt64(value)];
        var writer = new RlpWriter(written);
        writer.UInt64(value);
        Assert.Equal(encoded, Convert.ToHexStringLower(written));

        var reader = new RlpReader(written);
        Assert.Equal(value, reader.UInt64());
        Assert.True(reader.Succeeded(out _));
    }

    [Fact]
    public void A_list_in_a_list_is_read()
    {
        var reader = new RlpReader(Convert.FromHexString("c88363617483646f67"));
        var list = reader.List();
        Assert.Equal("cat"u8, list.Bytes());
        Assert.False(list.IsAtEnd);
        Assert.Equal("dog"u8, list.Bytes());
        Assert.True(list.Succeeded(out _) && reader.Succeeded(out _));
    }

    [Theory]
    [InlineData("8100", DecodeError.NotCanonical)] // stands for itself
    [InlineData("b800", DecodeError.NotCanonical)] // a long length for a short string
    [InlineData("b90038", DecodeError.NotCanonical)] // a length with a leading zero
    [InlineData("83646f", DecodeError.Truncated)]
    [InlineData("bfffffffffffffffff", DecodeError.Truncated)]
    [InlineData("b8", DecodeError.Truncated)]
    [InlineData("", DecodeError.Truncated)]
    [InlineData("c0", DecodeError.InvalidField)] // a list
    [InlineData("646f67", DecodeError.TrailingBytes)]
    public void What_is_not_the_one_encoding_of_bytes_is_refused(string encoded, DecodeError expected)
    {
        var reader = new RlpReader(Convert.FromHexString(encoded));
        reader.Bytes();
        Assert.False(reader.Succeeded(out var error));
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData("820001", DecodeError.NotCanonical)] // a leading zero
    [InlineData("89010000000000000000", DecodeError.Overflow)]
    public void What_is_not_the_one_encoding_of_a_number_is_refused(string encoded, DecodeError expected)
    {
        var reader = new RlpReader(Convert.FromHexString(encoded));
        reader.UInt64();
        Assert.False(reader.Succeeded(out var error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void Any_list_is_the_same_after_a_round_trip() =>
        Prop.ForAll(
            Arb.From(from items in Gen.OneOf(
                    from length in Gen.Choose(0, 70)
                    from bytes in ArbMap.Default.GeneratorFor<byte>().ArrayOf(length)
                    select bytes).ArrayOf()
                     select items),
            items =>
            {
                var length = items.Sum(item => RlpWriter.SizeOfBytes(item));
                var written = new byte[RlpWriter.SizeOfList(length)];
                var writer = new RlpWriter(written);
                writer.List(length);
                foreach (var item in items)
                    writer.Bytes(item);
                Assert.Equal(written.Length, writer.Written);

                var reader = new RlpReader(written);
                var list = reader.List();
                foreach (var item in items)
                    Assert.Equal(item, list.Bytes().ToArray());
                Assert.True(list.Succeeded(out _) && reader.Succeeded(out _));
            }).QuickCheckThrowOnFailure();
}
