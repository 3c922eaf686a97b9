using LogosActors.Configuration;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>The bounds that keep hostile peers from taking memory or time.</summary>
public sealed record GossipsubLimits : IValidatedOptions
{
    /// <summary>The largest message, in bytes of its data field; a larger one is dropped without penalty.</summary>
    /// <value>Default 150 KiB (64/WAKU2-NETWORK §Message Size).</value>
    [SizeRange("1 KiB", "16 MiB")]
    public DataSize MessageSize { get; init; } = DataSize.FromKibibytes(150);

    /// <summary>The largest RPC that is accepted.</summary>
    /// <value>Default 1 MiB (go-libp2p-pubsub, DefaultMaxMessageSize).</value>
    [SizeRange("1 KiB", "64 MiB")]
    public DataSize RpcSize { get; init; } = DataSize.FromMebibytes(1);

    /// <summary>The largest RPC that is sent. A message that needs a larger one is neither published nor relayed.</summary>
    /// <value>Default 1 MiB, as <see cref="RpcSize"/>: less, where peers accept no more.</value>
    [SizeRange("1 KiB", "64 MiB")]
    public DataSize SentRpcSize { get; init; } = DataSize.FromMebibytes(1);

    /// <summary>The size up to which several messages share one RPC; a single message may take more.</summary>
    /// <value>Default 64 KiB: far below what any implementation accepts.</value>
    [SizeRange("1 KiB", "16 MiB")]
    public DataSize BatchSize { get; init; } = DataSize.FromKibibytes(64);

    /// <summary>Messages in one RPC.</summary>
    /// <value>Default 5000.</value>
    [NumberRange(1, 100_000)]
    public int MessagesPerRpc { get; init; } = 5000;

    /// <summary>Subscriptions and unsubscriptions in one RPC.</summary>
    /// <value>Default 5000 (js-libp2p, defaultDecodeRpcLimits): a peer may be on all 1024 shards of a cluster.</value>
    [NumberRange(1, 100_000)]
    public int SubscriptionsPerRpc { get; init; } = 5000;

    /// <summary>Control entries (IHAVE, IWANT, GRAFT, PRUNE, IDONTWANT) in one RPC.</summary>
    /// <value>Default 5000 (js-libp2p, defaultDecodeRpcLimits).</value>
    [NumberRange(1, 100_000)]
    public int ControlEntriesPerRpc { get; init; } = 5000;

    /// <summary>Message ids in all control entries of one RPC.</summary>
    /// <value>Default 20,000.</value>
    [NumberRange(1, 1_000_000)]
    public int MessageIdsPerRpc { get; init; } = 20_000;

    /// <summary>The length of a topic's name, in UTF-8 bytes; what a peer says of a longer one is ignored.</summary>
    /// <value>Default 256.</value>
    [NumberRange(1, 1024)]
    public int TopicLength { get; init; } = 256;

    /// <summary>Topics that one peer may be subscribed to; further ones are ignored.</summary>
    /// <value>Default 1024 (a cluster's shards, 51/WAKU2-RELAY-SHARDING).</value>
    [NumberRange(1, 100_000)]
    public int TopicsPerPeer { get; init; } = 1024;

    /// <summary>Topics that are known in all; subscriptions to further ones are ignored.</summary>
    /// <value>Default 10,000.</value>
    [NumberRange(1, 1_000_000)]
    public int Topics { get; init; } = 10_000;

    /// <summary>Connected peers; further ones are not served.</summary>
    /// <value>Default 10,000.</value>
    [NumberRange(1, 1_000_000)]
    public int Peers { get; init; } = 10_000;

    /// <summary>Back-offs remembered for one topic.</summary>
    /// <value>Default 10,000.</value>
    [NumberRange(16, 1_000_000)]
    public int BackoffsPerTopic { get; init; } = 10_000;

    /// <summary>Message ids in an IHAVE, and ids asked of one peer between two heartbeats.</summary>
    /// <value>Default 5000 (go-libp2p-pubsub, MaxIHaveLength).</value>
    [NumberRange(1, 100_000)]
    public int IHaveLength { get; init; } = 5000;

    /// <summary>IHAVEs accepted from one peer between two heartbeats.</summary>
    /// <value>Default 10 (go-libp2p-pubsub, MaxIHaveMessages).</value>
    [NumberRange(1, 10_000)]
    public int IHaveMessages { get; init; } = 10;

    /// <summary>Message ids of IWANTs served to one peer between two heartbeats.</summary>
    /// <value>Default 5000: no peer can have been offered more.</value>
    [NumberRange(1, 100_000)]
    public int IWantLength { get; init; } = 5000;

    /// <summary>Message ids of IDONTWANTs accepted from one peer between two heartbeats (spec v1.2 max_idontwant_messages), and remembered of
    /// it at a time.</summary>
    /// <value>Default 1000 (go-libp2p-pubsub, MaxIDontWantMessages).</value>
    [NumberRange(0, 100_000)]
    public int IDontWantMessages { get; init; } = 1000;

    /// <summary>Promises by IWANT that are followed at the same time.</summary>
    /// <value>Default 50,000.</value>
    [NumberRange(16, 1_000_000)]
    public int Promises { get; init; } = 50_000;

    /// <summary>Messages whose validation is under way; further ones are dropped without penalty.</summary>
    /// <value>Default 8192.</value>
    [NumberRange(1, 1_000_000)]
    public int PendingValidations { get; init; } = 8192;

    /// <summary>The same for the messages of one peer.</summary>
    /// <value>Default 2048, so that one peer cannot fill the pipeline.</value>
    [NumberRange(1, 1_000_000)]
    public int PendingValidationsPerPeer { get; init; } = 2048;

    /// <summary>The size of all messages whose validation is under way; further ones are dropped without penalty.</summary>
    /// <value>Default 128 MiB.</value>
    [SizeRange("64 KiB", "16 GiB")]
    public DataSize PendingValidationSize { get; init; } = DataSize.FromMebibytes(128);

    /// <summary>The same for the messages of one peer.</summary>
    /// <value>Default 32 MiB, so that one peer cannot fill the pipeline.</value>
    [SizeRange("64 KiB", "16 GiB")]
    public DataSize PendingValidationSizePerPeer { get; init; } = DataSize.FromMebibytes(32);

    /// <summary>Messages that wait to be sent to one peer.</summary>
    /// <value>Default 8192.</value>
    [NumberRange(1, 1_000_000)]
    public int QueuedMessages { get; init; } = 8192;

    /// <summary>The data that waits to be sent to one peer.</summary>
    /// <value>Default 16 MiB.</value>
    [SizeRange("64 KiB", "1 GiB")]
    public DataSize QueuedSize { get; init; } = DataSize.FromMebibytes(16);

    /// <summary>The same over all peers, a message counted once for however many it waits. Beyond it only peers that have less than an equal
    /// share waiting get more.</summary>
    /// <value>Default 64 MiB.</value>
    [SizeRange("64 KiB", "64 GiB")]
    public DataSize QueuedSizeOfAll { get; init; } = DataSize.FromMebibytes(64);

    /// <summary>How long a message of our own may wait for a peer before it is dropped.</summary>
    /// <value>Default 5 s (rust-libp2p, publish_queue_duration).</value>
    [DurationRange("10 ms", "1 h")]
    public TimeSpan PublishQueueTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a forwarded message may wait for a peer before it is dropped.</summary>
    /// <value>Default 1 s (rust-libp2p, forward_queue_duration).</value>
    [DurationRange("10 ms", "1 h")]
    public TimeSpan ForwardQueueTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The largest signed record of a peer that is kept or passed on.</summary>
    /// <value>Default 4 KiB.</value>
    [SizeRange("128 B", "64 KiB")]
    public DataSize PeerRecordSize { get; init; } = DataSize.FromKibibytes(4);

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (MessageSize.Bytes + 1024 > RpcSize.Bytes)
            yield return "rpc-size must leave 1 KiB beyond message-size.";
        if (BatchSize > SentRpcSize)
            yield return "batch-size must not be above sent-rpc-size.";
        if (QueuedSize.Bytes < MessageSize.Bytes)
            yield return "queued-size must hold one message of message-size.";
        if (QueuedSizeOfAll.Bytes < QueuedSize.Bytes)
            yield return "queued-size-of-all must be at least queued-size.";
        if (Math.Min(PendingValidationSize.Bytes, PendingValidationSizePerPeer.Bytes) < MessageSize.Bytes + 1024)
            yield return "pending-validation-size and pending-validation-size-per-peer must hold one message of message-size, and 1 KiB.";
    }
}
