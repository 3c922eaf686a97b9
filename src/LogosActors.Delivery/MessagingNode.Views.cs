using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery;

/// <summary>What operators and tests look at.</summary>
public sealed partial class MessagingNode
{
    /// <summary>The shard of a content topic.</summary>
    /// <exception cref="ArgumentException">It has none.</exception>
    internal PubsubTopic ShardOf(string contentTopic) =>
        _topics.TryFind(contentTopic, out _, out var shard, out var problem) ? shard : throw new ArgumentException(problem, nameof(contentTopic));

    /// <summary>Whether a store is connected that can be asked.</summary>
    internal bool HasStore => Volatile.Read(ref _running)?.Environment.Stores.CanAsk() == true;

    /// <summary>Whether a store is connected, asked or not.</summary>
    internal bool KnowsStore => Volatile.Read(ref _running)?.Stores.Count > 0;

    /// <summary>Who is connected. A snapshot; empty while the node is not started.</summary>
    public IReadOnlyCollection<PeerId> ConnectedPeers => Volatile.Read(ref _running)?.Host.ConnectedPeers ?? [];

    /// <summary>How the relay is connected for a shard.</summary>
    internal Task<TopicStatus> RelayStatusAsync(PubsubTopic shard) =>
        Volatile.Read(ref _running)?.Gossipsub is { } gossipsub
            ? gossipsub.StatusAsync(shard.ToString())
            : Task.FromResult(new TopicStatus(0, 0, []));

    /// <summary>Closes all connections, as a network that fails does; those that are kept are dialed again.</summary>
    internal async Task DisconnectAsync()
    {
        if (Volatile.Read(ref _running) is not { } running)
            return;
        foreach (var peer in running.Host.ConnectedPeers)
            await running.Host.DisconnectAsync(peer);
    }
}
