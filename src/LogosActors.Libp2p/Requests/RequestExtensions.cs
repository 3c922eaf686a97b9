using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Requests;

/// <summary>Answers one question of a peer.</summary>
/// <param name="peer">Who asks.</param>
/// <param name="request">The question.</param>
/// <param name="cancellation">Cancelled when the time is up, the peer gives up, the connection has ended or the host stops.</param>
public delegate Task<TResponse> RequestHandler<in TRequest, TResponse>(PeerId peer, TRequest request, CancellationToken cancellation);

/// <summary>Questions and answers on a host.</summary>
public static class RequestExtensions
{
    /// <summary>Answers the questions of a protocol from now on; <see cref="Libp2pHost.RemoveHandler"/> ends it.</summary>
    /// <remarks>A question that is too slow, or malformed or too long where <see cref="RequestProtocol{TRequest,TResponse}.Unreadable"/> is null, resets
    /// its stream, and so does a handler that throws.</remarks>
    /// <param name="host">The host.</param>
    /// <param name="protocol">The protocol.</param>
    /// <param name="handler">Answers; many at once.</param>
    /// <exception cref="ArgumentException">The protocol is handled already, or its id is malformed.</exception>
    public static void Serve<TRequest, TResponse>(
        this Libp2pHost host, RequestProtocol<TRequest, TResponse> protocol, RequestHandler<TRequest, TResponse> handler)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(handler);
        var server = new RequestServer<TRequest, TResponse>(protocol, handler, host.Environment.Time);
        host.Handle(protocol.Id, server.ServeAsync, new StreamHandlerOptions { MaxInboundStreams = protocol.MaxInboundPerPeer });
    }

    /// <summary>Makes a client of a protocol.</summary>
    /// <param name="host">The host whose connections it uses.</param>
    /// <param name="protocol">The protocol.</param>
    public static RequestClient<TRequest, TResponse> CreateClient<TRequest, TResponse>(
        this Libp2pHost host, RequestProtocol<TRequest, TResponse> protocol)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(protocol);
        return new RequestClient<TRequest, TResponse>(
            protocol, host.Environment.Time, (peer, request, cancellation) => AskAsync(host, protocol, peer, request, cancellation));
    }

    static async Task<RequestResult<TResponse>> AskAsync<TRequest, TResponse>(
        Libp2pHost host, RequestProtocol<TRequest, TResponse> protocol, PeerId peer, byte[] request, CancellationToken cancellation)
    {
        var (stream, proposal) = await host.OpenWithAsync(peer, protocol.Id, LengthPrefixed.Frame(request), cancellation);
        await using var _ = stream;
        await stream.CloseWriteAsync(cancellation);
        if (proposal is not null && !await proposal.ConfirmAsync(cancellation))
            return new RequestResult<TResponse>(ConnectionFailure.NegotiationFailed, $"{peer} speaks {protocol.Id} no more.");
        var (message, error) = await LengthPrefixed.ReadAsync(stream, protocol.Response.MaxLength, cancellation);
        if (message is null && error is DecodeError.None)
            error = DecodeError.Truncated;
        return message is not null && protocol.Response.TryDecode(message, out var response, out error)
            ? new RequestResult<TResponse>(response)
            : new RequestResult<TResponse>(ConnectionFailure.ProtocolViolated, $"{peer} answered {protocol.Id} with no answer: {error}.");
    }
}

/// <summary>The serving side of one protocol on one host.</summary>
internal sealed class RequestServer<TRequest, TResponse>(
    RequestProtocol<TRequest, TResponse> protocol, RequestHandler<TRequest, TResponse> handler, TimeProvider time)
{
    // Twice the largest message that js-waku sends (MAX_MESSAGE_SIZE, 1 MB).
    const int MaxDiscarded = 2 * 1024 * 1024;

    int _underWay;

    public async Task ServeAsync(LibP2pStream stream, CancellationToken cancellation)
    {
        // js-libp2p opens streams before it has a question, and keeps them idle for minutes: those cost the peer, not the others.
        if (!await HasBegunAsync(stream, cancellation))
        {
            stream.Reset();
            return;
        }
        try
        {
            if (Interlocked.Increment(ref _underWay) > protocol.MaxInbound)
                stream.Reset();
            else
                await AnswerAsync(stream, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    /// <summary>Waits for the first byte of a question, and leaves it unread; false when the peer has finished without one.</summary>
    static async ValueTask<bool> HasBegunAsync(LibP2pStream stream, CancellationToken cancellation)
    {
        var result = await stream.ReadAsync(cancellation);
        stream.AdvanceTo(result.Buffer.Start, result.Buffer.Start);
        return !result.Buffer.IsEmpty;
    }

    async Task AnswerAsync(LibP2pStream stream, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(protocol.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        var (message, error) = await LengthPrefixed.ReadAsync(stream, protocol.Request.MaxLength, either.Token);
        if (message is null || !protocol.Request.TryDecode(message, out var request, out error))
        {
            // Who has asked nothing waits for no answer.
            if (protocol.Unreadable is not { } unreadable || error is DecodeError.None)
            {
                stream.Reset();
                return;
            }
            request = unreadable(error);
        }
        var answering = handler(stream.RemotePeer, request, either.Token).WaitAsync(either.Token);
        if (await Task.WhenAny(answering, stream.Ended) != answering)
            await either.CancelAsync();
        var answer = protocol.Response.Encode(await answering);
        if (answer.Length > protocol.Response.MaxLength)
            throw new InvalidOperationException($"The answer has {answer.Length} bytes; {protocol.Id} takes {protocol.Response.MaxLength}.");
        await LengthPrefixed.WriteAsync(stream, answer, either.Token);
        if (error is DecodeError.LimitExceeded)
            await DiscardAsync(stream, either.Token);
    }

    /// <summary>Reads what is left of a question that was too long: a reset would overtake its answer.</summary>
    static async Task DiscardAsync(LibP2pStream stream, CancellationToken cancellation)
    {
        var rest = new byte[4096];
        for (var left = MaxDiscarded; left > 0;)
        {
            var read = await stream.ReadAsync(rest, cancellation);
            if (read == 0)
                return;
            left -= read;
        }
    }
}
