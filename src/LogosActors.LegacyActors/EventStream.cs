using System.Collections.Concurrent;
using System.Collections.Immutable;
using LogosActors.Actors.Embedded;
using Microsoft.Extensions.Logging;

namespace LogosActors.Actors;

/// <summary>Publish and subscribe within one system, by the type of the message.</summary>
/// <remarks>Safe from many threads. A subscriber that stops is removed by its host.</remarks>
public sealed class EventStream
{
    readonly ConcurrentDictionary<Type, ImmutableArray<ActorRef>> _exact = new();
    readonly Lock _gate = new();
    ImmutableArray<(Type Type, ActorRef Subscriber)> _subscriptions = [];

    readonly ILogger _log;

    internal EventStream(ILogger log) => _log = log;

    /// <summary>Delivers every published message of a type, or of a type derived from it.</summary>
    /// <returns>False when the actor had subscribed to that type before, or has stopped.</returns>
    public bool Subscribe(ActorRef subscriber, Type type)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        ArgumentNullException.ThrowIfNull(type);
        lock (_gate)
        {
            if (_subscriptions.Contains((type, subscriber)))
                return false;
            _subscriptions = _subscriptions.Add((type, subscriber));
            _exact.Clear();
        }

        // Asked after the subscription: an actor that stops from now on is removed by its host.
        if (subscriber is not LocalRef { HasStopped: true })
            return true;
        Unsubscribe(subscriber);
        return false;
    }

    /// <summary>Delivers every published <typeparamref name="T"/>.</summary>
    public bool Subscribe<T>(ActorRef subscriber) => Subscribe(subscriber, typeof(T));

    /// <summary>Ends the subscription to one type, or to all when null.</summary>
    public void Unsubscribe(ActorRef subscriber, Type? type = null)
    {
        lock (_gate)
        {
            var kept = _subscriptions.RemoveAll(s => s.Subscriber == subscriber && (type is null || s.Type == type));
            if (kept.Length == _subscriptions.Length)
                return;
            _subscriptions = kept;
            _exact.Clear();
        }
    }

    /// <summary>Tells a message to every subscriber of its type.</summary>
    public void Publish(object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (_subscriptions.IsEmpty)
            return;
        foreach (var subscriber in SubscribersOf(message.GetType()))
            DeliverTo(subscriber, message);
    }

    void DeliverTo(ActorRef subscriber, object message)
    {
        try
        {
            subscriber.Tell(message);
        }
        catch (MailboxFullException)
        {
            // A subscriber that chose to refuse what it cannot hold must not fail the publisher.
            (subscriber as LocalRef)?.System?.DeadLetter(message, sender: null, subscriber, DeadLetterReason.MailboxOverflow);
        }
#pragma warning disable CA1031 // nor must one that is no actor of ours, whatever it throws
        catch (Exception e)
#pragma warning restore CA1031
        {
            _log.LogError(e, "A subscriber of the event stream failed to take a {Message}", message.GetType());
        }
    }

    ImmutableArray<ActorRef> SubscribersOf(Type type)
    {
        if (_exact.TryGetValue(type, out var known))
            return known;
        lock (_gate)
        {
            ImmutableArray<ActorRef> found =
                [.. _subscriptions.Where(s => s.Type.IsAssignableFrom(type)).Select(s => s.Subscriber).Distinct()];
            _exact[type] = found;
            return found;
        }
    }
}
