using System.Collections.ObjectModel;

namespace LogosActors.Delivery;

/// <summary>How a node is connected (MESSAGING-API §Health).</summary>
public enum ConnectionStatus
{
    /// <summary>It cannot send or cannot receive.</summary>
    Disconnected,

    /// <summary>It can send and receive, but by few peers, or without a store.</summary>
    PartiallyConnected,

    /// <summary>It sends and receives by enough peers.</summary>
    Connected,
}

/// <summary>How a shard or a content topic is connected (MESSAGING-API §Health).</summary>
public enum TopicHealth
{
    /// <summary>The node is not subscribed to it.</summary>
    NotSubscribed,

    /// <summary>It has no peers.</summary>
    Unhealthy,

    /// <summary>It has a peer, but fewer than enough.</summary>
    MinimallyHealthy,

    /// <summary>It has enough peers.</summary>
    SufficientlyHealthy,
}

/// <summary>The health of a node. A snapshot.</summary>
/// <param name="Status">Of the node as a whole.</param>
/// <param name="ContentTopics">Of each subscribed content topic.</param>
/// <param name="Shards">Of each shard that the node is on, by pubsub topic.</param>
public sealed record NodeHealth(
    ConnectionStatus Status, IReadOnlyDictionary<string, TopicHealth> ContentTopics, IReadOnlyDictionary<string, TopicHealth> Shards)
{
    /// <summary>Why what must survive is not stored now, for people; null: it is, or the node keeps nothing.</summary>
    public string? JournalProblem { get; init; }

    /// <summary>Why the archive does not keep or find messages now, for people; null: it does, or the node has none.</summary>
    public string? ArchiveProblem { get; init; }

    /// <summary>The health of a node that is not started.</summary>
    public static NodeHealth NotStarted { get; } =
        new(ConnectionStatus.Disconnected, ReadOnlyDictionary<string, TopicHealth>.Empty, ReadOnlyDictionary<string, TopicHealth>.Empty);
}
