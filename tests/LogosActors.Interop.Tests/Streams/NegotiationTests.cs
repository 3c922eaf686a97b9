using LogosActors.Interop.Tests.Peers;
using LogosActors.Libp2p.Connections;

namespace LogosActors.Interop.Tests.Streams;

public sealed class NegotiationTests
{
    const string Unknown = "/unknown/1.0.0";

    [Theory]
    [InlineData("yamux")]
    [InlineData("mplex")]
    public async Task A_js_peer_refuses_a_protocol_that_it_does_not_speak_and_takes_the_next(string muxer)
    {
        await using var pair = await Pair.ConnectAsync(muxer, weDial: true);

        await using var refused = await pair.Connection.OpenStreamAsync(pair.Ours.Patience);
        Assert.Null(await refused.ProposeAsync([Unknown], pair.Ours.Patience));

        await using var taken = await pair.Connection.OpenStreamAsync(pair.Ours.Patience);
        Assert.Equal(ByteProtocols.Echo, await taken.ProposeAsync([Unknown, ByteProtocols.Echo], pair.Ours.Patience));
    }

    [Theory]
    [InlineData("yamux")]
    [InlineData("mplex")]
    public async Task A_js_peer_learns_that_we_do_not_speak_a_protocol_and_the_connection_goes_on(string muxer)
    {
        await using var pair = await Pair.ConnectAsync(muxer, weDial: true);

        var failure = await Assert.ThrowsAsync<PeerException>(() => pair.Theirs.OpenAsync(pair.Ours.Id, Unknown));
        Assert.Contains("UnsupportedProtocolError", failure.Message, StringComparison.Ordinal);

        var stream = await pair.Theirs.OpenAsync(pair.Ours.Id, ByteProtocols.Echo);
        await stream.WriteAsync(10);
        await stream.CloseWriteAsync();
        Assert.Equal(Pattern.Of(10), (await stream.ReadAsync()).Transfer);
    }

    [Theory]
    [InlineData("yamux", ByteProtocols.Echo, true)]
    [InlineData("yamux", Unknown, false)]
    [InlineData("mplex", ByteProtocols.Echo, true)]
    [InlineData("mplex", Unknown, false)]
    public async Task Bytes_that_go_out_with_the_proposal_are_for_the_protocol_when_a_js_peer_takes_it(
        string muxer, string protocol, bool isTaken)
    {
        await using var pair = await Pair.ConnectAsync(muxer, weDial: true);
        await using var stream = await pair.Connection.OpenStreamAsync(pair.Ours.Patience);

        var proposal = await stream.ProposeLazilyAsync(protocol, new byte[] { 7 }, pair.Ours.Patience);

        Assert.Equal(isTaken, await proposal.ConfirmAsync(pair.Ours.Patience));
        if (!isTaken)
            return;
        var answer = new byte[10];
        Assert.Equal(1, await stream.ReadAsync(answer, pair.Ours.Patience));
        Assert.Equal(7, answer[0]);
    }
}
