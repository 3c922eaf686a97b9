using System.Runtime.InteropServices;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Health;

/// <summary>What a node sees of its connections at one moment. Immutable.</summary>
/// <param name="RelayPeers">How many peers speak the relay protocol with it.</param>
/// <param name="Stores">How many stores it can ask: connected peers that serve one, and its own.</param>
/// <param name="Shards">The peers of each shard that it is on.</param>
/// <param name="ContentTopics">The content topics that are subscribed to, each with its shard.</param>
public sealed record HealthObservation(
    int RelayPeers, int Stores, IReadOnlyDictionary<PubsubTopic, ShardPeers> Shards, IReadOnlyDictionary<string, PubsubTopic> ContentTopics)
{
    /// <summary>The service nodes of a node that does not relay; null: it relays. Then the <see cref="Shards"/> have the service nodes that are
    /// proven to push their messages.</summary>
    public ServiceNodes? Services { get; init; }
}

/// <summary>The service nodes of a node that does not relay.</summary>
/// <param name="Lightpush">How many send for it, and have not failed since they did so last.</param>
/// <param name="Filter">How many may push to it, and have not failed since they did so last.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ServiceNodes(int Lightpush, int Filter);

/// <summary>The peers of one shard.</summary>
/// <param name="Subscribed">How many connected peers are subscribed to it.</param>
/// <param name="Mesh">How many of them exchange messages with the node at once.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ShardPeers(int Subscribed, int Mesh);
