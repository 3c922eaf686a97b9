using FsCheck;
using FsCheck.Fluent;
using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Wire;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Channels.Tests.Sds.Wire;

public sealed class SdsCodecTests
{
    const string Channel = "1a0163", Id = "120169"; // of the specification

    public static TheoryData<int, string, string> Vectors => new()
    {
        { (int)SdsDialect.Specification, nameof(SdsVectors.Content), SdsVectors.SpecificationContent },
        { (int)SdsDialect.Specification, nameof(SdsVectors.Sync), SdsVectors.SpecificationSync },
        { (int)SdsDialect.Specification, nameof(SdsVectors.Ephemeral), SdsVectors.SpecificationEphemeral },
        { (int)SdsDialect.Nim, nameof(SdsVectors.Content), SdsVectors.NimContent },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_message_is_written_as_js_waku_and_nim_sds_write_it_and_read_back(int dialect, string message, string encoded)
    {
        var expected = Message(message, (SdsDialect)dialect);
        Assert.Equal(encoded, Convert.ToHexStringLower(SdsCodec.Encode(expected, (SdsDialect)dialect)));
        SdsArbitrary.AssertSame(expected, Decode(encoded, (SdsDialect)dialect));
    }

    [Fact]
    public void The_least_that_nim_sds_writes_is_read()
    {
        var message = Decode(SdsVectors.NimLeast, SdsDialect.Nim);
        Assert.Equal(("c3", "lobby", "", 0UL), (message.MessageId, message.ChannelId, message.SenderId, message.LamportTimestamp));
        Assert.Equal((true, true, null), (message.IsSync, message.Content.IsEmpty, message.BloomFilter));
    }

    [Theory]
    [InlineData((int)SdsDialect.Specification)]
    [InlineData((int)SdsDialect.Nim)]
    public void Any_message_is_the_same_after_a_round_trip_and_its_dialect_is_recognised(int dialect) =>
        Prop.ForAll(SdsArbitrary.Messages((SdsDialect)dialect), message =>
        {
            var encoded = SdsCodec.Encode(message, (SdsDialect)dialect);
            Assert.Equal(SdsCodec.SizeOf(message, (SdsDialect)dialect), encoded.Length);
            Assert.True(SdsCodec.TryDecode(encoded, SdsArbitrary.Bloom, out var decoded, out var recognised, out _));
            Assert.Equal((SdsDialect)dialect, recognised);
            SdsArbitrary.AssertSame(message, decoded);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Content_is_a_slice_of_what_was_received_and_hints_are_not()
    {
        var received = Convert.FromHexString(SdsVectors.SpecificationContent);
        Assert.True(SdsCodec.TryDecode(received, SdsVectors.Bloom, out var message, out _, out _));
        Assert.True(received.AsSpan().Overlaps(message.Content.Span));
        Assert.False(received.AsSpan().Overlaps(message.CausalHistory[0].RetrievalHint.Span));
    }

    [Fact]
    public void Fields_that_nobody_knows_are_passed_over()
    {
        var known = Decode(Id + Channel, SdsDialect.Specification);
        SdsArbitrary.AssertSame(known, Decode("78ff01" + Id + "2a0161" + Channel + "f5ff7f00000000", SdsDialect.Specification));
        SdsArbitrary.AssertSame(
            Decode(SdsVectors.NimLeast, SdsDialect.Nim), Decode("5801" + SdsVectors.NimLeast + "a2060100", SdsDialect.Nim));
    }

    [Theory]
    [InlineData("", DecodeError.MissingField)]
    [InlineData(Id, DecodeError.MissingField)]                               // no channel
    [InlineData(Channel, DecodeError.MissingField)]                          // no id
    [InlineData("1200" + Channel, DecodeError.MissingField)]                 // an empty id
    [InlineData("1001" + "220163", DecodeError.MissingField)]                // nim-sds's, and no id
    [InlineData("1201ff" + Channel, DecodeError.InvalidText)]                // an id that is no text
    [InlineData(Id + Channel + "a2010568", DecodeError.Truncated)]           // content that ends early
    [InlineData(Id + Channel + "520101", DecodeError.InvalidField)]          // a time that is bytes
    [InlineData(Id + Channel + "5a00", DecodeError.MissingField)]            // an entry that names nothing
    [InlineData(Id + Channel + "5a020a05", DecodeError.Truncated)]           // an entry that ends early
    [InlineData(Id + Channel + "1001", DecodeError.InvalidField)]            // both dialects at once
    [InlineData(Id + Channel + "50ffffffffffffffffffff01", DecodeError.Overflow)]
    public void A_message_that_is_none_is_refused(string hex, DecodeError expected) =>
        Assert.Equal(expected, ErrorOf(Convert.FromHexString(hex)));

    [Fact]
    public void What_is_over_its_limit_is_refused_by_those_who_read_it()
    {
        var start = Convert.FromHexString(Id + Channel);
        Assert.Equal(DecodeError.None, ErrorOf([.. start, .. Entries(0x5a, SdsLimits.HistoryEntries)]));
        Assert.Equal(DecodeError.LimitExceeded, ErrorOf([.. start, .. Entries(0x5a, SdsLimits.HistoryEntries + 1)]));
        Assert.Equal(DecodeError.LimitExceeded, ErrorOf([.. start, .. Entries(0x6a, SdsLimits.RepairRequests + 1)]));
        Assert.Equal(DecodeError.LimitExceeded, ErrorOf([0x12, 0x81, 0x02, .. new byte[SdsLimits.IdLength + 1]]));
        Assert.Equal(DecodeError.LimitExceeded, ErrorOf([.. start, 0x5a, 0x84, 0x02, 0x12, 0x81, 0x02, .. new byte[SdsLimits.HintLength + 1]]));
        Assert.Equal(DecodeError.LimitExceeded, ErrorOf(new byte[SdsLimits.MessageSize + 1]));
    }

    [Fact]
    public void What_is_over_its_limit_is_not_written()
    {
        var message = SdsVectors.Ephemeral;
        var entry = new HistoryEntry("a");
        var broken = new[]
        {
            message with { MessageId = "" },
            message with { ChannelId = "" },
            message with { MessageId = new string('x', SdsLimits.IdLength + 1) },
            message with { SenderId = new string('€', (SdsLimits.IdLength / 3) + 1) },
            message with { CausalHistory = [.. Enumerable.Repeat(entry, SdsLimits.HistoryEntries + 1)] },
            message with { RepairRequest = [.. Enumerable.Repeat(entry, SdsLimits.RepairRequests + 1)] },
            message with { CausalHistory = [new HistoryEntry("")] },
            message with { CausalHistory = [new HistoryEntry("a", new byte[SdsLimits.HintLength + 1])] },
            message with { Content = new byte[SdsLimits.MessageSize] },
        };
        foreach (var one in broken)
            Assert.Throws<ArgumentException>(() => SdsCodec.Encode(one, SdsDialect.Specification));
    }

    [Fact]
    public void A_filter_of_the_other_dialect_is_left_out()
    {
        var message = SdsVectors.Content(SdsDialect.Nim);
        Assert.Null(Decode(Convert.ToHexString(SdsCodec.Encode(message, SdsDialect.Specification)), SdsDialect.Specification).BloomFilter);
        Assert.Equal(SdsCodec.SizeOf(message, SdsDialect.Specification), SdsCodec.Encode(message, SdsDialect.Specification).Length);
    }

    [Fact]
    public void A_filter_for_another_capacity_costs_only_the_filter()
    {
        Assert.True(SdsCodec.TryDecode(Convert.FromHexString(SdsVectors.SpecificationContent), SdsArbitrary.Bloom, out var message, out _, out _));
        Assert.Null(message.BloomFilter);
        Assert.Equal("c3", message.MessageId);
    }

    static IEnumerable<byte> Entries(byte tag, int count) => Enumerable.Repeat(new byte[] { tag, 3, 0x0a, 1, (byte)'a' }, count).SelectMany(bytes => bytes);

    static SdsMessage Message(string name, SdsDialect dialect) => name switch
    {
        nameof(SdsVectors.Content) => SdsVectors.Content(dialect),
        nameof(SdsVectors.Sync) => SdsVectors.Sync(dialect),
        _ => SdsVectors.Ephemeral,
    };

    static SdsMessage Decode(string hex, SdsDialect dialect)
    {
        Assert.True(SdsCodec.TryDecode(Convert.FromHexString(hex), SdsVectors.Bloom, out var message, out var recognised, out var error), $"{error}");
        Assert.Equal(dialect, recognised);
        return message;
    }

    static DecodeError ErrorOf(byte[] encoded)
    {
        var isRead = SdsCodec.TryDecode(encoded, SdsVectors.Bloom, out var message, out _, out var error);
        Assert.Equal((error is DecodeError.None, error is DecodeError.None), (isRead, message is not null));
        return error;
    }
}
