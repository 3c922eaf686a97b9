using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Archive;

/// <summary>A message in an archive.</summary>
/// <param name="Hash">Its hash on its pubsub topic.</param>
/// <param name="PubsubTopic">The topic that it travelled on.</param>
/// <param name="Time">When it was made, or, for a message that does not say, when it came; in nanoseconds since 1970 UTC. Messages are ordered by it.</param>
/// <param name="Message">The message; null when only hashes were asked for.</param>
public sealed record ArchivedMessage(MessageHash Hash, string PubsubTopic, long Time, WakuMessage? Message)
{
    /// <summary>The message, of an entry that is to be kept.</summary>
    /// <exception cref="ArgumentException">There is none, or it says another time.</exception>
    public WakuMessage DataForArchive() => Message switch
    {
        null => throw new ArgumentException("A message is archived with its data."),
        { Timestamp: { } timestamp } when timestamp != Time
            => throw new ArgumentException($"A message of time {timestamp} cannot be archived as of {Time}: its timestamp is its time."),
        var message => message,
    };
}

/// <summary>What a query found.</summary>
/// <param name="Messages">The messages, by ascending time and hash.</param>
/// <param name="Cursor">What the next page's query names; null when there is no further page.</param>
public sealed record ArchivePage(IReadOnlyList<ArchivedMessage> Messages, MessageHash? Cursor);

/// <summary>Keeps messages and finds them again. For any number of threads.</summary>
public interface IMessageArchive : IAsyncDisposable
{
    /// <summary>Makes or migrates the tables; before anything else, once.</summary>
    /// <exception cref="ArchiveException">The database is unreachable, not ours, or of a newer version.</exception>
    Task InitializeAsync(CancellationToken cancellation = default);

    /// <summary>Keeps messages, durably when the task ends. One that is kept already is passed over: its hash is its key.</summary>
    /// <param name="messages">With their data; in any order.</param>
    /// <param name="cancellation">Gives up; nothing or all of it is kept.</param>
    /// <returns>How many were new.</returns>
    /// <exception cref="ArgumentException">An entry has no data, or its time is not its message's timestamp; nothing is kept.</exception>
    /// <exception cref="ArchiveException">The database refused, is full or unreachable; nothing is kept.</exception>
    Task<int> AppendAsync(IReadOnlyList<ArchivedMessage> messages, CancellationToken cancellation = default);

    /// <summary>Finds messages.</summary>
    /// <returns>A page; null when the query's cursor is unknown.</returns>
    /// <exception cref="ArchiveException">The database is unreachable or broken.</exception>
    Task<ArchivePage?> QueryAsync(ArchiveQuery query, CancellationToken cancellation = default);

    /// <summary>How many messages are kept; null: the archive does not count them.</summary>
    /// <exception cref="ArchiveException">The database is unreachable or broken.</exception>
    Task<long?> CountAsync(CancellationToken cancellation = default) => Task.FromResult<long?>(null);

    /// <summary>Finds out whether messages can be kept and found now, as far as that shows without keeping one.</summary>
    /// <exception cref="ArchiveException">They cannot.</exception>
    Task CheckAsync(CancellationToken cancellation = default) => QueryAsync(new ArchiveQuery { Limit = 1, IncludesData = false }, cancellation);

    /// <summary>Removes what the policy no longer keeps, the oldest first.</summary>
    /// <param name="policy">What is kept.</param>
    /// <param name="now">The time now, in nanoseconds since 1970 UTC.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="ArchiveException">The database is unreachable or broken.</exception>
    Task RetainAsync(RetentionPolicy policy, long now, CancellationToken cancellation = default);
}

/// <summary>What an archive keeps; each bound that is given must hold.</summary>
public sealed record RetentionPolicy
{
    /// <summary>The greatest age of a message; null: any.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>The most messages; null: any number.</summary>
    public long? MaxCount { get; init; }

    /// <summary>The most space that the database may take, in bytes; null: any.</summary>
    public long? MaxSize { get; init; }
}

/// <summary>Why an archive's database does not do what it is asked.</summary>
public enum ArchiveFailure
{
    /// <summary>Anything else; the message says what the database answered.</summary>
    Other,

    /// <summary>The database takes messages, but not one of these. Does not pass.</summary>
    Refused,

    /// <summary>There is no connection, or it was lost; or the file cannot be opened or made. May pass.</summary>
    Unreachable,

    /// <summary>The disk is full. Passes once there is room.</summary>
    Full,

    /// <summary>Another process holds the database. May pass.</summary>
    Locked,

    /// <summary>The database may only be read.</summary>
    ReadOnly,

    /// <summary>A newer program has migrated the database; nothing was changed. Does not pass.</summary>
    Newer,

    /// <summary>The database is damaged, or is none of ours. Does not pass.</summary>
    Damaged,
}

/// <summary>An archive's database does not do what it is asked.</summary>
public sealed class ArchiveException : Exception
{
    /// <summary>Says what happened, and to which database.</summary>
    public ArchiveException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Says what happened, and to which database.</summary>
    public ArchiveException(ArchiveFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    /// <summary>The kind of failure.</summary>
    public ArchiveFailure Failure { get; }
}
