namespace LogosActors.Delivery.Peers;

/// <summary>How many service nodes a node has that does not relay, as its actors have published it last. For any number of threads.</summary>
internal sealed class ServiceView
{
    volatile int _lightpush;
    volatile int _filter;

    /// <summary>How many connected peers send messages for it, and have not failed since they did so last.</summary>
    public int Lightpush
    {
        get => _lightpush;
        set => _lightpush = value;
    }

    /// <summary>How many connected peers may push messages to it, and have not failed since they did so last.</summary>
    public int Filter
    {
        get => _filter;
        set => _filter = value;
    }
}
