using LogosActors.Interop.Tests.Peers;

namespace LogosActors.Interop.Tests.Streams;

public sealed class TransferTests
{
    const long Large = 100_000_000;

    const long MoreThanFits = 20_000_000;

    const int Many = 1000;

    [Theory]
    [InlineData("yamux")]
    [InlineData("mplex")]
    public async Task What_we_send_arrives_whole(string muxer)
    {
        await using var pair = await Pair.ConnectAsync(muxer, weDial: true);
        await using var stream = await pair.OpenAsync(ByteProtocols.Sink);

        await stream.WritePatternAsync(Large);
        await stream.CloseWriteAsync();

        var answer = await stream.ReadExactlyAsync(ByteProtocols.SinkAnswerLength);
        Assert.Equal(ByteProtocols.SinkAnswer(stream.Sent), answer);
        Assert.Equal(Large, stream.Sent.Bytes);
    }

    [Theory]
    [InlineData("yamux")]
    [InlineData("mplex")]
    public async Task What_a_js_peer_sends_arrives_whole(string muxer)
    {
        await using var pair = await Pair.ConnectAsync(muxer, weDial: true);
        await using var stream = await pair.OpenAsync(ByteProtocols.Source);

        await stream.WriteAsync(ByteProtocols.SourceRequest(Large));
        await stream.CloseWriteAsync();

        Assert.Equal(Pattern.Of(Large), await stream.ReadUntilAsync());
    }

    [Theory]
    [InlineData("yamux")]
    [InlineData("mplex")]
    public async Task What_we_send_comes_back_whole_while_we_go_on_sending(string muxer)
    {
        await using var pair = await Pair.ConnectAsync(muxer, weDial: true);
        await using var stream = await pair.OpenAsync(ByteProtocols.Echo);

        var reading = Task.Run(() => stream.ReadUntilAsync());
        await stream.WritePatternAsync(Large);
        await stream.CloseWriteAsync();

        Assert.Equal(Pattern.Of(Large), await reading);
    }

    [Theory]
    [InlineData("yamux")]
    [InlineData("mplex")]
    public async Task What_a_js_peer_sends_comes_back_whole_while_it_goes_on_sending(string muxer)
    {
        await using var pair = await Pair.ConnectAsync(muxer, weDial: false);
        var stream = await pair.Theirs.OpenAsync(pair.Ours.Id, ByteProtocols.Echo);

        var reading = stream.ReadAsync();
        await stream.WriteAsync(Large);
        await stream.CloseWriteAsync();

        Assert.Equal(Pattern.Of(Large), (await reading).Transfer);
    }

    [Fact]
    public async Task What_a_js_peer_sends_over_mplex_before_we_read_is_not_lost()
    {
        await using var pair = await Pair.ConnectAsync("mplex", weDial: true);
        var theirs = await pair.Theirs.OpenAsync(pair.Ours.Id, ByteProtocols.Hold);
        await using var ours = await pair.Ours.HeldAsync();

        // Without windows it sends all of it at once, five times what our stream holds.
        await theirs.WriteAsync(MoreThanFits);
        await theirs.CloseWriteAsync();

        Assert.Equal(Pattern.Of(MoreThanFits), await ours.ReadUntilAsync());
    }

    [Theory]
    [InlineData("yamux")]
    [InlineData("mplex")]
    public async Task A_thousand_streams_that_we_open_are_open_at_once_and_none_mixes_with_another(string muxer)
    {
        await using var pair = await Pair.ConnectAsync(muxer, weDial: true);

        var streams = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => pair.OpenAsync(ByteProtocols.Echo)));
        var echoes = await Task.WhenAll(streams.Select(async (stream, index) =>
        {
            await stream.WritePatternAsync(1 + index);
            await stream.CloseWriteAsync();
            return await stream.ReadUntilAsync();
        }));

        Assert.Equal(Enumerable.Range(0, Many).Select(index => Pattern.Of(1 + index)), echoes);
        foreach (var stream in streams)
            await stream.DisposeAsync();
    }

    [Theory]
    [InlineData("yamux")]
    [InlineData("mplex")]
    public async Task A_thousand_streams_that_a_js_peer_opens_are_open_at_once_and_none_mixes_with_another(string muxer)
    {
        await using var pair = await Pair.ConnectAsync(muxer, weDial: false);

        var answer = await pair.Theirs.CallAsync("echoMany", new { Peer = pair.Ours.Id.ToString(), Streams = Many });

        Assert.Equal(Many, answer.GetProperty("same").GetInt32());
    }
}
