namespace LogosActors.Delivery.Filter;

/// <summary>How much may wait to be pushed to one subscriber. For any number of threads.</summary>
/// <remarks>Subscribers share a fixed amount evenly, so that all queues together are bounded and no slow subscriber takes from another.</remarks>
internal sealed class FilterPushBudget
{
    /// <summary>The most messages that wait for one subscriber.</summary>
    public const int Messages = 1000;

    const long SizeOfAll = 32 * 1024 * 1024;
    const long SmallestSize = 64 * 1024;
    const long LargestSize = 1024 * 1024;

    int _subscribers = 1;

    /// <summary>The number of subscribers.</summary>
    public int Subscribers
    {
        get => Volatile.Read(ref _subscribers);
        set => Volatile.Write(ref _subscribers, value);
    }

    /// <summary>The most bytes that wait for one subscriber, 64 KiB – 1 MiB; one message may wait however long it is.</summary>
    public long Size => Math.Clamp(SizeOfAll / Math.Max(1, Subscribers), SmallestSize, LargestSize);
}
