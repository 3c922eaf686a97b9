using LogosActors.Interop.Tests.Peers;
using LogosActors.Libp2p.Connections;

namespace LogosActors.Interop.Tests.Streams;

public sealed class EndTests
{
    const long Some = 500_000;

    [Theory]
    [InlineData("yamux")]
    [InlineData("mplex")]
    public async Task After_we_have_finished_a_js_peer_goes_on_sending(string muxer)
    {
        await using var pair = await Pair.ConnectAsync(muxer, weDial: true);
        await using var ours = await pair.OpenAsync(ByteProtocols.Hold);
        var theirs = await pair.Theirs.HeldAsync();

        await ours.WritePatternAsync(10);
        await ours.CloseWriteAsync();
        var reading = await theirs.ReadAsync();
        Assert.Equal(Pattern.Of(10), reading.Transfer);
        Assert.False(reading.Failed);

        var finishing = ours.ReadUntilAsync();
        await theirs.WriteAsync(Some);
        await theirs.CloseWriteAsync();
        Assert.Equal(Pattern.Of(Some), await finishing);
    }

    [Theory]
    [InlineData("yamux")]
    [InlineData("mplex")]
    public async Task After_a_js_peer_has_finished_we_go_on_sending(string muxer)
    {
        await using var pair = await Pair.ConnectAsync(muxer, weDial: true);
        var theirs = await pair.Theirs.OpenAsync(pair.Ours.Id, ByteProtocols.Hold);
        await using var ours = await pair.Ours.HeldAsync();

        await theirs.WriteAsync(10);
        await theirs.CloseWriteAsync();
        Assert.Equal(Pattern.Of(10), await ours.ReadUntilAsync());

        var reading = theirs.ReadAsync();
        await ours.WritePatternAsync(Some);
        await ours.CloseWriteAsync();
        Assert.Equal(Pattern.Of(Some), (await reading).Transfer);
        Assert.False((await reading).Failed);
    }

    [Theory]
    [InlineData("yamux", true)]
    [InlineData("yamux", false)]
    [InlineData("mplex", true)]
    [InlineData("mplex", false)]
    public async Task A_reset_by_us_in_the_midst_of_a_transfer_reaches_a_js_peer_and_no_other_stream(string muxer, bool weOpen)
    {
        await using var pair = await Pair.ConnectAsync(muxer, weDial: true);
        await using var other = await pair.OpenAsync(ByteProtocols.Echo);
        var (ours, theirs) = await HoldAsync(pair, weOpen);
        await ours.WritePatternAsync(1000);
        await theirs.ReadAsync(1000);

        var reading = theirs.ReadAsync();
        ours.Reset();

        Assert.True((await reading).Failed);
        Assert.Equal("reset", (await reading).Status);
        await Assert.ThrowsAsync<PeerException>(() => theirs.WriteAsync(1));
        await AssertWorksAsync(other);
    }

    [Theory]
    [InlineData("yamux", true)]
    [InlineData("yamux", false)]
    [InlineData("mplex", true)]
    [InlineData("mplex", false)]
    public async Task A_reset_by_a_js_peer_in_the_midst_of_a_transfer_reaches_us_and_no_other_stream(string muxer, bool weOpen)
    {
        await using var pair = await Pair.ConnectAsync(muxer, weDial: true);
        await using var other = await pair.OpenAsync(ByteProtocols.Echo);
        var (ours, theirs) = await HoldAsync(pair, weOpen);
        await theirs.WriteAsync(1000);
        await ours.ReadUntilAsync(1000);

        var reading = ours.ReadUntilAsync();
        await theirs.ResetAsync();

        await Assert.ThrowsAsync<StreamResetException>(() => reading);
        await Assert.ThrowsAsync<StreamResetException>(() => ours.WritePatternAsync(1));
        await AssertWorksAsync(other);
    }

    [Fact]
    public async Task A_writer_that_waits_for_the_window_of_a_js_peer_learns_of_its_reset()
    {
        await using var pair = await Pair.ConnectAsync("yamux", weDial: true);
        await using var other = await pair.OpenAsync(ByteProtocols.Echo);
        var (ours, theirs) = await HoldAsync(pair, weOpen: true);

        // The peer reads nothing, so its window of 256 KiB closes.
        var writing = ours.WritePatternAsync(Some);
        await AssertWorksAsync(other);
        Assert.False(writing.IsCompleted);
        await theirs.ResetAsync();

        await Assert.ThrowsAsync<StreamResetException>(() => writing);
    }

    static async Task<(OurStream Ours, JsStream Theirs)> HoldAsync(Pair pair, bool weOpen)
    {
        if (weOpen)
            return (await pair.OpenAsync(ByteProtocols.Hold), await pair.Theirs.HeldAsync());
        var theirs = await pair.Theirs.OpenAsync(pair.Ours.Id, ByteProtocols.Hold);
        return (await pair.Ours.HeldAsync(), theirs);
    }

    static async Task AssertWorksAsync(OurStream echo)
    {
        await echo.WritePatternAsync(1000);
        await echo.CloseWriteAsync();
        Assert.Equal(Pattern.Of(1000), await echo.ReadUntilAsync());
    }
}
