using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.StoreSync;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Tests.StoreSync;

public sealed class ReconciliationCodecTests
{
    static readonly string Zeros = new('0', 2 * MessageHash.Length);
    static readonly string Ones = string.Concat(Enumerable.Repeat("11", MessageHash.Length));

    [Fact]
    public void Every_part_of_a_payload_is_where_the_Nim_reference_has_it() =>
        Assert.Equal(
            "01" + "022f70" + "02" + "022f61" + "022f62" // one pubsub topic, two content topics
            + "e807"                                      // from 1000
            + "05" + "00"                                 // nothing up to 1005
            + "8001" + "01" + Ones // a fingerprint up to 1133
            + "00" + "03" + "000007" + "00"               // nothing at 1133 up to a hash
            + "01" + "02" + "02" + "ed08" + Ones + "00" + "22" + Ones[2..] + "01", // two messages at 1133, which need no answer
            Hex(new ReconciliationPayload
            {
                PubsubTopics = ["/p"],
                ContentTopics = ["/a", "/b"],
                Ranges =
                [
                    new ReconciliationRange.Skip(At(1000), At(1005)),
                    new ReconciliationRange.Summary(At(1005), At(1133), Fingerprint.Of(Hash(Ones))),
                    new ReconciliationRange.Skip(At(1133), At(1133, "000007" + Zeros[6..])),
                    new ReconciliationRange.ItemSet(At(1133), At(1134), [At(1133, Ones), At(1133, "22" + Ones[2..])], IsReconciled: true),
                ],
            }));

    [Fact]
    public void The_last_payload_is_one_byte_and_none_at_all_is_the_last_payload_too()
    {
        Assert.Equal("00", Hex(ReconciliationPayload.End));
        Assert.True(ReconciliationCodec.TryDecode([0], out var payload, out _));
        Assert.True(payload.IsEnd);
        Assert.True(ReconciliationCodec.TryDecode([], out payload, out _));
        Assert.True(payload.IsEnd);
    }

    [Fact]
    public void A_payload_that_skips_everything_is_an_end() =>
        Assert.True(new ReconciliationPayload { Ranges = [new ReconciliationRange.Skip(At(1), At(2))] }.IsEnd);

    [Fact]
    public void A_range_that_ends_when_it_begins_and_has_no_hash_is_written_with_all_of_its_zeros_as_Nim_does() =>
        Assert.Equal("0000" + "07" + "00" + "20" + Zeros + "00", Hex(new ReconciliationPayload { Ranges = [new ReconciliationRange.Skip(At(7), At(7))] }));

    [Fact]
    public void A_bound_loses_its_hash_where_time_has_passed()
    {
        var payload = new ReconciliationPayload { Ranges = [new ReconciliationRange.Skip(At(7), At(8, Ones))] };
        Assert.True(ReconciliationCodec.TryDecode(ReconciliationCodec.Encode(payload), out var decoded, out _));
        Assert.Equal(At(8), decoded.Ranges[0].Upper);
    }

    [Fact]
    public void Any_payload_is_the_same_after_a_round_trip() =>
        Prop.ForAll(ReconciliationArbitrary.Payloads, payload =>
        {
            Assert.True(ReconciliationCodec.TryDecode(ReconciliationCodec.Encode(payload), out var decoded, out _));
            Assert.Equivalent(payload, decoded, strict: true);
            Assert.Equal(payload.Ranges.Select(range => range.GetType()), decoded.Ranges.Select(range => range.GetType()));
            Assert.Equal(Hex(payload), Hex(decoded));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Ranges_with_a_gap_between_them_are_not_written() =>
        Assert.Throws<ArgumentException>(() => ReconciliationCodec.Encode(
            new ReconciliationPayload { Ranges = [new ReconciliationRange.Skip(At(1), At(2)), new ReconciliationRange.Skip(At(3), At(4))] }));

    [Theory]
    [InlineData("01", DecodeError.Truncated)]
    [InlineData("0000", DecodeError.Truncated)]                                    // no first time
    [InlineData("ff08" + "00000000", DecodeError.LimitExceeded)]                   // more topics than anybody has
    [InlineData("05" + "0000", DecodeError.Truncated)]                             // more topics than there are bytes
    [InlineData("01" + "ff08" + "00000000", DecodeError.LimitExceeded)]            // a topic that is too long
    [InlineData("01" + "01ff" + "0000", DecodeError.InvalidText)]
    [InlineData("0000" + "07" + "01" + "03", DecodeError.Unsupported)]             // a kind of range that is none
    [InlineData("0000" + "07" + "01" + "01" + "1111", DecodeError.Truncated)]      // half a fingerprint
    [InlineData("0000" + "07" + "00" + "21" + "00", DecodeError.InvalidValue)]     // a prefix longer than a hash
    [InlineData("0000" + "07" + "00" + "02" + "00", DecodeError.Truncated)]
    [InlineData("0000" + "07" + "01" + "02" + "00" + "02", DecodeError.InvalidValue)] // neither reconciled nor not
    [InlineData("0000" + "07" + "01" + "02" + "ffffffffffffffff7f", DecodeError.LimitExceeded)]
    [InlineData("0000" + "07" + "01" + "02" + "05" + "00", DecodeError.Truncated)] // more ids than there are bytes
    [InlineData("0000" + "07" + "8100" + "00", DecodeError.NotCanonical)]
    [InlineData("0000" + "ffffffffffffffff7f" + "01" + "00", DecodeError.Overflow)] // the end of time, and one more
    [InlineData("0000" + "ffffffffffffffffff01" + "01" + "00", DecodeError.Overflow)]
    public void A_payload_that_is_none_is_refused(string hex, DecodeError expected)
    {
        Assert.False(ReconciliationCodec.TryDecode(Convert.FromHexString(hex), out var payload, out var error));
        Assert.Null(payload);
        Assert.Equal(expected, error);
    }

    [Fact]
    public void Messages_out_of_order_or_twice_are_refused()
    {
        Assert.False(Decodes([At(5, "22" + Ones[2..]), At(5, Ones)], out var error));
        Assert.Equal(DecodeError.NotCanonical, error);
        Assert.False(Decodes([At(5, Ones), At(5, Ones)], out error));
        Assert.Equal(DecodeError.NotCanonical, error);
    }

    [Fact]
    public void More_ranges_or_ids_than_a_reconciliation_needs_are_refused()
    {
        var skip = new ReconciliationRange.Skip(At(1), At(1, Ones));
        Assert.True(ReconciliationCodec.TryDecode(Encode(Enumerable.Repeat(skip, StoreSyncLimits.Ranges)), out _, out _));
        Assert.False(ReconciliationCodec.TryDecode(Encode(Enumerable.Repeat(skip, StoreSyncLimits.Ranges + 1)), out _, out var error));
        Assert.Equal(DecodeError.LimitExceeded, error);

        var half = new ReconciliationRange.ItemSet(At(1), At(1, Ones), [.. Many(StoreSyncLimits.Ids / 2)], IsReconciled: false);
        var encoded = Encode([half, half]);
        Assert.True(encoded.Length <= StoreSyncLimits.PayloadLength);
        Assert.True(ReconciliationCodec.TryDecode(encoded, out _, out _));
        Assert.False(ReconciliationCodec.TryDecode(Encode([half, half, half with { Ids = [At(1, Ones)] }]), out _, out error));
        Assert.Equal(DecodeError.LimitExceeded, error);
    }

    static IEnumerable<ArchivePosition> Many(int count) => Enumerable.Range(1, count).Select(i => At(i, Ones));

    static bool Decodes(ArchivePosition[] ids, out DecodeError error)
    {
        var encoded = Encode([new ReconciliationRange.ItemSet(At(1), At(9), ids, IsReconciled: true)]);
        return ReconciliationCodec.TryDecode(encoded, out _, out error);
    }

    static byte[] Encode(IEnumerable<ReconciliationRange> ranges) => ReconciliationCodec.Encode(new ReconciliationPayload { Ranges = [.. ranges] });

    static string Hex(ReconciliationPayload payload) => Convert.ToHexStringLower(ReconciliationCodec.Encode(payload));

    static ArchivePosition At(long time, string? hash = null) => new(time, hash is null ? default : Hash(hash));

    static MessageHash Hash(string hex) => new(Convert.FromHexString(hex));
}
