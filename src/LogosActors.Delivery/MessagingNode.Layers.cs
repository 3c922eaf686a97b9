using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Sending;
using Microsoft.Extensions.Logging;

namespace LogosActors.Delivery;

/// <summary>What layers above stand on.</summary>
public sealed partial class MessagingNode
{
    readonly Lock _layerTurn = new();
    IAsyncDisposable? _layer;

    /// <summary>The clock of the node.</summary>
    internal TimeProvider Time => _system.TimeProvider();

    /// <summary>Where the node's actors live.</summary>
    internal ActorSystem System => _system;

    /// <summary>The node's actors; null while it is not started.</summary>
    internal NodeActors? Actors => Volatile.Read(ref _running)?.Actors;

    /// <summary>Makes what a <see cref="Sends.Send"/> carries; null while the node is not started.</summary>
    internal SendIntake? Intake => Volatile.Read(ref _running)?.Environment.Intake;

    /// <summary>Where the node logs.</summary>
    internal ILoggerFactory Logs => _logs;

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
