namespace LogosActors.Delivery;

/// <summary>Why there is no history.</summary>
/// <param name="Kind">For programs.</param>
/// <param name="Message">For people.</param>
public sealed record StoreQueryError(StoreQueryErrorKind Kind, string Message)
{
    /// <summary>The message for people.</summary>
    public override string ToString() => Message;
}

/// <summary>The kinds of <see cref="StoreQueryError"/>.</summary>
public enum StoreQueryErrorKind
{
    /// <summary>The query contradicts itself, or a content topic is malformed.</summary>
    InvalidQuery,

    /// <summary>No store is connected.</summary>
    NoStore,

    /// <summary>No store has answered.</summary>
    StoreFailed,

    /// <summary>The node is not started.</summary>
    NotStarted,
}
