using LogosActors.Channels.Segmentation;
using LogosActors.Libp2p;

namespace LogosActors.Channels;

/// <summary>How messages are cut into chunks, and how many of others' may be in parts.</summary>
public sealed record SegmentationOptions
{
    /// <summary>The largest message, in bytes (RELIABLE-CHANNEL-API: 1 MiB).</summary>
    public const int MaxMessageSize = 1 << 20;

    /// <summary>The most bytes of a message that one chunk carries; longer messages are cut. With small chunks, messages have to be
    /// smaller than <see cref="MaxMessageSize"/>, since a message has fewer than 256 chunks.</summary>
    /// <value>Default 100 KiB, in bytes (RELIABLE-CHANNEL-API, <c>chunkSizeBytes</c>). Range 1 KiB – 128 KiB: relays take messages of 150 KiB
    /// (64/WAKU2-NETWORK §Message Size), of which up to 22 KiB are names, acknowledgements and encryption. A multiple of 64 when
    /// <see cref="EnableReedSolomon"/> is set, as other implementations need it.</value>
    public int ChunkSizeBytes { get; init; } = 102_400;

    /// <summary>Whether parity is sent with messages of more than one chunk, so that they arrive without waiting for what was lost.</summary>
    /// <value>Default false (published API, SegmentationConfig).</value>
    public bool EnableReedSolomon { get; init; }

    /// <summary>How many chunks of parity are sent for each chunk of data; rounded up.</summary>
    /// <value>Default 0.125 (segmentation §Configuration). Range 0.01 – 1.</value>
    public double ParityRate { get; init; } = 0.125;

    /// <summary>Whether messages that fit into one chunk are sent without a segment around them, as js-waku's reliable channels have them, and what
    /// is no segment is taken as a message. All participants must agree on it; nothing that is damaged is noticed then.</summary>
    /// <value>Default false (segmentation §Sending: all messages are wrapped).</value>
    public bool AllowBareMessages { get; init; }

    /// <summary>How many messages of one sender may be in parts. When there are more, the oldest is dropped: it is lost, as its chunks were confirmed.</summary>
    /// <value>Default 256. Range 1 – 10,000.</value>
    public int MaxPartialMessagesPerSender { get; init; } = 256;

    /// <summary>How many messages may be in parts. When there are more, the oldest of the sender with the most bytes is dropped.</summary>
    /// <value>Default 1024. Range 1 – 100,000.</value>
    public int MaxPartialMessages { get; init; } = 1024;

    /// <summary>How many bytes of one sender's messages in parts are kept; likewise.</summary>
    /// <value>Default 64 MiB, in bytes: what a sender has unconfirmed at most by default (<see cref="SdsOptions.MaxOutgoingSize"/>). Range 4 MiB – 16 GiB:
    /// the largest message with as much parity, and some room.</value>
    public long MaxPartialBytesPerSender { get; init; } = 64 << 20;

    /// <summary>How many bytes of messages in parts are kept; likewise.</summary>
    /// <value>Default 256 MiB, in bytes. Range 4 MiB – 64 GiB.</value>
    public long MaxPartialBytes { get; init; } = 256 << 20;

    /// <summary>How long a message waits for its next chunk before its parts are dropped.</summary>
    /// <value>Default 30 min: some epochs of the rate limit, so that delayed chunks still find the others. Range 1 s – 7 days.</value>
    public TimeSpan ReassemblyTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How many complete messages are remembered, so that late chunks of them are known to be late; the oldest are forgotten.</summary>
    /// <value>Default 4,096. Range 1 – 1,000,000.</value>
    public int MaxRememberedMessages { get; init; } = 4_096;

    /// <summary>These options, checked.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    internal SegmentationOptions Validated()
    {
        const string Name = nameof(SegmentationOptions);
        OptionRange.Check(ChunkSizeBytes, 1 << 10, 128 << 10, $"{Name}.{nameof(ChunkSizeBytes)}");
        if (EnableReedSolomon && ChunkSizeBytes % ReedSolomon.ShardAlignment != 0)
            throw new ArgumentException($"{Name}.{nameof(ChunkSizeBytes)} must be a multiple of {ReedSolomon.ShardAlignment} with {nameof(EnableReedSolomon)}, not {ChunkSizeBytes}.");
        OptionRange.Check(ParityRate, 0.01, 1, $"{Name}.{nameof(ParityRate)}");
        OptionRange.Check(MaxPartialMessagesPerSender, 1, 10_000, $"{Name}.{nameof(MaxPartialMessagesPerSender)}");
        OptionRange.Check(MaxPartialMessages, 1, 100_000, $"{Name}.{nameof(MaxPartialMessages)}");
        OptionRange.Check(MaxPartialBytesPerSender, 4L << 20, 16L << 30, $"{Name}.{nameof(MaxPartialBytesPerSender)}");
        OptionRange.Check(MaxPartialBytes, 4L << 20, 64L << 30, $"{Name}.{nameof(MaxPartialBytes)}");
        OptionRange.Check(ReassemblyTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7), $"{Name}.{nameof(ReassemblyTimeout)}");
        OptionRange.Check(MaxRememberedMessages, 1, 1_000_000, $"{Name}.{nameof(MaxRememberedMessages)}");
        return this;
    }
}
