using LogosActors.Channels;
using LogosActors.Configuration;
using LogosActors.Delivery.Topics;
using LogosActors.Postgres;

namespace LogosActors.Node.Configuration;

/// <summary>What may be configured of the channel that <c>logos channel</c> opens: the section <c>channel</c>.</summary>
public sealed record ChannelSettings : IValidatedOptions
{
    /// <summary>Where its settings are in a configuration.</summary>
    internal const string Section = "channel";

    /// <summary>The content topic on which the channel's messages travel; null: /logos-channel/1/, the channel, /proto.</summary>
    public string? ContentTopic { get; init; }

    /// <summary>The name of this participant, nobody else's and the same after a restart; null: the one of the data directory, or a new one.</summary>
    public string? SenderId { get; init; }

    /// <summary>Where the channel keeps what must survive: memory, sqlite, sqlite:PATH or postgres:CONNECTION STRING; null: sqlite with a data directory, else memory.</summary>
    [SecretSetting]
    public string? History { get; init; }

    /// <summary>A file with the key that all participants share, as `logos channel key` makes it; null: what is sent is plaintext.</summary>
    public string? Key { get; init; }

    /// <summary>Whether parity is sent (Reed–Solomon, 12.5 %), so that messages of several chunks arrive without waiting for what was lost.</summary>
    public bool Parity { get; init; }

    /// <summary>The most that one chunk carries.</summary>
    [SizeRange("5 KiB", "128 KiB")]
    public DataSize ChunkSize { get; init; } = new(102_400);

    /// <summary>How much is sent.</summary>
    public ChannelRateLimitSettings RateLimit { get; init; } = new();

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (ContentTopic is not null && !Delivery.Topics.ContentTopic.TryParse(ContentTopic, out _, out var problem))
            yield return $"content-topic: {problem}";
        if (SenderId is not null && (SenderId.Length == 0 || System.Text.Encoding.UTF8.GetByteCount(SenderId) > ReliableChannelOptions.MaxIdLength))
            yield return $"sender-id: it has 1 to {ReliableChannelOptions.MaxIdLength} bytes of UTF-8.";
        if (PathSetting.ProblemOf(Key) is { } problemOfKey)
            yield return $"key: {problemOfKey}";
        if (Parity && ChunkSize.Bytes % 64 != 0)
            yield return "chunk-size: with parity it is a multiple of 64 B.";
        if (History is not null && ProblemOf(History) is { } wrong)
            yield return $"history: {wrong}";
    }

    // It does not show the text, which may hold a password.
    static string? ProblemOf(string history)
    {
        try
        {
            HistoryBackend.Parse(history, PostgresDatabases.Instance);
            return PathSetting.ProblemOf(history);
        }
        catch (FormatException)
        {
            return "expected memory, sqlite, sqlite:PATH or postgres:CONNECTION STRING.";
        }
    }
}

/// <summary>How much a channel sends.</summary>
public sealed record ChannelRateLimitSettings
{
    /// <summary>Whether there is a limit.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>How many messages may be sent in an epoch; what is over it waits for the next one.</summary>
    [NumberRange(1, 1_000_000_000)]
    public int MessagesPerEpoch { get; init; } = 100;

    /// <summary>How long an epoch is, in seconds.</summary>
    [NumberRange(1, 86_400)]
    public int EpochSeconds { get; init; } = 600;

    /// <summary>Whether every chunk counts, what is sent again too, as in networks with RLN; else a message counts once.</summary>
    public bool EverySegment { get; init; }
}
