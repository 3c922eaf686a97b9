using LogosActors.Libp2p;

namespace LogosActors.Delivery.Archive;

/// <summary>How messages wait for an archive, and what it keeps.</summary>
public sealed record ArchiveWriterOptions
{
    /// <summary>How many messages may wait. When there are more, those that have waited longest are dropped: clients ask for the
    /// newest first, and what is lost is then one stretch of time.</summary>
    /// <value>Default 50,000. Range 1 – 10,000,000.</value>
    public int MaxWaitingMessages { get; init; } = 50_000;

    /// <summary>How many bytes of messages may wait; likewise.</summary>
    /// <value>Default 16 MiB, in bytes. Range 1 KiB – 16 GiB.</value>
    public long MaxWaitingBytes { get; init; } = 16 << 20;

    /// <summary>The most messages of one write.</summary>
    /// <value>Default 5,000. Range 1 – 100,000.</value>
    public int MaxBatchMessages { get; init; } = 5_000;

    /// <summary>The most bytes of one write; a larger message goes alone.</summary>
    /// <value>Default 8 MiB, in bytes. Range 1 KiB – 256 MiB.</value>
    public long MaxBatchBytes { get; init; } = 8 << 20;

    /// <summary>The time at least from the beginning of one write to that of the next, unless a whole batch waits. A single message is
    /// written at once; where many come, few large writes cost a third of many small ones.</summary>
    /// <value>Default 10 ms. Range 0 – 10 s.</value>
    public TimeSpan WriteInterval { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How far a message's timestamp may be from the time when it comes; others are dropped. Null: any.</summary>
    /// <value>Default null. The reference drops what is off by more than 20 s (the Nim reference's archive,
    /// <c>MaxMessageTimestampVariance</c>). Range 1 ms – 1 day.</value>
    public TimeSpan? MaxTimeDifference { get; init; }

    /// <summary>How long to wait before a failed write is tried again the first time; it doubles with each failure, by chance up to
    /// a fifth more or less.</summary>
    /// <value>Default 100 ms. Range 1 ms – 1 h.</value>
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait before a failed write is tried again.</summary>
    /// <value>Default 10 s. Range 1 ms – 1 h.</value>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long <see cref="ArchiveWriter.Finish"/> goes on trying; what is left then is dropped.</summary>
    /// <value>Default 5 s. Range 0 – 1 h.</value>
    public TimeSpan FinishTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What the archive keeps.</summary>
    /// <value>Default: everything.</value>
    public RetentionPolicy Retention { get; init; } = new();

    /// <summary>How often the archive is asked to remove what the policy does not keep.</summary>
    /// <value>Default 1 min. Range 100 ms – 1 day.</value>
    public TimeSpan RetentionInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>These options, checked.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    internal ArchiveWriterOptions Validated()
    {
        const string Name = nameof(ArchiveWriterOptions);
        var hour = TimeSpan.FromHours(1);
        var millisecond = TimeSpan.FromMilliseconds(1);
        OptionRange.Check(MaxWaitingMessages, 1, 10_000_000, $"{Name}.{nameof(MaxWaitingMessages)}");
        OptionRange.Check(MaxWaitingBytes, 1 << 10, 16L << 30, $"{Name}.{nameof(MaxWaitingBytes)}");
        OptionRange.Check(MaxBatchMessages, 1, 100_000, $"{Name}.{nameof(MaxBatchMessages)}");
        OptionRange.Check(MaxBatchBytes, 1 << 10, 256L << 20, $"{Name}.{nameof(MaxBatchBytes)}");
        OptionRange.Check(WriteInterval, TimeSpan.Zero, TimeSpan.FromSeconds(10), $"{Name}.{nameof(WriteInterval)}");
        OptionRange.Check(MaxTimeDifference ?? hour, millisecond, TimeSpan.FromDays(1), $"{Name}.{nameof(MaxTimeDifference)}");
        OptionRange.Check(MinBackoff, millisecond, hour, $"{Name}.{nameof(MinBackoff)}");
        OptionRange.Check(MaxBackoff, MinBackoff, hour, $"{Name}.{nameof(MaxBackoff)}");
        OptionRange.Check(FinishTimeout, TimeSpan.Zero, hour, $"{Name}.{nameof(FinishTimeout)}");
        OptionRange.Check(RetentionInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1), $"{Name}.{nameof(RetentionInterval)}");
        return this;
    }
}
