using System.Diagnostics.CodeAnalysis;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Store;

/// <summary>What came of asking a store.</summary>
/// <typeparam name="T">The answer.</typeparam>
public sealed record StoreResult<T>
{
    internal StoreResult(T value) => Value = value;

    internal StoreResult(StoreFailure failure, string reason) => (Failure, Reason) = (failure, reason);

    /// <summary>Whether there is an answer.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Failure), nameof(Reason))]
    public bool IsAnswered => Failure is null;

    /// <summary>The answer.</summary>
    public T? Value { get; }

    /// <summary>Why there is none.</summary>
    public StoreFailure? Failure { get; }

    /// <summary>Why, in words.</summary>
    public string? Reason { get; }
}

/// <summary>Why a store has given no answer.</summary>
public enum StoreFailure
{
    /// <summary>The peer is not connected, does not speak the protocol, reset the stream or was too slow.</summary>
    NotReached,

    /// <summary>What came is no answer, or one that a correct store never gives: too many messages, a page without an end.</summary>
    BadAnswer,

    /// <summary>The store does not like the question; asking it again does not help. An unknown cursor is of these.</summary>
    Refused,

    /// <summary>The store wants to be asked less often.</summary>
    TooManyRequests,

    /// <summary>The store failed; another one may not.</summary>
    Failed,

    /// <summary>The pages or messages are more than the caller wants.</summary>
    TooMany,
}

/// <summary>A page of messages that belong to what was asked: each has the hash that it is said to have, and matches the query.</summary>
/// <param name="Messages">The messages, as the store orders them: ascending, if it is correct.</param>
/// <param name="Cursor">Names the next page; null when there is none.</param>
/// <param name="Refused">How many messages came that do not belong to it, and are left out.</param>
public sealed record StorePage(IReadOnlyList<StoreEntry> Messages, MessageHash? Cursor, int Refused);

/// <summary>Where paging ends at the latest. Immutable; checked when set.</summary>
public sealed record StorePaging
{
    /// <summary>The most pages.</summary>
    /// <value>Default 1000. Range 1 – 1,000,000.</value>
    public int MaxPages { get; init => field = Libp2p.OptionRange.Check(value, 1, 1_000_000); } = 1000;

    /// <summary>The most messages; all their hashes are remembered, 32 bytes each and as much again.</summary>
    /// <value>Default 100,000. Range 1 – 100,000,000.</value>
    public int MaxMessages { get; init => field = Libp2p.OptionRange.Check(value, 1, 100_000_000); } = 100_000;
}
