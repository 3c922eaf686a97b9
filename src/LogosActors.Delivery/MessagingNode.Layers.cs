using System.Diagnostics;
using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Receiving;
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

    /// <summary>Who is subscribed to what at the filter service; null if there is none.</summary>
    internal async Task<IReadOnlyList<Filtering.Subscription>?> FilterSubscriptionsAsync() => Actors?.Filter is { } filter
        ? (await _system.AskAsync<Filtering.Listed>(filter, Filtering.List.Instance, NodeEnvironment.AnswerTimeout)).Subscriptions
        : null;

    /// <summary>Where the filter service takes part; null while the node is stopped.</summary>
    internal FilterFeed? FilterFeed => Volatile.Read(ref _running)?.Environment.Filter;

    /// <summary>Makes what a <see cref="Sends.Send"/> carries; null while the node is not started.</summary>
    internal SendIntake? Intake => Volatile.Read(ref _running)?.Environment.Intake;

    /// <summary>Sends a message under a name that no other request has; an actor is told by <see cref="Sends.Propagated"/> and, last,
    /// <see cref="Sends.Ended"/>. The node stores nothing of it.</summary>
    /// <param name="request">The name.</param>
    /// <param name="message">The message.</param>
    /// <param name="observer">The actor.</param>
    /// <param name="trace">The span that the request is a part of; null: it is not traced.</param>
    /// <returns>Why it is refused, and nothing follows; null: it is not.</returns>
    internal SendError? Send(RequestId request, MessageEnvelope message, IActorRef observer, Activity? trace)
    {
        if (Volatile.Read(ref _running) is not { } running)
            return new SendError(SendErrorKind.NotStarted, NotStarted);
        if (!running.Environment.Intake.TryPrepare(message, out var prepared, out var error))
            return error;
        var send = new Sends.Send(request, prepared, IsJournalled: false, observer) { Trace = SendTrace.Begin(request, prepared, trace, Time) };
        running.Actors.Sends.Tell(send, ActorRefs.NoSender);
        return null;
    }

    /// <summary>Sends an actor the messages of a content topic as <see cref="Subscriptions.Arrived"/>, beside the node's own events.</summary>
    /// <returns>Why that cannot be; null: it is done.</returns>
    internal async Task<SubscriptionError?> AttachAsync(string contentTopic, IActorRef receiver, CancellationToken cancellation)
    {
        if (Volatile.Read(ref _running) is not { } running)
            return new SubscriptionError(contentTopic, SubscriptionErrorKind.NotStarted, NotStarted);
        return _topics.TryFind(contentTopic, out var topic, out var shard, out var problem)
            ? await AskAsync(running.Actors, new Subscriptions.Attach(topic, shard, receiver), cancellation)
            : new SubscriptionError(contentTopic, SubscriptionErrorKind.InvalidContentTopic, problem);
    }

    /// <summary>Ends that.</summary>
    internal async Task DetachAsync(string contentTopic, IActorRef receiver)
    {
        if (Volatile.Read(ref _running) is { } running && _topics.TryFind(contentTopic, out var topic, out _, out _))
            await AskAsync(running.Actors, new Subscriptions.Detach(topic, receiver), CancellationToken.None);
    }

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

    /// <summary>The node's process was killed in a simulation: releases what would outlive it.</summary>
    internal void Abandon() => _metrics.Dispose();

    async Task DisposeLayerAsync()
    {
        IAsyncDisposable? layer;
        lock (_layerTurn)
            layer = Interlocked.Exchange(ref _layer, null);
        if (layer is not null)
            await layer.DisposeAsync();
    }
}
