using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Requests;

/// <summary>Asks a peer one question.</summary>
/// <param name="peer">Whom.</param>
/// <param name="request">The question, encoded.</param>
/// <param name="cancellation">Gives up.</param>
/// <typeparam name="TResponse">The answer.</typeparam>
public delegate Task<RequestResult<TResponse>> AskPeer<TResponse>(PeerId peer, byte[] request, CancellationToken cancellation);

/// <summary>Asks peers by one protocol. For any number of threads; made by <see cref="RequestExtensions.CreateClient"/>.</summary>
/// <typeparam name="TRequest">The question.</typeparam>
/// <typeparam name="TResponse">The answer.</typeparam>
public sealed class RequestClient<TRequest, TResponse> : IDisposable
{
    readonly RequestProtocol<TRequest, TResponse> _protocol;
    readonly TimeProvider _time;
    readonly AskPeer<TResponse> _ask;
    readonly SemaphoreSlim _turns;

    /// <summary>Makes a client over a transport of one's own, such as a simulated network.</summary>
    /// <param name="protocol">The protocol.</param>
    /// <param name="time">The clock of its timeout.</param>
    /// <param name="ask">Sends a question.</param>
    public RequestClient(RequestProtocol<TRequest, TResponse> protocol, TimeProvider time, AskPeer<TResponse> ask)
    {
        (_protocol, _time, _ask) = (protocol, time, ask);
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
        using var late = new CancellationTokenSource(_protocol.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            await _turns.WaitAsync(either.Token);
            try
            {
                return await _ask(peer, encoded, either.Token);
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
}
