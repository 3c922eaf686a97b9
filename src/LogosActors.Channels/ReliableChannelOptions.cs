using System.Text;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p;

namespace LogosActors.Channels;

/// <summary>Settings of a reliable channel (reliable channel text, <c>ReliableChannelConfig</c>). Immutable.</summary>
public sealed record ReliableChannelOptions
{
    /// <summary>The longest channel id and sender id, in bytes of UTF-8.</summary>
    public const int MaxIdLength = 256;

    // Immutable, and the same for all of thousands of channels.
    static readonly SegmentationOptions DefaultSegmentation = new();
    static readonly SdsOptions DefaultSds = new();
    static readonly RateLimitOptions DefaultRateLimit = new();

    /// <summary>Names the channel for all who take part in it.</summary>
    /// <value>1 – <see cref="MaxIdLength"/> bytes.</value>
    public required string ChannelId { get; init => field = CheckId(value, nameof(ChannelId)); }

    /// <summary>The content topic on which the channel's messages travel. Several channels may share one.</summary>
    public required string ContentTopic
    {
        get;
        init => field = Delivery.Topics.ContentTopic.TryParse(value, out _, out var problem) ? value : throw new ArgumentException(problem, nameof(ContentTopic));
    }

    /// <summary>Names this participant, to whom only its own acknowledgements do not count. It should be the same after a restart, and nobody
    /// else's.</summary>
    /// <value>1 – <see cref="MaxIdLength"/> bytes. Default null: the node's peer id.</value>
    public string? SenderId { get; init => field = value is null ? null : CheckId(value, nameof(SenderId)); }

    /// <summary>How messages are cut.</summary>
    public SegmentationOptions Segmentation { get; init => field = value.Validated(); } = DefaultSegmentation;

    /// <summary>How messages are acknowledged, ordered and found again.</summary>
    public SdsOptions Sds { get; init => field = value.EnsureValid(); } = DefaultSds;

    /// <summary>How much is sent.</summary>
    public RateLimitOptions RateLimit { get; init; } = DefaultRateLimit;

    /// <summary>Encrypts what is sent; null: it is plaintext.</summary>
    /// <value>Default null.</value>
    public IEncryption? Encryption { get; init; }

    /// <summary>How long <see cref="Encryption"/> may take for one chunk.</summary>
    /// <value>Default 30 s. Range 1 ms – 1 h.</value>
    public TimeSpan EncryptionTimeout
    {
        get;
        init => field = OptionRange.Check(value, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
    } = TimeSpan.FromSeconds(30);

    /// <summary>Where the channel keeps what must survive.</summary>
    /// <value>Default in memory (reliable channel text, <c>historyBackend</c>).</value>
    public HistoryBackend HistoryBackend { get; init; } = HistoryBackend.Memory;

    /// <summary>How many bytes of what has come may wait to be handled; what is over it is dropped, counted, and asked for again.</summary>
    /// <value>Default 16 MiB. Range 1 MiB – 1 GiB.</value>
    public int MaxIncomingBytes { get; init => field = OptionRange.Check(value, 1 << 20, 1 << 30); } = 16 << 20;

    /// <summary>How many events wait for one reader that is slow; further ones are lost to it, and counted.</summary>
    /// <value>Default 65,536. Range 1 – 16,777,216.</value>
    public int EventCapacity { get; init => field = OptionRange.Check(value, 1, 1 << 24); } = 65_536;

    /// <summary>Called with the channel before anything happens in it: handlers that are attached and enumerations that are begun here miss
    /// nothing, not even what is raised again after a restart.</summary>
    /// <value>Default null. What it throws ends the opening.</value>
    public Action<ReliableChannel>? Opening { get; init; }

    static string CheckId(string id, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(id, name);
        return Encoding.UTF8.GetByteCount(id) <= MaxIdLength ? id : throw new ArgumentException($"{name} is longer than {MaxIdLength} bytes.", name);
    }
}
