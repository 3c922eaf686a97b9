using LogosActors.Delivery.PeerExchange;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Tests.PeerExchange;

public sealed class PeerExchangeServiceTests
{
    static readonly PeerId Peer = PeerId.Parse("16Uiu2HAm8YokiNun9BkeA1ZRmhLbtNUvcwRr64F69tYj9fkGyuEP");

    readonly List<ReadOnlyMemory<byte>> _records = [.. Enumerable.Range(0, 200).Select(static number => (ReadOnlyMemory<byte>)new[] { (byte)number, (byte)1 })];
    TimeSpan _now;

    [Theory]
    [InlineData(0UL, 0)]
    [InlineData(5UL, 5)]
    [InlineData(60UL, 60)]
    [InlineData(61UL, 60)]
    [InlineData(ulong.MaxValue, 60)]
    public async Task As_many_records_come_as_are_wanted_and_never_more_than_60(ulong wanted, int expected)
    {
        var answer = await Service().AnswerAsync(Peer, new PeerExchangeQuery { PeerCount = wanted }, default);
        Assert.Equal(PeerExchangeStatus.Success, answer.Status);
        Assert.Equal(expected, answer.Records.Select(record => record.Span[0]).Distinct().Count());
    }

    [Fact]
    public async Task Other_records_come_the_next_time()
    {
        var service = Service();
        var first = await service.AnswerAsync(Peer, new PeerExchangeQuery { PeerCount = 60 }, default);
        var second = await service.AnswerAsync(Peer, new PeerExchangeQuery { PeerCount = 60 }, default);
        Assert.NotEqual(first.Records.Select(record => record.Span[0]).Order(), second.Records.Select(record => record.Span[0]).Order());
    }

    [Fact]
    public async Task A_node_that_knows_nobody_answers_with_no_records()
    {
        _records.Clear();
        var answer = await Service().AnswerAsync(Peer, new PeerExchangeQuery { PeerCount = 60 }, default);
        Assert.Equal((PeerExchangeStatus.Success, 0), (answer.Status, answer.Records.Count));
    }

    [Fact]
    public async Task A_record_over_300_bytes_is_not_named()
    {
        _records.Clear();
        _records.AddRange([new byte[300], new byte[301]]);
        Assert.Equal(300, Assert.Single((await Service().AnswerAsync(Peer, new PeerExchangeQuery { PeerCount = 60 }, default)).Records).Length);
    }

    [Fact]
    public async Task A_query_that_is_none_is_a_bad_one()
    {
        var answer = await Service().AnswerAsync(Peer, new PeerExchangeQuery { Error = DecodeError.Truncated }, default);
        Assert.Equal((PeerExchangeStatus.BadRequest, "decode_rpc_failure: Truncated"), (answer.Status, answer.Description));
    }

    [Fact]
    public async Task The_thirty_first_query_of_a_minute_is_refused()
    {
        var service = Service();
        for (var i = 0; i < 30; i++)
            Assert.Equal(PeerExchangeStatus.Success, (await service.AnswerAsync(Peer, new PeerExchangeQuery { PeerCount = 1 }, default)).Status);
        Assert.Equal(PeerExchangeStatus.TooManyRequests, (await service.AnswerAsync(Peer, new PeerExchangeQuery { PeerCount = 1 }, default)).Status);
        _now += TimeSpan.FromSeconds(2);
        Assert.Equal(PeerExchangeStatus.Success, (await service.AnswerAsync(Peer, new PeerExchangeQuery { PeerCount = 1 }, default)).Status);
    }

    PeerExchangeService Service() => new(() => _records, new PeerExchangeServiceOptions(), new Random(1), () => _now);
}
