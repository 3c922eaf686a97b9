using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Negotiation;

namespace LogosActors.Libp2p.Hosting;

/// <summary>Owns one connection: accepts the peer's streams, agrees on their protocols and hands them to the handlers.</summary>
/// <remarks>
/// Parent: <see cref="HostActor"/>. A failure costs this connection with its streams, and no other. A restart recovers nothing: it
/// finds the connection closed and stops. Bytes do not pass through here, only streams.
/// </remarks>
internal sealed class ConnectionActor(HostEnvironment environment, MuxedConnection connection) : SupervisedActor, IWithTimers
{
    /// <summary>How long a connection lives on that another has taken the place of, for what is under way on it.</summary>
    static readonly TimeSpan RetirementTime = TimeSpan.FromSeconds(2);

    /// <summary>How much a peer may send, and how long it may take to finish a stream that its handler is done with.</summary>
    const int MaxUnreadRest = 64 * 1024;

    readonly Dictionary<string, int> _inboundByProtocol = new(StringComparer.Ordinal);
    readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(environment.Stopping);
    CancellationToken _over;
    ILoggingAdapter _log = null!;
    int _inbound;

    public ITimerScheduler Timers { get; set; } = null!;

    // Without an expression, which would be compiled for each connection.
    public static Props Props(HostEnvironment environment, MuxedConnection connection) =>
        Akka.Actor.Props.Create<ConnectionActor>(environment, connection);

    protected override void PreStart()
    {
        // Both are used outside of turns, too.
        (_over, _log) = (_ending.Token, Log);
        Accept();
    }

    protected override void PostRestart(Exception reason) => Context.Stop(Self);

    protected override void PostStop()
    {
        _ending.Cancel();
        _ending.Dispose();
        // Streams that are still served end with the connection.
        for (; _inbound > 0; _inbound--)
            environment.EndInboundStream();
        _ = connection.DisposeAsync().AsTask();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LibP2pStream stream:
                Take(stream);
                Accept();
                break;
            case Negotiated negotiated:
                Serve(negotiated.Stream, negotiated.Handler);
                break;
            case StreamEnded ended:
                End();
                if (ended.Protocol is { } protocol)
                    _inboundByProtocol[protocol]--;
                break;
            case Retire:
                Timers.StartSingleTimer(Close.Instance, Close.Instance, RetirementTime);
                break;
            case Close:
            case PipeFailure { Cause: ConnectionException or OperationCanceledException }:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Accept() => PipeToSelf(connection.AcceptStreamAsync(_over).AsTask());

    void Take(LibP2pStream stream)
    {
        if (_inbound >= environment.Options.Limits.MaxInboundStreams || !environment.TryBeginInboundStream(_inbound))
        {
            Log.Debug("{Peer} has {Count} streams open; one more was reset", connection.RemotePeer, _inbound);
            _ = stream.DisposeAsync().AsTask();
            return;
        }
        _inbound++;
        PipeToSelf(NegotiateAsync(stream));
    }

    /// <summary>A stream has ended.</summary>
    void End()
    {
        _inbound--;
        environment.EndInboundStream();
    }

    async Task<object> NegotiateAsync(LibP2pStream stream)
    {
        using var late = new CancellationTokenSource(environment.Options.NegotiationTimeout, environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _over);
        try
        {
            var handlers = environment.Handlers.Current;
            var listener = new MultistreamListener(handlers.Supported);
            await stream.NegotiateAsync(listener, either.Token);
            if (listener.Protocol is { } protocol)
            {
                environment.Agreed(stream, protocol);
                return new Negotiated(stream, handlers.Handlers[protocol]);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The peer's loss: its stream is reset, whatever it was about.
        }
        await stream.DisposeAsync();
        return new StreamEnded(null);
    }

    void Serve(LibP2pStream stream, ProtocolHandler handler)
    {
        var open = _inboundByProtocol.GetValueOrDefault(handler.Protocol);
        if (open >= handler.Options.MaxInboundStreams)
        {
            Log.Debug("{Peer} has {Count} streams of {Protocol} open; one more was reset", connection.RemotePeer, open, handler.Protocol);
            End();
            _ = stream.DisposeAsync().AsTask();
            return;
        }
        _inboundByProtocol[handler.Protocol] = open + 1;
        PipeToSelf(ServeAsync(stream, handler));
    }

    async Task<StreamEnded> ServeAsync(LibP2pStream stream, ProtocolHandler handler)
    {
        // A handler's code before its first await is not to run in the actor's turn, nor the rest of it on the actor's dispatcher.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await handler.Handler(stream, _over);
            await FinishAsync(stream);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            _log.Debug("A stream of {Protocol} from {Peer} was cut off: {Reason}", handler.Protocol, connection.RemotePeer, e.Message);
        }
#pragma warning disable CA1031 // whatever a handler throws costs its stream, no more
        catch (Exception e)
#pragma warning restore CA1031
        {
            _log.Error(e, "The handler of {Protocol} failed; its stream from {Peer} was reset", handler.Protocol, connection.RemotePeer);
        }
        await stream.DisposeAsync();
        return new StreamEnded(handler.Protocol);
    }

    /// <summary>Finishes this side, and gives the peer the time to finish its own: a reset would overtake what it still has to read.</summary>
    async Task FinishAsync(LibP2pStream stream)
    {
        using var late = new CancellationTokenSource(environment.Options.NegotiationTimeout, environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _over);
        await stream.CloseWriteAsync(either.Token);
        var rest = new byte[1024];
        for (var left = MaxUnreadRest; left > 0 && !stream.IsRemoteFinished;)
        {
            var read = await stream.ReadAsync(rest, either.Token);
            if (read == 0)
                return;
            left -= read;
        }
    }

    /// <summary>Another connection has taken this one's place.</summary>
    public sealed record Retire
    {
        public static readonly Retire Instance = new();
    }

    /// <summary>Closes the connection.</summary>
    public sealed record Close
    {
        public static readonly Close Instance = new();
    }

    sealed record Negotiated(LibP2pStream Stream, ProtocolHandler Handler);

    sealed record StreamEnded(string? Protocol);
}
