namespace LogosActors.Interop.Tests.Peers;

public sealed class PeerProcessTests
{
    [Fact]
    public async Task A_command_that_a_peer_refuses_fails_with_its_reason()
    {
        await using var peer = await JsPeer.StartAsync();

        var failure = await Assert.ThrowsAsync<PeerException>(() => peer.CallAsync("dial", new { Address = "/ip4/nowhere" }));

        Assert.Contains("'dial' failed", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_ends_fails_what_waits_for_it_and_tells_its_last_words()
    {
        await using var peer = PeerProcess.Start("libp2p-peer.mjs", "not json");

        var failure = await Assert.ThrowsAsync<PeerException>(() => peer.EventAsync("listening"));

        Assert.Contains("the process ended", failure.Message, StringComparison.Ordinal);
        Assert.Contains("SyntaxError", failure.Message, StringComparison.Ordinal);
    }
}
