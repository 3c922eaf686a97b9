namespace LogosActors.Actors;

/// <summary>What happens to a message that finds a bounded mailbox full.</summary>
public enum MailboxOverflow
{
    /// <summary><see cref="ActorRef.TellAsync"/> waits for room; <see cref="ActorRef.Tell"/>, which cannot wait, throws.</summary>
    Backpressure,

    /// <summary>The message that has waited longest becomes a dead letter.</summary>
    DropOldest,

    /// <summary>The new message becomes a dead letter.</summary>
    DropNewest,

    /// <summary>The sender gets a <see cref="MailboxFullException"/>.</summary>
    Fail,
}

/// <summary>The bound of a mailbox. Messages of the system (stop, <see cref="Terminated"/>, timers) are not counted.</summary>
public sealed record MailboxOptions
{
    MailboxOptions()
    {
    }

    /// <summary>As many messages as memory holds; for actors whose senders are themselves bounded.</summary>
    public static MailboxOptions Unbounded { get; } = new() { Capacity = int.MaxValue };

    /// <summary>The most messages that may wait.</summary>
    public int Capacity { get; private init; }

    /// <summary>What happens to more.</summary>
    public MailboxOverflow Overflow { get; private init; }

    /// <summary>Whether there is a bound.</summary>
    public bool IsBounded => Capacity != int.MaxValue;

    /// <summary>At most <paramref name="capacity"/> waiting messages.</summary>
    /// <param name="capacity">1 – 10,000,000 messages.</param>
    /// <param name="overflow">What happens to more.</param>
    public static MailboxOptions Bounded(int capacity, MailboxOverflow overflow)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 10_000_000);
        if (!Enum.IsDefined(overflow))
            throw new ArgumentOutOfRangeException(nameof(overflow), overflow, "Not a rule.");
        return new MailboxOptions { Capacity = capacity, Overflow = overflow };
    }
}
