using LogosActors.Libp2p.Negotiation;

namespace LogosActors.Libp2p.Connections;

/// <summary>A protocol that was proposed and is used already, before the peer has answered.</summary>
internal sealed class LazyProposal(LibP2pStream stream, MultistreamDialer dialer)
{
    /// <summary>Reads the peer's answer. Before the first read of the stream.</summary>
    /// <returns>False when the peer does not speak the protocol: what was sent is lost.</returns>
    /// <exception cref="ConnectionException">The peer does not keep to multistream-select. The stream is reset.</exception>
    public async Task<bool> ConfirmAsync(CancellationToken cancellation = default)
    {
        await StreamNegotiation.RunAsync(stream, dialer, cancellation);
        return StreamNegotiation.Result(stream, dialer.Protocol, dialer.Error) is not null;
    }
}
