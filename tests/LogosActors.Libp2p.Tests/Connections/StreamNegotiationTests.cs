using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Negotiation;

namespace LogosActors.Libp2p.Tests.Connections;

public sealed class StreamNegotiationTests : IDisposable
{
    static readonly SupportedProtocols Supported = new("/ping", "/echo");

    readonly Peers _peers = new();

    public void Dispose() => _peers.Dispose();

    async Task<(LibP2pStream Here, Task<LibP2pStream> There, Func<Task> End)> OpenAsync()
    {
        // Small pieces, so that messages do not arrive whole.
        var (dialer, listener) = await _peers.ConnectAsync(maxPiece: 3);
        async Task EndAsync()
        {
            await dialer.DisposeAsync();
            await listener.DisposeAsync();
        }
        return (await dialer.OpenStreamAsync(), listener.AcceptStreamAsync().AsTask(), EndAsync);
    }

    [Fact]
    public async Task A_stream_gets_the_first_protocol_that_both_speak()
    {
        var (here, there, end) = await OpenAsync();
        var proposing = here.ProposeAsync(["/other", "/echo"]);
        Assert.Equal("/echo", await (await there).AgreeAsync(Supported));
        Assert.Equal("/echo", await proposing);
        await here.WriteAsync(new byte[] { 1, 2 });
        Assert.Equal([1, 2], await (await there).ReadAsync(2));
        await end();
    }

    [Fact]
    public async Task Data_is_sent_with_a_lazy_proposal_and_arrives_behind_it()
    {
        var (here, there, end) = await OpenAsync();
        var proposal = await here.ProposeLazilyAsync("/ping", new byte[] { 1, 2, 3 });
        await here.WriteAsync(new byte[] { 4 });
        await here.CloseWriteAsync();
        var stream = await there;
        Assert.Equal("/ping", await stream.AgreeAsync(Supported));
        Assert.Equal([1, 2, 3, 4], await stream.ReadToEndAsync());
        await stream.WriteAsync(new byte[] { 5 });
        Assert.True(await proposal.ConfirmAsync());
        Assert.Equal([5], await here.ReadAsync(1));
        await end();
    }

    [Fact]
    public async Task A_lazy_proposal_that_the_peer_refuses_is_known_before_the_first_read()
    {
        var (here, there, end) = await OpenAsync();
        var proposal = await here.ProposeLazilyAsync("/other", default);
        await here.CloseWriteAsync();
        Assert.Null(await (await there).AgreeAsync(Supported));
        Assert.False(await proposal.ConfirmAsync());
        await end();
    }

    [Fact]
    public async Task A_peer_that_speaks_something_else_loses_its_stream_and_not_the_connection()
    {
        var (here, there, end) = await OpenAsync();
        await here.WriteAsync(new byte[] { 1, 2, 3 });
        var failure = await Assert.ThrowsAsync<ConnectionException>(async () => await (await there).AgreeAsync(Supported));
        Assert.Equal(ConnectionFailure.NegotiationFailed, failure.Failure);
        await Assert.ThrowsAsync<StreamResetException>(async () => await here.ReadAsync(new byte[1]));
        Assert.False(here.Connection.Ended.IsCompleted);
        await end();
    }
}
