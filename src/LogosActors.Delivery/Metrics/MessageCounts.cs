namespace LogosActors.Delivery.Metrics;

/// <summary>Counts the messages of the joined shards by the size of their payload, from the start: two interlocked additions a message. For any
/// number of threads.</summary>
public sealed class MessageCounts
{
    readonly Source _own = new();
    readonly Source _received = new();

    /// <summary>The largest payload of each class but the last, which has no end, in bytes: the reference's kilobytes (node_telemetry.nim).</summary>
    public static IReadOnlyList<int> Bounds { get; } = [0, 1_000, 3_000, 5_000, 15_000, 50_000, 75_000, 100_000, 125_000, 150_000, 500_000, 700_000, 1_000_000];

    /// <summary>Counts a message.</summary>
    /// <param name="isOwn">Whether this node published it; else a peer sent it.</param>
    /// <param name="payload">The size of its payload, in bytes.</param>
    internal void Add(bool isOwn, int payload) => (isOwn ? _own : _received).Add(payload);

    /// <summary>How many messages there were from a source.</summary>
    /// <param name="isOwn">Those that this node published; else those that peers sent.</param>
    public long CountOf(bool isOwn) => BySize(isOwn).Sum();

    /// <summary>The sum of the payloads from a source, in bytes.</summary>
    /// <param name="isOwn">Those that this node published; else those that peers sent.</param>
    public long PayloadOf(bool isOwn) => (isOwn ? _own : _received).Payload;

    /// <summary>How many messages of each size there were, by <see cref="Bounds"/>, from both sources.</summary>
    public long[] BySize() => [.. BySize(isOwn: true).Zip(BySize(isOwn: false), static (own, received) => own + received)];

    long[] BySize(bool isOwn) => (isOwn ? _own : _received).BySize();

    sealed class Source
    {
        readonly long[] _bySize = new long[Bounds.Count + 1];
        long _payload;

        public long Payload => Interlocked.Read(ref _payload);

        public void Add(int payload)
        {
            var size = 0;
            while (size < Bounds.Count && payload > Bounds[size])
                size++;
            Interlocked.Increment(ref _bySize[size]);
            Interlocked.Add(ref _payload, payload);
        }

        public long[] BySize() => [.. Enumerable.Range(0, _bySize.Length).Select(size => Interlocked.Read(ref _bySize[size]))];
    }
}
