using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.PeerExchange;
using LogosActors.Delivery.Tests.Messages;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Tests.PeerExchange;

public sealed class PeerExchangeCodecTests
{
    static readonly Arbitrary<PeerExchangeResponse> Responses = Arb.From(
        from status in Gen.Choose(0, 600)
        from description in Gen.OneOf(Gen.Constant<string?>(null), MessageArbitrary.Texts.Select(text => (string?)text))
        from records in ArbMap.Default.GeneratorFor<byte[]>().Where(record => record is { Length: > 0 and <= PeerExchangeLimits.RecordLength }).ListOf()
        select new PeerExchangeResponse
        {
            Status = (PeerExchangeStatus)status,
            Description = description,
            Records = [.. records.Select(record => (ReadOnlyMemory<byte>)record)],
        });

    [Fact]
    public void Every_field_of_a_query_is_where_the_specification_has_it() =>
        Assert.Equal("0a02083c", Convert.ToHexStringLower(PeerExchangeCodec.Encode(new PeerExchangeQuery { PeerCount = 60 })));

    [Fact]
    public void An_answer_has_a_query_for_no_peers_before_its_records_and_status() =>
        Assert.Equal(
            "0a020800" + "120e" + "0a040a02c001" + "50c801" + "5a036e2f61",
            Convert.ToHexStringLower(PeerExchangeCodec.Encode(
                new PeerExchangeResponse { Status = PeerExchangeStatus.Success, Description = "n/a", Records = [new byte[] { 0xc0, 1 }] })));

    [Fact]
    public void Any_query_is_the_same_after_a_round_trip() =>
        Prop.ForAll<ulong>(count =>
        {
            Assert.True(PeerExchangeCodec.TryDecode(PeerExchangeCodec.Encode(new PeerExchangeQuery { PeerCount = count }), out PeerExchangeQuery? query, out _));
            Assert.Equal(count, query.PeerCount);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_answer_is_the_same_after_a_round_trip() =>
        Prop.ForAll(Responses, response =>
        {
            Assert.True(PeerExchangeCodec.TryDecode(PeerExchangeCodec.Encode(response), out PeerExchangeResponse? decoded, out _));
            Assert.Equal(response with { Records = [] }, decoded with { Records = [] });
            Assert.Equal(response.Records.Select(record => record.ToArray()), decoded.Records.Select(record => record.ToArray()));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("12060a040a02c001", 200)]                     // records, as the specification has answers
    [InlineData("1200", 503)]                                 // none
    public void An_answer_without_a_status_has_the_one_that_the_reference_assumes(string hex, int expected)
    {
        Assert.True(PeerExchangeCodec.TryDecode(Convert.FromHexString(hex), out PeerExchangeResponse? response, out _));
        Assert.Equal(expected, (int)response.Status);
    }

    [Fact]
    public void A_record_that_is_empty_or_too_long_costs_the_answer_that_record_only()
    {
        var response = new PeerExchangeResponse { Records = [Array.Empty<byte>(), new byte[PeerExchangeLimits.RecordLength + 1], new byte[] { 7 }] };
        Assert.True(PeerExchangeCodec.TryDecode(PeerExchangeCodec.Encode(response), out PeerExchangeResponse? decoded, out _));
        Assert.Equal([7], Assert.Single(decoded.Records).ToArray());
    }

    [Theory]
    [InlineData("", DecodeError.MissingField)]
    [InlineData("1200", DecodeError.MissingField)]            // an answer alone
    [InlineData("0a020a00", DecodeError.InvalidField)]        // a number that is none
    [InlineData("0a0508", DecodeError.Truncated)]
    public void A_query_that_is_none_is_refused(string hex, DecodeError expected)
    {
        Assert.False(PeerExchangeCodec.TryDecode(Convert.FromHexString(hex), out PeerExchangeQuery? query, out var error));
        Assert.Null(query);
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData("0a020800", DecodeError.MissingField)]        // a query alone
    [InlineData("120650ffffffff0f", DecodeError.InvalidValue)]
    public void An_answer_that_is_none_is_refused(string hex, DecodeError expected)
    {
        Assert.False(PeerExchangeCodec.TryDecode(Convert.FromHexString(hex), out PeerExchangeResponse? response, out var error));
        Assert.Null(response);
        Assert.Equal(expected, error);
    }

    [Fact]
    public void More_records_than_the_limit_are_refused()
    {
        var response = new PeerExchangeResponse { Records = [.. Enumerable.Repeat((ReadOnlyMemory<byte>)new byte[1], PeerExchangeLimits.DecodedRecords + 1)] };
        Assert.False(PeerExchangeCodec.TryDecode(PeerExchangeCodec.Encode(response), out PeerExchangeResponse? _, out var error));
        Assert.Equal(DecodeError.LimitExceeded, error);
    }
}
