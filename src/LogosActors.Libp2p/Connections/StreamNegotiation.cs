using LogosActors.Libp2p.Negotiation;

namespace LogosActors.Libp2p.Connections;

/// <summary>Agrees on the protocol of a stream, by multistream-select (libp2p connections spec §Protocol Negotiation).</summary>
internal static class StreamNegotiation
{
    /// <summary>Proposes protocols, the best first.</summary>
    /// <returns>The protocol that the peer took; null when it speaks none of them.</returns>
    /// <exception cref="ConnectionException">The peer does not keep to multistream-select. The stream is reset.</exception>
    public static async Task<string?> ProposeAsync(this LibP2pStream stream, IReadOnlyList<string> protocols, CancellationToken cancellation = default)
    {
        var dialer = new MultistreamDialer(protocols);
        await RunAsync(stream, dialer, cancellation);
        return Result(stream, dialer.Protocol, dialer.Error);
    }

    /// <summary>Proposes one protocol without waiting: the caller may write at once, and confirms before its first read.</summary>
    /// <param name="stream">A stream on which nothing was sent.</param>
    /// <param name="protocol">A protocol that the peer is known to speak.</param>
    /// <param name="data">What is sent with the proposal.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<LazyProposal> ProposeLazilyAsync(
        this LibP2pStream stream, string protocol, ReadOnlyMemory<byte> data, CancellationToken cancellation = default)
    {
        var dialer = new MultistreamDialer(protocol);
        await stream.WriteAsync((byte[])[.. dialer.Output.Span, .. data.Span], cancellation);
        dialer.Sent();
        return new LazyProposal(stream, dialer);
    }

    /// <summary>Lets the peer propose until it names a protocol that is spoken here.</summary>
    /// <returns>The protocol; null when the peer gave up.</returns>
    /// <exception cref="ConnectionException">The peer does not keep to multistream-select. The stream is reset.</exception>
    public static async Task<string?> AgreeAsync(this LibP2pStream stream, SupportedProtocols supported, CancellationToken cancellation = default)
    {
        var listener = new MultistreamListener(supported);
        await RunAsync(stream, listener, cancellation);
        return Result(stream, listener.Protocol, listener.Error);
    }

    internal static async Task RunAsync(LibP2pStream stream, INegotiation negotiation, CancellationToken cancellation)
    {
        var isOver = false;
        while (true)
        {
            if (!negotiation.Output.IsEmpty)
            {
                await stream.WriteAsync(negotiation.Output, cancellation);
                negotiation.Sent();
            }
            if (isOver)
                return;
            var result = await stream.ReadAsync(cancellation);
            var consumed = result.Buffer.Start;
            foreach (var segment in result.Buffer)
            {
                var source = segment.Span;
                isOver = negotiation.Read(ref source);
                consumed = result.Buffer.GetPosition(segment.Length - source.Length, consumed);
                if (isOver)
                    break;
            }
            stream.AdvanceTo(consumed, consumed);
            isOver |= result.IsCompleted && result.Buffer.IsEmpty;
        }
    }

    internal static string? Result(LibP2pStream stream, string? protocol, NegotiationError error)
    {
        if (error is NegotiationError.None or NegotiationError.NotSupported)
            return protocol;
        stream.Reset();
        throw new ConnectionException(ConnectionFailure.NegotiationFailed, $"No protocol was agreed on for the stream: {error}.");
    }
}
