using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Requests;

namespace LogosActors.Delivery.StoreSync;

/// <summary>Takes turns with a peer over a stream, until one side ends it.</summary>
/// <param name="time">The clock of the time-outs.</param>
/// <param name="answer">Answers a payload.</param>
internal sealed class ReconciliationExchange(TimeProvider time, Func<ReconciliationPayload, Task<Synchronization.Answer>> answer)
{
    /// <summary>How long a peer may take for its turn.</summary>
    static readonly TimeSpan TurnTimeout = TimeSpan.FromSeconds(30);

    /// <summary>How long all turns may take.</summary>
    static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    /// <summary>Takes turns.</summary>
    /// <param name="conversation">The stream.</param>
    /// <param name="first">What this side begins with; null: the peer begins.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">The connection or the stream was lost, or the peer does not speak the protocol.</exception>
    /// <exception cref="OperationCanceledException">The peer is too slow.</exception>
    public async Task RunAsync(IConversation conversation, ReconciliationPayload? first, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        if (first is not null)
            await WriteAsync(conversation, first, either.Token);
        while (await ReadAsync(conversation, either.Token) is { } payload)
        {
            var (answered, isOver) = await answer(payload);
            if (answered is not null)
                await WriteAsync(conversation, answered, either.Token);
            if (isOver)
                return;
        }
    }

    async Task<ReconciliationPayload?> ReadAsync(IConversation conversation, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(TurnTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        if (await conversation.ReadAsync(either.Token) is not { } bytes)
            return null;
        return ReconciliationCodec.TryDecode(bytes.Span, out var payload, out var error)
            ? payload
            : throw new ConnectionException(ConnectionFailure.ProtocolViolated, $"A payload of a reconciliation is none: {error}.");
    }

    async Task WriteAsync(IConversation conversation, ReconciliationPayload payload, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(TurnTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        await conversation.WriteAsync(MessageFrame.Of(ReconciliationCodec.Encode(payload)), either.Token);
    }
}
