using LogosActors.Delivery.Messages;
using LogosActors.Libp2p;

namespace LogosActors.Delivery;

/// <summary>Which messages of the past are wanted: of content topics, or by their hashes. Immutable.</summary>
public sealed record StoreQuery
{
    /// <summary>The content topics; empty: <see cref="Hashes"/> say what is wanted.</summary>
    public IReadOnlyList<string> ContentTopics { get; init; } = [];

    /// <summary>The earliest time at which a message was made, by its sender's word; null: the beginning.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>The latest time, inclusive; null: the end.</summary>
    public DateTimeOffset? End { get; init; }

    /// <summary>The hashes of the messages that are looked up; empty: <see cref="ContentTopics"/> say what is wanted.</summary>
    public IReadOnlyList<MessageHash> Hashes { get; init; } = [];

    /// <summary>Whether the messages are wanted, or only the hashes of those that there are.</summary>
    /// <value>Default true.</value>
    public bool IncludesData { get; init; } = true;

    /// <summary>Whether answers go from the earliest message to the latest, or back. In each answer messages are in ascending order.</summary>
    /// <value>Default true.</value>
    public bool IsForward { get; init; } = true;

    /// <summary>Where the answer begins: the last one's <see cref="StoreHistory.Cursor"/>, with the same query; null: at the beginning.</summary>
    public StoreCursor? Cursor { get; init; }

    /// <summary>How many messages the answer has at most; as many pages are asked for as that takes.</summary>
    /// <value>Default 1000. Range 1 – 100,000.</value>
    public int Limit { get; init => field = OptionRange.Check(value, 1, 100_000); } = 1000;
}
