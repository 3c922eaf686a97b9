using System.Diagnostics.Metrics;
using LogosActors.Delivery;

namespace LogosActors.Node.Metrics;

/// <summary>What operators watch of a node, beside what <see cref="MessagingNode.MeterName"/> measures.</summary>
internal sealed class NodeMeter : IDisposable
{
    readonly Meter _meter;
    readonly IDisposable _watching;

    public NodeMeter(MessagingNode node)
    {
        _meter = new Meter(new MeterOptions("LogosActors.Node") { Tags = [new("node", node.PeerId.ToString())] });
        _meter.CreateObservableGauge("logos.node.known_peers", () => node.Host?.KnownPeers.Count ?? 0, description: "Peers that are remembered.");
        var messages = _meter.CreateCounter<long>("logos.node.messages", description: "Messages of the joined shards, by where they came from.");
        var bytes = _meter.CreateCounter<long>("logos.node.payload", "By", "Payload of the messages of the joined shards.");
        var (own, received) = (new KeyValuePair<string, object?>("source", "own"), new KeyValuePair<string, object?>("source", "peer"));
        _watching = node.WatchRelay(seen =>
        {
            messages.Add(1, seen.IsOwn ? own : received);
            bytes.Add(seen.Message.Payload.Length, seen.IsOwn ? own : received);
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watching.Dispose();
        _meter.Dispose();
    }
}
