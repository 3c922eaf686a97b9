using System.Diagnostics.Metrics;
using System.Globalization;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Topics;

namespace LogosActors.Node.Metrics;

/// <summary>The sizes of the relay's messages by shard, under the reference's names. One caller at a time adds; scrapes come from any thread.</summary>
internal sealed class ShardSizes
{
    readonly Lock _gate = new();
    readonly Dictionary<PubsubTopic, Sizes> _shards = [];

    /// <summary>Adds the instruments to a meter.</summary>
    public ShardSizes(Meter meter)
    {
        Gauge(meter, "total", sizes => sizes.Sum);
        Gauge(meter, "max", sizes => sizes.Max);
        Gauge(meter, "avg", sizes => sizes.Sum / sizes.Count);
    }

    /// <summary>A message has come, or this node has published it.</summary>
    public void Add(RelayTopics.Seen seen)
    {
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
