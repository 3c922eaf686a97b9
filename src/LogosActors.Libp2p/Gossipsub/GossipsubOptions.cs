using System.Reflection;
using LogosActors.Configuration;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Every parameter of the gossipsub router. "Spec v1.x" are the gossipsub specifications of libp2p.</summary>
public sealed record GossipsubOptions : IValidatedOptions
{
    /// <summary>The protocol ids, the preferred first.</summary>
    public IReadOnlyList<GossipsubProtocol> Protocols { get; init; } =
    [
        new() { Id = "/meshsub/1.2.0", Version = GossipsubVersion.V12 },
        new() { Id = "/meshsub/1.1.0", Version = GossipsubVersion.V11 },
        new() { Id = "/meshsub/1.0.0", Version = GossipsubVersion.V10 },
    ];

    /// <summary>Which messages must be signed.</summary>
    /// <value>Default strict-sign (pubsub README §Message Signing).</value>
    public SignaturePolicy Signatures { get; init; } = SignaturePolicy.StrictSign;

    /// <summary>How a message's id is made.</summary>
    /// <value>Default author-and-sequence (pubsub README §Message Identification).</value>
    public MessageIdFunction MessageId { get; init; } = MessageIdFunction.AuthorAndSequence;

    /// <summary>D: the wanted number of peers in a topic's mesh.</summary>
    /// <value>Default 6 (spec v1.0 §Parameters).</value>
    [NumberRange(0, 100)]
    public int D { get; init; } = 6;

    /// <summary>D_low: with fewer peers than this a mesh is filled up to <see cref="D"/>.</summary>
    /// <value>Default 4 (spec v1.0).</value>
    [NumberRange(0, 100)]
    public int DLow { get; init; } = 4;

    /// <summary>D_high: with more peers than this a mesh is pruned to <see cref="D"/>.</summary>
    /// <value>Default 12 (spec v1.0).</value>
    [NumberRange(0, 200)]
    public int DHigh { get; init; } = 12;

    /// <summary>D_score: how many of the best peers survive a pruning.</summary>
    /// <value>Default 4 (spec v1.1 §Overview of New Parameters: 4 or 5).</value>
    [NumberRange(0, 100)]
    public int DScore { get; init; } = 4;

    /// <summary>D_out: how many peers of a mesh we have dialled ourselves.</summary>
    /// <value>Default 2 (spec v1.1): below D_low and at most D/2.</value>
    [NumberRange(0, 50)]
    public int DOut { get; init; } = 2;

    /// <summary>D_lazy: the fewest peers that gossip goes to.</summary>
    /// <value>Default 6 (spec v1.0).</value>
    [NumberRange(0, 100)]
    public int DLazy { get; init; } = 6;

    /// <summary>The share of the peers outside the mesh that gossip goes to.</summary>
    /// <value>Default 0.25 (spec v1.1 §Adaptive Gossip Dissemination).</value>
    [NumberRange(0, 1)]
    public double GossipFactor { get; init; } = 0.25;

    /// <summary>The time between two heartbeats.</summary>
    /// <value>Default 1 s (spec v1.0). Range 10 ms – 1 min.</value>
    [DurationRange("10 ms", "1 m")]
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>mcache_len: how many heartbeats a message can be asked for.</summary>
    /// <value>Default 5 heartbeats (spec v1.0).</value>
    [NumberRange(1, 100)]
    public int HistoryLength { get; init; } = 5;

    /// <summary>mcache_gossip: how many heartbeats a message is gossiped about.</summary>
    /// <value>Default 3 heartbeats (spec v1.0).</value>
    [NumberRange(1, 100)]
    public int HistoryGossip { get; init; } = 3;

    /// <summary>The most data that <see cref="HistoryLength"/> heartbeats hold; the oldest messages give way.</summary>
    /// <value>Default 128 MiB.</value>
    [SizeRange("1 MiB", "64 GiB")]
    public DataSize HistorySize { get; init; } = DataSize.FromMebibytes(128);

    /// <summary>How long the peers of a topic that we only publish to are kept.</summary>
    /// <value>Default 60 s (spec v1.0, fanout_ttl).</value>
    [DurationRange("1 s", "1 d")]
    public TimeSpan FanoutTtl { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a message is known as a duplicate.</summary>
    /// <value>Default 120 s (spec v1.0, seen_ttl).</value>
    [DurationRange("1 s", "1 d")]
    public TimeSpan SeenTtl { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How many messages are known as duplicates (about 70 bytes each); the oldest give way.</summary>
    /// <value>Default 1,000,000.</value>
    [NumberRange(1024, 50_000_000)]
    public int SeenCapacity { get; init; } = 1_000_000;

    /// <summary>How long a pruned peer is not grafted again.</summary>
    /// <value>Default 60 s (spec v1.1 §Overview of New Parameters).</value>
    [DurationRange("1 s", "1 h")]
    public TimeSpan PruneBackoff { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The same after we have left the topic.</summary>
    /// <value>Default 10 s (go-libp2p-pubsub, UnsubscribeBackoff).</value>
    [DurationRange("1 s", "1 h")]
    public TimeSpan UnsubscribeBackoff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How much longer we wait than the back-off says.</summary>
    /// <value>Default 1 s: one heartbeat (spec v1.1 §PRUNE Backoff, "some slack").</value>
    [DurationRange("0 ms", "1 m")]
    public TimeSpan BackoffSlack { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A GRAFT within this time after a PRUNE is penalised twice.</summary>
    /// <value>Default 10 s (go-libp2p-pubsub, GraftFloodThreshold).</value>
    [DurationRange("0 ms", "1 h")]
    public TimeSpan GraftFloodThreshold { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether our own messages go to all peers of the topic.</summary>
    /// <value>Default true (spec v1.1 §Flood Publishing).</value>
    public bool FloodPublish { get; init; } = true;

    /// <summary>How many peers a PRUNE offers, and how many of a PRUNE's we connect to.</summary>
    /// <value>Default 16 (go-libp2p-pubsub, PrunePeers); larger than D_high. Zero: no peer exchange is sent.</value>
    [NumberRange(0, 64)]
    public int PrunePeers { get; init; } = 16;

    /// <summary>How often meshes are checked for opportunistic grafting.</summary>
    /// <value>Default 60 s (spec v1.1 §Opportunistic Grafting).</value>
    [DurationRange("1 s", "1 h")]
    public TimeSpan OpportunisticGraftInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many peers are grafted then.</summary>
    /// <value>Default 2 (spec v1.1).</value>
    [NumberRange(0, 20)]
    public int OpportunisticGraftPeers { get; init; } = 2;

    /// <summary>How often lost explicit peers are dialled again.</summary>
    /// <value>Default 5 min (spec v1.1 §Explicit Peering Agreements).</value>
    [DurationRange("1 s", "1 h")]
    public TimeSpan DirectConnectInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a peer has to send what it announced in an IHAVE.</summary>
    /// <value>Default 3 s (go-libp2p-pubsub, IWantFollowupTime).</value>
    [DurationRange("10 ms", "1 m")]
    public TimeSpan IWantFollowupTime { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How often one peer is sent the same message on its IWANT.</summary>
    /// <value>Default 3 times (go-libp2p-pubsub, GossipRetransmission).</value>
    [NumberRange(1, 255)]
    public int GossipRetransmission { get; init; } = 3;

    /// <summary>The size from which a message is announced by IDONTWANT.</summary>
    /// <value>Default 1 KiB (go-libp2p-pubsub, IDontWantMessageThreshold).</value>
    [SizeRange("0 B", "16 MiB")]
    public DataSize IDontWantThreshold { get; init; } = DataSize.FromKibibytes(1);

    /// <summary>How many heartbeats a peer's IDONTWANT is remembered.</summary>
    /// <value>Default 3 heartbeats (go-libp2p-pubsub, IDontWantMessageTTL).</value>
    [NumberRange(1, 100)]
    public int IDontWantTtl { get; init; } = 3;

    /// <summary>How peers are scored.</summary>
    public PeerScoreOptions Score { get; init; } = new();

    /// <summary>How much of everything is accepted, kept and queued.</summary>
    public GossipsubLimits Limits { get; init; } = new();

    /// <inheritdoc/>
    public IEnumerable<string> Validate()
    {
        if (Protocols.Count == 0)
            yield return "protocols must name at least one protocol.";
        if (DLow > D)
            yield return "d-low must not be above d.";
        if (D > DHigh)
            yield return "d must not be above d-high.";
        if (DScore > D)
            yield return "d-score must not be above d.";
        if (DOut > 0 && (DOut >= DLow || DOut > D / 2))
            yield return "d-out must be below d-low and at most half of d (gossipsub v1.1).";
        if (HistoryGossip > HistoryLength)
            yield return "history-gossip must not be above history-length.";
        if (SeenTtl < HeartbeatInterval * HistoryLength)
            yield return "seen-ttl must cover history-length heartbeats, or gossip brings old messages back.";
        if (MessageId is MessageIdFunction.AuthorAndSequence && Signatures is not SignaturePolicy.StrictSign)
            yield return "message-id = author-and-sequence needs signatures = strict-sign.";
    }

    /// <summary>Checks ranges and rules of options that were made in code rather than bound.</summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message names it.</exception>
    internal GossipsubOptions EnsureValid()
    {
        Check("gossipsub", this);
        Check("gossipsub:score", Score);
        Check("gossipsub:limits", Limits);
        foreach (var (topic, parameters) in Score.Topics)
            Check($"gossipsub:score:topics:{topic}", parameters);
        if (Score.DefaultTopic is { } defaults)
            Check("gossipsub:score:default-topic", defaults);
        return this;
    }

    static void Check(string section, IValidatedOptions options)
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetCustomAttribute<SettingRangeAttribute>() is { } range && property.GetValue(options) is { } value && !range.Contains(value))
                throw new ArgumentException($"{section}: {property.Name} is {value}; expected {range}.", nameof(options));
        }
        if (options.Validate().FirstOrDefault() is { } broken)
            throw new ArgumentException($"{section}: {broken}", nameof(options));
    }
}
