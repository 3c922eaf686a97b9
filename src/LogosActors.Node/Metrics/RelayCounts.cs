using System.Diagnostics.Metrics;
using System.Globalization;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Topics;

namespace LogosActors.Node.Metrics;

/// <summary>Counts the relay's messages and their sizes under the reference's names. One caller at a time adds; scrapes come from any thread.</summary>
internal sealed class RelayCounts
{
    // Kilobytes (the reference's node_telemetry.nim).
    static readonly double[] SizeBounds = [0, 1, 3, 5, 15, 50, 75, 100, 125, 150, 500, 700, 1000];

    static readonly KeyValuePair<string, object?> Relayed = new("type", "relay");

    readonly Lock _gate = new();
    readonly Dictionary<PubsubTopic, Sizes> _shards = [];
    readonly Histogram<double> _sizes;
    long _messages;

    /// <summary>Adds the instruments to a meter.</summary>
    public RelayCounts(Meter meter)
    {
        meter.CreateObservableCounter(
            "waku_node_messages", () => new Measurement<long>(Interlocked.Read(ref _messages), Relayed), unit: null, "Messages, by the protocol that brought them.");
        _sizes = meter.CreateHistogram(
            "waku_histogram_message_size", unit: null, "Payload of messages, in kilobytes.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = SizeBounds });
        Gauge(meter, "total", sizes => sizes.Sum);
        Gauge(meter, "max", sizes => sizes.Max);
        Gauge(meter, "avg", sizes => sizes.Sum / sizes.Count);
    }

    /// <summary>A message has come, or this node has published it.</summary>
    public void Add(RelayTopics.Seen seen)
    {
        Interlocked.Increment(ref _messages);
        _sizes.Record(seen.Message.Payload.Length / 1000.0);
        var size = WakuMessageCodec.SizeOf(seen.Message);
        lock (_gate)
        {
            if (!_shards.TryGetValue(seen.Shard, out var sizes))
                _shards.Add(seen.Shard, sizes = new Sizes());
            sizes.Count++;
            sizes.Sum += size;
            sizes.Max = Math.Max(sizes.Max, size);
        }
    }

    void Gauge(Meter meter, string kind, Func<Sizes, long> read) => meter.CreateObservableGauge(
        $"waku_relay_{kind}_msg_bytes_per_shard",
        () =>
        {
            lock (_gate)
            {
                return (Measurement<long>[])
                [
                    .. _shards.Select(shard => new Measurement<long>(
                        read(shard.Value), new KeyValuePair<string, object?>("shard", shard.Key.Shard.ToString(CultureInfo.InvariantCulture)))),
                ];
            }
        },
        unit: null, $"Size of the messages of each shard ({kind}), in bytes.");

    /// <summary>Of one shard's messages.</summary>
    sealed class Sizes
    {
        public long Count { get; set; }

        public long Sum { get; set; }

        public long Max { get; set; }
    }
}
