namespace LogosActors.Interop.Tests.Peers;

/// <summary>One <see cref="JsSdsPeer"/> for the tests of a class, which run one after the other.</summary>
public sealed class JsSdsPeerFixture : IAsyncLifetime
{
    internal JsSdsPeer Peer { get; private set; } = null!;

    public async Task InitializeAsync() => Peer = await JsSdsPeer.StartAsync();

    public async Task DisposeAsync() => await Peer.DisposeAsync();
}
