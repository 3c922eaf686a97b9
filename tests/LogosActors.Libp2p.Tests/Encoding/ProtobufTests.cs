using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Tests.Fuzzing;

namespace LogosActors.Libp2p.Tests.Encoding;

public sealed class ProtobufTests
{
    static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    static DecodeError ErrorOf(string hex)
    {
        var reader = new ProtobufReader(Hex(hex));
        while (reader.Next())
        {
        }
        return reader.Error;
    }

    // protobuf.dev/programming-guides/encoding: field 1 = 150, field 2 = "testing".
    [Fact]
    public void The_published_examples_are_read()
    {
        var reader = new ProtobufReader(Hex("08 9601 12 07 74657374696e67"));
        Assert.True(reader.Next());
        Assert.Equal((1, 150), (reader.Field, reader.Int32()));
        Assert.True(reader.Next());
        Assert.Equal((2, "testing"), (reader.Field, reader.String(16)));
        Assert.False(reader.Next());
        Assert.True(reader.Succeeded(out _));
    }

    [Fact]
    public void Fields_that_are_not_read_are_skipped_whatever_their_layout()
    {
        // Fields 4 (varint), 5 (fixed64), 6 (bytes), 7 (fixed32), then 1 = 9.
        var reader = new ProtobufReader(Hex("20 ffffffffffffffffff01 29 0102030405060708 32 02 abcd 3d 01020304 08 09"));
        var value = 0UL;
        while (reader.Next())
        {
            if (reader.Field == 1)
                value = reader.UInt64();
        }
        Assert.True(reader.Succeeded(out _));
        Assert.Equal(9UL, value);
    }

    [Theory]
    [InlineData("", DecodeError.None)]
    [InlineData("08", DecodeError.Truncated)]
    [InlineData("08 80", DecodeError.Truncated)]
    [InlineData("0a 02 ab", DecodeError.Truncated)]
    [InlineData("0a ffffffff07 ab", DecodeError.Truncated)]
    [InlineData("09 01020304050607", DecodeError.Truncated)]
    [InlineData("0d 010203", DecodeError.Truncated)]
    [InlineData("0a ffffffff0f ab", DecodeError.LimitExceeded)]
    [InlineData("0a ffffffffffffffffff01 ab", DecodeError.LimitExceeded)]
    [InlineData("08 ffffffffffffffffff02", DecodeError.Overflow)]
    [InlineData("08 ffffffffffffffffffff01", DecodeError.Overflow)]
    [InlineData("00 01", DecodeError.InvalidField)]
    [InlineData("0b 0c", DecodeError.InvalidField)]
    [InlineData("0e 00", DecodeError.InvalidField)]
    [InlineData("8080808010 00", DecodeError.InvalidField)]
    public void A_malformed_message_ends_in_an_error_by_name(string hex, DecodeError expected) => Assert.Equal(expected, ErrorOf(hex));

    [Fact]
    public void A_field_of_another_layout_than_expected_is_an_error_that_ends_the_message()
    {
        var reader = new ProtobufReader(Hex("08 01 08 02"));
        Assert.True(reader.Next());
        Assert.True(reader.Bytes().IsEmpty);
        Assert.Equal(DecodeError.InvalidField, reader.Error);
        Assert.False(reader.Next());
        Assert.Equal(0UL, reader.UInt64());
    }

    [Fact]
    public void A_field_is_read_once()
    {
        var reader = new ProtobufReader(Hex("08 01 08 02"));
        Assert.True(reader.Next());
        Assert.Equal(1UL, reader.UInt64());
        Assert.Equal(0UL, reader.UInt64());
        Assert.Equal(DecodeError.InvalidField, reader.Error);
    }

    [Theory]
    [InlineData(4, DecodeError.None)]
    [InlineData(3, DecodeError.LimitExceeded)]
    public void The_limit_of_a_field_counts_its_bytes(int limit, DecodeError expected)
    {
        var reader = new ProtobufReader(Hex("0a 04 01020304"));
        Assert.True(reader.Next());
        reader.Bytes(limit);
        Assert.Equal(expected, reader.Error);
    }

    [Fact]
    public void The_first_error_is_the_one_reported()
    {
        var reader = new ProtobufReader(Hex("08 01"));
        reader.Fail(DecodeError.MissingField);
        reader.Fail(DecodeError.Unsupported);
        Assert.False(reader.Next());
        Assert.False(reader.Succeeded(out var error));
        Assert.Equal(DecodeError.MissingField, error);
    }

    [Theory]
    [InlineData("08 ffffffff0f", DecodeError.None)]
    [InlineData("08 8080808010", DecodeError.Overflow)]
    public void A_number_that_its_type_cannot_hold_is_an_overflow(string hex, DecodeError expected)
    {
        var reader = new ProtobufReader(Hex(hex));
        reader.Next();
        reader.UInt32();
        Assert.Equal(expected, reader.Error);
    }

    [Fact]
    public void Text_that_is_not_utf8_is_refused()
    {
        var reader = new ProtobufReader(Hex("0a 02 c328"));
        reader.Next();
        Assert.Equal("", reader.String(16));
        Assert.Equal(DecodeError.InvalidText, reader.Error);
    }

    [Theory]
    [InlineData("0a 03 01 ac02 08 05", 3, "1,300,5", DecodeError.None)]
    [InlineData("08 01 08 02", 2, "1,2", DecodeError.None)]
    [InlineData("0a 00", 0, "", DecodeError.None)]
    [InlineData("0a 03 01 02 03", 2, "1,2", DecodeError.LimitExceeded)]
    [InlineData("0a 02 01 80", 9, "1", DecodeError.Truncated)]
    [InlineData("0d 01020304", 9, "", DecodeError.InvalidField)]
    public void Repeated_numbers_are_read_packed_or_not_up_to_their_count(string hex, int maxCount, string expected, DecodeError error)
    {
        var values = new List<ulong>();
        var reader = new ProtobufReader(Hex(hex));
        while (reader.Next())
            reader.UInt64s(values, maxCount);
        Assert.Equal(error, reader.Error);
        Assert.Equal(expected, string.Join(',', values));
    }

    sealed record Sample(ulong A, long B, long C, bool D, ulong E, uint F, double G, byte[] H, string I)
    {
        public byte[] Encode()
        {
            var inner = ProtobufWriter.SizeOfUInt64(1, A) + ProtobufWriter.SizeOfString(200, I);
            var size = ProtobufWriter.SizeOfUInt64(1, A) + ProtobufWriter.SizeOfInt64(2, B) + ProtobufWriter.SizeOfSInt64(3, C)
                + ProtobufWriter.SizeOfBool(4) + ProtobufWriter.SizeOfFixed64(15) + ProtobufWriter.SizeOfFixed32(16)
                + ProtobufWriter.SizeOfFixed64(17) + ProtobufWriter.SizeOfBytes(2047, H.Length) + ProtobufWriter.SizeOfString(2048, I)
                + ProtobufWriter.SizeOfBytes(ProtobufReader.MaxField, inner);
            var bytes = new byte[size];
            var writer = new ProtobufWriter(bytes);
            writer.UInt64(1, A);
            writer.Int64(2, B);
            writer.SInt64(3, C);
            writer.Bool(4, D);
            writer.Fixed64(15, E);
            writer.Fixed32(16, F);
            writer.Double(17, G);
            writer.Bytes(2047, H);
            writer.String(2048, I);
            writer.Message(ProtobufReader.MaxField, inner);
            writer.UInt64(1, A);
            writer.String(200, I);
            Assert.Equal(size, writer.Written);
            return bytes;
        }

        public static DecodeError Decode(ReadOnlySpan<byte> source, out Sample sample)
        {
            sample = new Sample(0, 0, 0, false, 0, 0, 0, [], "");
            var reader = new ProtobufReader(source);
            while (reader.Next())
            {
                sample = reader.Field switch
                {
                    1 => sample with { A = reader.UInt64() },
                    2 => sample with { B = reader.Int64() },
                    3 => sample with { C = reader.SInt64() },
                    4 => sample with { D = reader.Bool() },
                    15 => sample with { E = reader.Fixed64() },
                    16 => sample with { F = reader.Fixed32() },
                    17 => sample with { G = reader.Double() },
                    2047 => sample with { H = reader.Bytes(1000).ToArray() },
                    2048 => sample with { I = reader.String(1000) },
                    _ => sample,
                };
            }
            return reader.Error;
        }
    }

    static readonly Gen<Sample> Samples =
        from a in ArbMap.Default.GeneratorFor<ulong>()
        from b in ArbMap.Default.GeneratorFor<long>()
        from c in ArbMap.Default.GeneratorFor<long>()
        from d in ArbMap.Default.GeneratorFor<bool>()
        from e in ArbMap.Default.GeneratorFor<ulong>()
        from f in ArbMap.Default.GeneratorFor<uint>()
        from g in ArbMap.Default.GeneratorFor<double>()
        from h in ArbMap.Default.GeneratorFor<byte[]>()
        from i in ArbMap.Default.GeneratorFor<string>()
        select new Sample(a, b, c, d, e, f, g, h, new string([.. (i ?? "").Where(character => !char.IsSurrogate(character))]));

    [Fact]
    public void A_message_of_every_type_is_read_back() => Prop.ForAll(Samples.ToArbitrary(), sample =>
        Sample.Decode(sample.Encode(), out var read) is DecodeError.None
            && read with { H = sample.H } == sample && read.H.AsSpan().SequenceEqual(sample.H))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Google_reads_what_is_written_and_the_other_way_round() => Prop.ForAll<long, int>((seconds, nanos) =>
    {
        var bytes = new byte[ProtobufWriter.SizeOfInt64(1, seconds) + ProtobufWriter.SizeOfInt64(2, nanos)];
        var writer = new ProtobufWriter(bytes);
        writer.Int64(1, seconds);
        writer.Int64(2, nanos);
        var theirs = Timestamp.Parser.ParseFrom(bytes);
        var (readSeconds, readNanos) = (0L, 0);
        var reader = new ProtobufReader(theirs.ToByteArray());
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: readSeconds = reader.Int64(); break;
                case 2: readNanos = reader.Int32(); break;
            }
        }
        return (theirs.Seconds, theirs.Nanos, readSeconds, readNanos) == (seconds, nanos, seconds, nanos) && reader.Succeeded(out _);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Any_bytes_are_a_message_or_an_error() => Mutations.Check(
        bytes => Sample.Decode(bytes, out _) is var error && System.Enum.IsDefined(error),
        new Sample(1, -1, -300, true, 2, 3, 0.5, [1, 2, 3], "text").Encode(),
        new Sample(ulong.MaxValue, long.MinValue, long.MaxValue, false, 0, 0, 0, new byte[200], "é").Encode());
}
