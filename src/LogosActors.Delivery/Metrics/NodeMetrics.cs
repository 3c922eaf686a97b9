using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace LogosActors.Delivery.Metrics;

/// <summary>Counts what a node does, and measures it for listeners. For any number of threads.</summary>
internal sealed class NodeMetrics : IDisposable
{
    static readonly KeyValuePair<string, object?> Stored = new("stored", true);
    static readonly KeyValuePair<string, object?> NotStored = new("stored", false);

    readonly Meter _meter;
    readonly NodeInstrument[] _instruments;
    long _received;
    long _propagated;
    long _stored;
    long _notStored;
    long _failed;

    public NodeMetrics(MessagingNode node)
    {
        _instruments =
        [
            new("logos.delivery.messages.received", "{message}", "Messages told to the application.", true, () => Interlocked.Read(ref _received)),
            new("logos.delivery.requests.unfinished", "{request}", "Requests to send that have not ended yet.", false, () => node.UnfinishedRequests),
            new("logos.delivery.messages.propagated", "{message}", "Messages that have reached neighbours.", true, () => Interlocked.Read(ref _propagated)),
            new("logos.delivery.messages.sent", "{message}", "Messages that are sent, and whether a store has confirmed them.", true,
                () => [new(Interlocked.Read(ref _stored), Stored), new(Interlocked.Read(ref _notStored), NotStored)]),
            new("logos.delivery.messages.failed", "{message}", "Messages that could not be sent.", true, () => Interlocked.Read(ref _failed)),
            new("logos.delivery.events.missed", "{event}", "Events lost to readers that were too slow.", true, () => node.MissedEvents),
            new("logos.delivery.status", "1", "How the node is connected: 0 disconnected, 1 partially, 2 connected.", false, () => (long)node.GetHealth().Status),
            new("logos.delivery.content_topics", "{topic}", "Content topics that are subscribed to.", false, () => node.GetHealth().ContentTopics.Count),
            new("logos.delivery.peers.connected", "{peer}", "Connected peers.", false, () => node.ConnectedPeers.Count),
            new("logos.delivery.peers.relay", "{peer}", "Connected peers that relay.", false, () => node.Seen?.RelayPeers ?? 0),
            new("logos.delivery.stores", "{store}", "Stores that can be asked.", false, () => node.Seen?.Stores ?? 0),
            new("logos.delivery.shard.subscribed_peers", "{peer}", "Connected peers that are subscribed to a shard.", false,
                () => node.Seen?.Shards.Select(shard => new Measurement<long>(shard.Value.Subscribed, Shard(shard.Key.ToString()))) ?? []),
            new("logos.delivery.shard.mesh_peers", "{peer}", "Peers in the mesh of a shard.", false,
                () => node.Seen?.Shards.Select(shard => new Measurement<long>(shard.Value.Mesh, Shard(shard.Key.ToString()))) ?? []),
        ];
        _meter = new Meter(new MeterOptions(MessagingNode.MeterName) { Tags = [new("node", node.PeerId.ToString())] });
        foreach (var instrument in _instruments)
            instrument.AddTo(_meter);
    }

    /// <summary>An event was raised.</summary>
    public void Count(MessagingEvent told)
    {
        switch (told)
        {
            case MessageReceived: Interlocked.Increment(ref _received); break;
            case MessagePropagated: Interlocked.Increment(ref _propagated); break;
            case MessageSent { IsStored: true }: Interlocked.Increment(ref _stored); break;
            case MessageSent: Interlocked.Increment(ref _notStored); break;
            case MessageError: Interlocked.Increment(ref _failed); break;
        }
    }

    /// <summary>Everything that is measured, in the Prometheus text format 0.0.4.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        foreach (var instrument in _instruments)
        {
            var name = instrument.Name.Replace('.', '_') + (instrument.IsCounter ? "_total" : "");
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {instrument.Description}\n# TYPE {name} {(instrument.IsCounter ? "counter" : "gauge")}\n");
            foreach (var measured in instrument.Read())
                text.Append(CultureInfo.InvariantCulture, $"{name}{Labels(measured.Tags)} {measured.Value}\n");
        }
        return text.ToString();
    }

    public void Dispose() => _meter.Dispose();

    static KeyValuePair<string, object?> Shard(string shard) => new("shard", shard);

    // No value needs escaping: they are shards and truth values.
    static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags) => tags.Length == 0
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{{{tags[0].Key}=\"{(tags[0].Value is bool truth ? truth ? "true" : "false" : tags[0].Value)}\"}}");
}
