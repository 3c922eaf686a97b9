using Akka.Actor;

namespace LogosActors.Delivery.Filter;

/// <summary>Where a node's filter service takes part in what passes through other actors. For any number of threads.</summary>
internal sealed class FilterFeed
{
    volatile IActorRef? _receiver;
    int _subscribers;

    /// <summary>Is sent what this node publishes; null while nobody is subscribed, so that it costs nothing then.</summary>
    public IActorRef? Receiver
    {
        get => _receiver;
        set => _receiver = value;
    }

    /// <summary>The number of subscribers.</summary>
    public int Subscribers
    {
        get => Volatile.Read(ref _subscribers);
        set => Volatile.Write(ref _subscribers, value);
    }
}
