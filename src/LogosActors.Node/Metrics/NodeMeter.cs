using System.Diagnostics.Metrics;
using LogosActors.Delivery;

namespace LogosActors.Node.Metrics;

/// <summary>What operators watch of a node.</summary>
internal sealed class NodeMeter : IDisposable
{
    readonly Meter _meter = new("LogosActors.Node");
    readonly IDisposable _watching;

    public NodeMeter(MessagingNode node)
    {
        _meter.CreateObservableGauge("logos.node.peers", () => node.Host?.ConnectedPeers.Count ?? 0, description: "Connected peers.");
        _meter.CreateObservableGauge("logos.node.known_peers", () => node.Host?.KnownPeers.Count ?? 0, description: "Peers that are remembered.");
        _meter.CreateObservableCounter("logos.node.missed_events", () => node.MissedEvents, description: "Events lost to slow readers.");
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
