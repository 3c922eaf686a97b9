using Microsoft.Extensions.Logging;

namespace LogosActors.Delivery;

/// <summary>What layers above stand on.</summary>
public sealed partial class MessagingNode
{
    readonly Lock _layerTurn = new();
    IAsyncDisposable? _layer;

    /// <summary>The clock of the node.</summary>
    internal TimeProvider Time => _system.Time;

    /// <summary>Where the node logs.</summary>
    internal ILoggerFactory Logs => _system.Options.LoggerFactory;

    /// <summary>Sends a message under a name that the caller has made with <see cref="RequestId.New"/>: events may come before the answer.</summary>
    internal Task<Result<RequestId, SendError>> SendNamedAsync(MessageEnvelope message, RequestId request) => AddAsync(message, request);

    /// <summary>The layer above this node, which is made when it is asked for first and disposed of before the node.</summary>
    /// <exception cref="ObjectDisposedException">The node is disposed.</exception>
    internal TLayer Layer<TLayer>(Func<TLayer> make)
        where TLayer : class, IAsyncDisposable
    {
        lock (_layerTurn)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return (TLayer)(_layer ??= make());
        }
    }

    async Task DisposeLayerAsync()
    {
        IAsyncDisposable? layer;
        lock (_layerTurn)
            layer = Interlocked.Exchange(ref _layer, null);
        if (layer is not null)
            await layer.DisposeAsync();
    }
}
