using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Requests;

/// <summary>Asks peers by one protocol. For any number of threads; made by <see cref="RequestExtensions.CreateClient"/>.</summary>
/// <typeparam name="TRequest">The question.</typeparam>
/// <typeparam name="TResponse">The answer.</typeparam>
public sealed class RequestClient<TRequest, TResponse> : IDisposable
{
    readonly Libp2pHost _host;
    readonly RequestProtocol<TRequest, TResponse> _protocol;
    readonly SemaphoreSlim _turns;

    internal RequestClient(Libp2pHost host, RequestProtocol<TRequest, TResponse> protocol)
    {
        (_host, _protocol) = (host, protocol);
        _turns = new SemaphoreSlim(protocol.MaxOutbound);
    }

    /// <summary>Asks a connected peer.</summary>
    /// <param name="peer">Whom.</param>
    /// <param name="request">The question.</param>
    /// <param name="cancellation">Gives up; the stream is then reset.</param>
    /// <returns>The answer, or why there is none.</returns>
    /// <exception cref="ArgumentException">The question is longer than the protocol allows.</exception>
    public async Task<RequestResult<TResponse>> RequestAsync(PeerId peer, TRequest request, CancellationToken cancellation = default)
    {
        var encoded = _protocol.Request.Encode(request);
        if (encoded.Length > _protocol.Request.MaxLength)
            throw new ArgumentException($"{_protocol.Id} takes {_protocol.Request.MaxLength} bytes, not {encoded.Length}.", nameof(request));
        using var late = new CancellationTokenSource(_protocol.Timeout, _host.Environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            await _turns.WaitAsync(either.Token);
            try
            {
                return await AskAsync(peer, encoded, either.Token);
            }
            finally
            {
                _turns.Release();
            }
        }
        catch (ConnectionException e)
        {
            return new RequestResult<TResponse>(e.Failure, e.Message);
        }
        catch (StreamResetException)
        {
            return new RequestResult<TResponse>(ConnectionFailure.Refused, $"{peer} reset the stream of {_protocol.Id}.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new RequestResult<TResponse>(ConnectionFailure.TimedOut, $"{peer} did not answer within {_protocol.Timeout}.");
        }
    }

    /// <summary>Ends the client; questions that are under way end on their own.</summary>
    public void Dispose() => _turns.Dispose();

    async Task<RequestResult<TResponse>> AskAsync(PeerId peer, byte[] request, CancellationToken cancellation)
    {
        var (stream, proposal) = await _host.OpenWithAsync(peer, _protocol.Id, LengthPrefixed.Frame(request), cancellation);
        await using var _ = stream;
        await stream.CloseWriteAsync(cancellation);
        if (proposal is not null && !await proposal.ConfirmAsync(cancellation))
            return new RequestResult<TResponse>(ConnectionFailure.NegotiationFailed, $"{peer} speaks {_protocol.Id} no more.");
        var (message, error) = await LengthPrefixed.ReadAsync(stream, _protocol.Response.MaxLength, cancellation);
        if (message is null && error is DecodeError.None)
            error = DecodeError.Truncated;
        return message is not null && _protocol.Response.TryDecode(message, out var response, out error)
            ? new RequestResult<TResponse>(response)
            : new RequestResult<TResponse>(ConnectionFailure.ProtocolViolated, $"{peer} answered {_protocol.Id} with no answer: {error}.");
    }
}
