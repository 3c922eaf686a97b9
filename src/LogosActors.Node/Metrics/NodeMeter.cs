using System.Diagnostics.Metrics;
using LogosActors.Delivery;
using LogosActors.Delivery.Hosting;

namespace LogosActors.Node.Metrics;

/// <summary>What operators watch of a node, beside what <see cref="MessagingNode.MeterName"/> measures.</summary>
internal sealed class NodeMeter : IDisposable
{
    readonly Meter _meter;

    public NodeMeter(MessagingNode node)
    {
        _meter = new Meter(new MeterOptions("LogosActors.Node") { Tags = [new("node", node.PeerId.ToString())] });
        _meter.CreateObservableGauge("logos.node.known_peers", () => node.Host?.KnownPeers.Count ?? 0, description: "Peers that are remembered.");
        _meter.CreateObservableCounter(
            "logos.node.messages", () => BySource(node.Counts.CountOf), description: "Messages of the joined shards, by where they came from.");
        _meter.CreateObservableCounter("logos.node.payload", () => BySource(node.Counts.PayloadOf), "By", "Payload of the messages of the joined shards.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    static Measurement<long>[] BySource(Func<bool, long> read) =>
    [
        new(read(true), new KeyValuePair<string, object?>("source", "own")), new(read(false), new KeyValuePair<string, object?>("source", "peer")),
    ];
}
