using System.Net;
using Akka.Actor;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Limits;
using LogosActors.Libp2p.Negotiation;

namespace LogosActors.Libp2p.Hosting;

/// <summary>A connection that the host has taken, and what is known of it.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Address">Where the peer was dialed, or where it comes from.</param>
/// <param name="IsDialer">Whether this side dialed.</param>
/// <param name="Since">When it was taken, on the host's monotonic clock.</param>
/// <param name="Actor">Its actor.</param>
internal sealed record PeerConnection(MuxedConnection Connection, Multiaddr? Address, bool IsDialer, TimeSpan Since, IActorRef Actor)
{
    /// <summary>The address that limits count; null when it has none, or is not told apart.</summary>
    public IPAddress? CountedAddress { get; } = CountedAs(Address);

    public static IPAddress? CountedAs(Multiaddr? address) =>
        IPAddress.TryParse(address?.Host, out var ip) && InboundGate.KeyOf(ip) is var key && !IPAddress.IsLoopback(key) ? key : null;

    public PeerId Peer => Connection.RemotePeer;

    /// <summary>Opens a stream for one protocol, and sends first bytes on it: at once where the peer has said that it speaks the protocol,
    /// which saves a round trip, and otherwise when it has agreed.</summary>
    /// <returns>The stream, and where the peer has not agreed yet the proposal: it is to be confirmed before the first read.</returns>
    /// <inheritdoc cref="OpenStreamAsync"/>
    public async Task<(LibP2pStream Stream, LazyProposal? Proposal)> OpenWithAsync(
        string protocol, ReadOnlyMemory<byte> first, HostEnvironment environment, CancellationToken cancellation)
    {
        LibP2pStream? stream = null;
        try
        {
            if (environment.Identified.TryGetValue(Peer, out var identity) && identity.Protocols.Contains(protocol, StringComparer.Ordinal))
            {
                stream = await Connection.OpenStreamAsync(cancellation);
                var proposal = await stream.ProposeLazilyAsync(protocol, first, cancellation);
                environment.Agreed(stream, protocol);
                return (stream, proposal);
            }
            stream = await OpenStreamAsync([protocol], environment, cancellation);
            await stream.WriteAsync(first, cancellation);
            return (stream, null);
        }
        catch
        {
            if (stream is not null)
                await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a stream and agrees on a protocol within the host's <see cref="Libp2pHostOptions.NegotiationTimeout"/>.</summary>
    /// <exception cref="ConnectionException">The connection has ended, the peer speaks none of the protocols or is too slow.</exception>
    /// <exception cref="StreamResetException">The peer does not want the stream.</exception>
    public async Task<LibP2pStream> OpenStreamAsync(
        IReadOnlyList<string> protocols, HostEnvironment environment, CancellationToken cancellation)
    {
        var timeout = environment.Options.NegotiationTimeout;
        using var late = new CancellationTokenSource(timeout, environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        LibP2pStream? stream = null;
        try
        {
            stream = await Connection.OpenStreamAsync(either.Token);
            var dialer = new MultistreamDialer(protocols);
            await stream.NegotiateAsync(dialer, either.Token);
            environment.Agreed(stream, dialer.Protocol ?? throw new ConnectionException(
                ConnectionFailure.NegotiationFailed, $"{Peer} agreed to none of {string.Join(", ", protocols)}: {dialer.Error}."));
            return stream;
        }
        catch (Exception e)
        {
            if (stream is not null)
                await stream.DisposeAsync();
            if (e is OperationCanceledException && !cancellation.IsCancellationRequested)
                throw new ConnectionException(ConnectionFailure.TimedOut, $"{Peer} did not agree on a protocol within {timeout}.", e);
            throw;
        }
    }
}
