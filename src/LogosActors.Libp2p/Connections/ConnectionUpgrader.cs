using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Limits;
using LogosActors.Libp2p.Multiplexing;
using LogosActors.Libp2p.Multiplexing.Mplex;
using LogosActors.Libp2p.Multiplexing.Yamux;
using LogosActors.Libp2p.Negotiation;
using LogosActors.Libp2p.Security.Noise;

namespace LogosActors.Libp2p.Connections;

/// <summary>Makes secure, multiplexed connections of plain ones (libp2p connections spec §Upgrading Connections).</summary>
/// <remarks>
/// multistream-select agrees on Noise; the muxer is settled inside its handshake when we dial, or by multistream-select after it when
/// we are dialed or the peer does not offer its own. For any number of connections and threads.
/// </remarks>
internal sealed class ConnectionUpgrader : IDisposable
{
    static readonly SupportedProtocols Security = new(ConnectionOptions.NoiseProtocol);

    readonly NoiseIdentity _dialing;
    readonly NoiseIdentity _listening;
    readonly ConnectionOptions _options;
    readonly TimeProvider _time;
    readonly SupportedProtocols _muxers;
    readonly MemoryBudget _memory;

    /// <param name="identity">Who this side is.</param>
    /// <param name="options">The bounds of connections.</param>
    /// <param name="time">The clock.</param>
    /// <param name="memory">What all connections may hold together; null: no bound but their own.</param>
    public ConnectionUpgrader(PrivateKey identity, ConnectionOptions options, TimeProvider time, MemoryBudget? memory = null)
    {
        _memory = memory ?? new MemoryBudget(long.MaxValue);
        _dialing = new NoiseIdentity(identity, options.OfferMuxersEarly ? options.Muxers : []);
        // js-libp2p as the dialer takes the listener's best muxer, go-libp2p and the specification the dialer's. A listener that
        // offers none has it negotiated afterwards, where all agree.
        _listening = new NoiseIdentity(identity);
        _options = options;
        _time = time;
        _muxers = new SupportedProtocols(options.Muxers);
    }

    /// <summary>Upgrades a connection. It is disposed when that fails.</summary>
    /// <param name="transport">The plain connection.</param>
    /// <param name="isDialer">Whether this side dialed.</param>
    /// <param name="expected">Who the peer must be; null when anybody will do.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ConnectionException">The peer is not who it should be, does not agree, or is too slow.</exception>
    public async Task<MuxedConnection> UpgradeAsync(
        ITransportConnection transport, bool isDialer, PeerId? expected, CancellationToken cancellation = default)
    {
        using var timeout = new CancellationTokenSource(_options.UpgradeTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        NoiseConnection? channel = null;
        try
        {
            using var buffer = new NegotiationBuffer();
            await AgreeAsync(buffer, transport, isDialer, [ConnectionOptions.NoiseProtocol], Security, either.Token);

            using var handshake = new SecureHandshake(isDialer, isDialer ? _dialing : _listening, expected);
            await buffer.RunAsync(transport, handshake, either.Token);
            if (handshake.Transport is null)
                throw new ConnectionException(FailureOf(handshake.Error), $"The Noise handshake failed: {handshake.Error}.");
            channel = new NoiseConnection(transport, handshake.Transport, buffer.Rest.Span);
            buffer.Clear();

            var muxer = handshake.Muxer
                ?? await AgreeAsync(buffer, channel, isDialer, _options.Muxers, _muxers, either.Token);
            var memory = new MemoryAccount(_memory);
            var connection = new MuxedConnection(
                channel, now => NewSession(muxer, isDialer, memory, now), handshake.RemoteKey!, _options, _time)
            {
                Memory = memory,
            };
            connection.Start([.. buffer.Rest.Span, .. channel.TakeCurrent().Span]);
            return connection;
        }
        catch (Exception e)
        {
            await transport.DisposeAsync();
            channel?.Wipe();
            if (e is OperationCanceledException && !cancellation.IsCancellationRequested)
                throw new ConnectionException(ConnectionFailure.TimedOut, $"The upgrade took longer than {_options.UpgradeTimeout}.", e);
            if (e is ConnectionException or OperationCanceledException or not (IOException or ObjectDisposedException))
                throw;
            throw new ConnectionException(ConnectionFailure.Lost, "The connection was lost while it was agreed on.", e);
        }
    }

    public void Dispose()
    {
        _dialing.Dispose();
        _listening.Dispose();
    }

    static async Task<string> AgreeAsync(
        NegotiationBuffer buffer, ITransportConnection connection, bool isDialer, IReadOnlyList<string> proposals, SupportedProtocols supported,
        CancellationToken cancellation)
    {
        string? protocol;
        NegotiationError error;
        if (isDialer)
        {
            var dialer = new MultistreamDialer(proposals);
            await buffer.RunAsync(connection, dialer, cancellation);
            (protocol, error) = (dialer.Protocol, dialer.Error);
        }
        else
        {
            var listener = new MultistreamListener(supported);
            await buffer.RunAsync(connection, listener, cancellation);
            (protocol, error) = (listener.Protocol, listener.Error);
        }
        return protocol ?? throw new ConnectionException(ConnectionFailure.NegotiationFailed, $"No protocol was agreed on: {error}.");
    }

    static ConnectionFailure FailureOf(NoiseError error) =>
        error == NoiseError.NoCommonMuxer ? ConnectionFailure.NegotiationFailed : ConnectionFailure.SecurityFailed;

    IMultiplexer NewSession(string muxer, bool isDialer, MemoryAccount memory, TimeSpan now) =>
        string.Equals(muxer, ConnectionOptions.MplexProtocol, StringComparison.Ordinal)
            ? new MplexSession(_options.Mplex, memory)
            : new YamuxSession(isDialer, _options.Yamux, now, memory);
}
