using LogosActors.Channels.Sds.Bloom;
using LogosActors.Configuration;
using LogosActors.Libp2p;

namespace LogosActors.Channels;

/// <summary>How a channel's participants keep each other complete: scalable data sync (SDS).</summary>
/// <remarks>
/// The defaults of RELIABLE-CHANNEL-API where it has some (<c>DefaultSdsConfig</c>), else the specification's. Participants need not agree on
/// them, but for the bloom filter's two parameters and, with repair, the number of response groups.
/// </remarks>
public sealed record SdsOptions
{
    /// <summary>How long a message waits for its acknowledgement before it is sent again.</summary>
    /// <value>Default 5 s (RELIABLE-CHANNEL-API, <c>acknowledgementTimeoutMs</c>). Range 100 ms – 1 h.</value>
    public TimeSpan AcknowledgementTimeout { get; init => field = OptionRange.Check(value, TimeSpan.FromMilliseconds(100), Hour); } = TimeSpan.FromSeconds(5);

    /// <summary>How long a message that is possibly acknowledged waits for certainty before it is sent again (SDS §Periodic Outgoing Buffer
    /// Sweep: distinct periods).</summary>
    /// <value>Default 15 s: three times <see cref="AcknowledgementTimeout"/>. Range 100 ms – 1 h.</value>
    public TimeSpan PossiblyAcknowledgedTimeout { get; init => field = OptionRange.Check(value, TimeSpan.FromMilliseconds(100), Hour); } = TimeSpan.FromSeconds(15);

    /// <summary>How often a message is sent again before its sender gives up.</summary>
    /// <value>Default 5 (RELIABLE-CHANNEL-API, <c>maxRetransmissions</c>). Range 0 – 100.</value>
    public int MaxRetransmissions { get; init => field = OptionRange.Check(value, 0, 100); } = 5;

    /// <summary>How long a message waits for its acknowledgement after it was sent for the last time, before its sender gives up.</summary>
    /// <value>Default 30 s: so long a quiet js-waku may say nothing (<c>DEFAULT_SYNC_MIN_INTERVAL_MS</c>). Range 100 ms – 1 h; no less than the
    /// waits before counts.</value>
    public TimeSpan LastTimeout { get; init => field = OptionRange.Check(value, TimeSpan.FromMilliseconds(100), Hour); } = TimeSpan.FromSeconds(30);

    /// <summary>How many bloom filters must hold a message before it counts as acknowledged, when one alone is too full to decide.</summary>
    /// <value>Default 2 (js-waku <c>DEFAULT_POSSIBLE_ACKS_THRESHOLD</c>). Range 1 – 100.</value>
    public int PossibleAcknowledgements { get; init => field = OptionRange.Check(value, 1, 100); } = 2;

    /// <summary>How many preceding messages a message names.</summary>
    /// <value>Default 2 (RELIABLE-CHANNEL-API, <c>causalHistorySize</c>; SDS §Send Message). Range 1 – 1000.</value>
    public int CausalHistorySize { get; init => field = OptionRange.Check(value, 1, MaxCausalHistorySize); } = 2;

    /// <summary>How many ids a bloom filter is made for.</summary>
    /// <value>Default 10,000 (js-waku <c>DEFAULT_BLOOM_FILTER_OPTIONS</c>, nim-sds). Range 1 – what makes a filter of 64 KiB.</value>
    public int BloomCapacity { get; init => field = OptionRange.Check(value, 1, 1_000_000); } = 10_000;

    /// <summary>How often a full bloom filter is wrong.</summary>
    /// <value>Default 0.001 (js-waku, nim-sds). Range 0.000,001 – 0.5.</value>
    public double BloomErrorRate { get; init => field = OptionRange.Check(value, BloomParameters.MinErrorRate, BloomParameters.MaxErrorRate); } = 0.001;

    /// <summary>The least time between two messages of ours that carry a bloom filter, sync messages aside: a filter has 18 KiB.</summary>
    /// <value>Default 1 s. 0: every message carries one, as the specification has it (SDS §Send Message). Range 0 – 1 h.</value>
    public TimeSpan FilterInterval { get; init => field = OptionRange.Check(value, TimeSpan.Zero, Hour); } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait before what was received is acknowledged, if nothing else is sent and nobody else has done it.</summary>
    /// <value>Default 1.5 s: some are heard before <see cref="AcknowledgementTimeout"/> is over. Range 10 ms – 1 h, and below that one.</value>
    public TimeSpan AcknowledgementDelay { get; init => field = OptionRange.Check(value, TimeSpan.FromMilliseconds(10), Hour); } = TimeSpan.FromSeconds(1.5);

    /// <summary>How often one participant of a quiet channel says what it has.</summary>
    /// <value>Default 30 s (js-waku <c>DEFAULT_SYNC_MIN_INTERVAL_MS</c>, nim-sds <c>DefaultSyncMessageInterval</c>). Range 1 s – 1 day.</value>
    public TimeSpan SyncInterval { get; init => field = OptionRange.Check(value, TimeSpan.FromSeconds(1), Day); } = TimeSpan.FromSeconds(30);

    /// <summary>By how much of <see cref="SyncInterval"/> each wait is shorter or longer, at random.</summary>
    /// <value>Default 0.5. Range 0 – 1.</value>
    public double SyncJitter { get; init => field = OptionRange.Check(value, 0, 1); } = 0.5;

    /// <summary>Whether participants ask each other for what they miss (SDS §SDS Repair).</summary>
    /// <value>Default true (js-waku, nim-sds).</value>
    public bool Repair { get; init; } = true;

    /// <summary>The least wait before others are asked for a message (T_min).</summary>
    /// <value>Default 30 s (SDS §SDS-R global state). Range 0 – 1 day.</value>
    public TimeSpan RepairMinDelay { get; init => field = OptionRange.Check(value, TimeSpan.Zero, Day); } = TimeSpan.FromSeconds(30);

    /// <summary>The longest wait before others are asked for a message, and before they are answered (T_max).</summary>
    /// <value>Default 300 s (SDS §SDS-R global state: 120 – 600 s; nim-sds <c>DefaultRepairTMax</c>). Range 1 ms – 1 day, and above <see cref="RepairMinDelay"/>.</value>
    public TimeSpan RepairMaxDelay { get; init => field = OptionRange.Check(value, TimeSpan.FromMilliseconds(1), Day); } = TimeSpan.FromSeconds(300);

    /// <summary>Into how many groups the participants are divided, of which one answers a request.</summary>
    /// <value>Default 1; about one for every 128 participants (SDS §SDS-R global state). Range 1 – 1,000,000.</value>
    public int ResponseGroups { get; init => field = OptionRange.Check(value, 1, 1_000_000); } = 1;

    /// <summary>How many messages one message asks for.</summary>
    /// <value>Default 3 (SDS §SDS-R send message). Range 1 – 100.</value>
    public int MaxRepairRequests { get; init => field = OptionRange.Check(value, 1, 100); } = 3;

    /// <summary>The least time between two sync messages that are sent only to ask for messages.</summary>
    /// <value>Default 5 s (nim-sds <c>DefaultRepairSweepInterval</c>). Range 10 ms – 1 h.</value>
    public TimeSpan RepairSweepInterval { get; init => field = OptionRange.Check(value, TimeSpan.FromMilliseconds(10), Hour); } = TimeSpan.FromSeconds(5);

    /// <summary>How long a missing message holds up those that came after it, before it counts as lost.</summary>
    /// <value>Default 10 min: <see cref="RepairMaxDelay"/> for the request and as much for the answer. Range 1 s – 30 days.</value>
    public TimeSpan DependencyTimeout { get; init => field = OptionRange.Check(value, TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)); } = TimeSpan.FromMinutes(10);

    /// <summary>The same for one who has just joined: what is missing then is most likely from before.</summary>
    /// <value>Default 10 s: twice <see cref="AcknowledgementTimeout"/>. Range 0 – 30 days; no more than <see cref="DependencyTimeout"/> counts.</value>
    public TimeSpan JoinTimeout { get; init => field = OptionRange.Check(value, TimeSpan.Zero, TimeSpan.FromDays(30)); } = TimeSpan.FromSeconds(10);

    /// <summary>The wait before a missing message is looked for in a store; each further one is twice as long, up to a minute.</summary>
    /// <value>Default 1 s: what is only out of order comes by itself. Range 0 – 1 h.</value>
    public TimeSpan RetrievalDelay { get; init => field = OptionRange.Check(value, TimeSpan.Zero, Hour); } = TimeSpan.FromSeconds(1);

    /// <summary>How far ahead of our clock a message's time may be; others are refused, so that nobody drives the channel's clock away.</summary>
    /// <value>Default 7 days. Range 1 s – 365 days. The channel's clock runs ahead of ours when more than 1000 messages are sent in a second, by a ms
    /// for each: at 20,000 a second it takes 8 hours to be that far.</value>
    public TimeSpan MaxLamportLead { get; init => field = OptionRange.Check(value, TimeSpan.FromSeconds(1), TimeSpan.FromDays(365)); } = TimeSpan.FromDays(7);

    /// <summary>How many messages may be unacknowledged at a time.</summary>
    /// <value>Default 10,000. Range 1 – 1,000,000.</value>
    public int MaxOutgoing { get; init => field = OptionRange.Check(value, 1, 1_000_000); } = 10_000;

    /// <summary>How large the unacknowledged messages may be together.</summary>
    /// <value>Default 64 MiB. Range 1 KiB – 16 GiB.</value>
    public DataSize MaxOutgoingSize { get; init => field = OptionRange.Check(value, DataSize.FromKibibytes(1), DataSize.FromMebibytes(16 * 1024)); } = DataSize.FromMebibytes(64);

    /// <summary>How many messages may be sent and unacknowledged at a time; what is over it waits as for <see cref="MaxInFlightSize"/>.</summary>
    /// <remarks>From the oldest of them to the newest that was sent there are at most twice as many, acknowledged ones among them, and twice
    /// <see cref="MaxInFlightSize"/>: all of those wait at a receiver that lacks the oldest.</remarks>
    /// <value>Default 1000: half of what a receiver lets wait of one sender (a quarter of <see cref="MaxIncoming"/>), so that it refuses nothing however the
    /// network mixes them up. Range 1 – 1,000,000.</value>
    public int MaxInFlight { get; init => field = OptionRange.Check(value, 1, 1_000_000); } = 1000;

    /// <summary>How large the messages may be together that have been sent and are unacknowledged, with 256 bytes for each name in them; what is over it waits for their acknowledgement,
    /// or until one of them is given up: then nobody is there who could be overrun.</summary>
    /// <value>Default 8 MiB: half of what a receiver lets wait (<see cref="ReliableChannelOptions.MaxIncomingBytes"/>), so that it drops nothing. Range
    /// 1 KiB – 16 GiB; one message goes out in any case.</value>
    public DataSize MaxInFlightSize { get; init => field = OptionRange.Check(value, DataSize.FromKibibytes(1), DataSize.FromMebibytes(16 * 1024)); } = DataSize.FromMebibytes(8);

    /// <summary>How long a message is sent again, at most, beyond <see cref="MaxRetransmissions"/>, while others of its sender are acknowledged: the receivers
    /// are there and busy.</summary>
    /// <value>Default 1 h. 0: the number of retransmissions alone counts. Range 0 – 30 days.</value>
    public TimeSpan MaxPatience { get; init => field = OptionRange.Check(value, TimeSpan.Zero, TimeSpan.FromDays(30)); } = Hour;

    /// <summary>How many received messages may wait for what came before them; a quarter of them from one sender. What others wait for comes on
    /// top, at most <see cref="MaxMissing"/>.</summary>
    /// <value>Default 8000: 2000 from one sender, twice <see cref="MaxInFlight"/>, as what waits is acknowledged and more follows. Range 4 – 1,000,000.</value>
    public int MaxIncoming { get; init => field = OptionRange.Check(value, 4, 1_000_000); } = 8000;

    /// <summary>How large the waiting messages may be together, with 256 bytes for each name in them; a quarter of it from one sender.</summary>
    /// <value>Default 64 MiB. Range 4 KiB – 16 GiB.</value>
    public DataSize MaxIncomingSize { get; init => field = OptionRange.Check(value, DataSize.FromKibibytes(4), DataSize.FromMebibytes(16 * 1024)); } = DataSize.FromMebibytes(64);

    /// <summary>How many missing messages are waited for at a time; a quarter of them that one sender has named.</summary>
    /// <value>Default 20,000: 5000 that one sender has named, more than wait of it and are on their way. Range 4 – 1,000,000.</value>
    public int MaxMissing { get; init => field = OptionRange.Check(value, 4, 1_000_000); } = 20_000;

    /// <summary>How many messages' ids, senders and retrieval hints the local log holds.</summary>
    /// <value>Default 10,000 (js-waku <c>DEFAULT_MAX_LENGTH</c>): some 4 MB. Range 1 – 10,000,000, and not below <see cref="CausalHistorySize"/>.</value>
    public int LogCapacity { get; init => field = OptionRange.Check(value, 1, 10_000_000); } = 10_000;

    /// <summary>How many messages that have left the local log are known to have been there, so that none comes twice.</summary>
    /// <value>Default 100,000: up to 6 MB. Range 0 – 10,000,000.</value>
    public int MaxOldIds { get; init => field = OptionRange.Check(value, 0, 10_000_000); } = 100_000;

    /// <summary>How many whole messages are kept for others who may miss them.</summary>
    /// <value>Default 5000: more than are acknowledged before a receiver stands still behind one that it lacks, four times <see cref="MaxInFlight"/> (nim-sds has 1000,
    /// <c>DefaultMaxMessageHistory</c>). Range 0 – 1,000,000.</value>
    public int MaxKept { get; init => field = OptionRange.Check(value, 0, 1_000_000); } = 5000;

    /// <summary>How large the messages are that are kept, together.</summary>
    /// <value>Default 8 MiB. Range 0 – 16 GiB.</value>
    public DataSize MaxKeptSize { get; init => field = OptionRange.Check(value, default, DataSize.FromMebibytes(16 * 1024)); } = DataSize.FromMebibytes(8);

    /// <summary>The most preceding messages that a message may name, here and in what is received.</summary>
    internal const int MaxCausalHistorySize = 1000;

    static TimeSpan Hour => TimeSpan.FromHours(1);

    static TimeSpan Day => TimeSpan.FromDays(1);

    /// <summary>Until when a message has ended for certain, counted from its sending: acknowledged or given up.</summary>
    /// <remarks>105 s by default, unless others of its sender are acknowledged meanwhile (<see cref="MaxPatience"/>). Each <c>Postpone</c> of its owner comes on
    /// top, and as much again for a message that waits because of <see cref="MaxInFlight"/> or <see cref="MaxInFlightSize"/>.</remarks>
    internal TimeSpan LongestSend
    {
        get
        {
            var longest = PossiblyAcknowledgedTimeout > AcknowledgementTimeout ? PossiblyAcknowledgedTimeout : AcknowledgementTimeout;
            return (MaxRetransmissions * longest) + (LastTimeout > longest ? LastTimeout : longest);
        }
    }

    /// <summary>The options, if they go together.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    internal SdsOptions EnsureValid()
    {
        _ = new BloomParameters(BloomCapacity, BloomErrorRate);
        if (RepairMaxDelay <= RepairMinDelay)
            throw new ArgumentException($"{nameof(RepairMaxDelay)} must be above {nameof(RepairMinDelay)}.");
        if (AcknowledgementDelay >= AcknowledgementTimeout)
            throw new ArgumentException($"{nameof(AcknowledgementDelay)} must be below {nameof(AcknowledgementTimeout)}: others would send again what has arrived.");
        if (LogCapacity < CausalHistorySize)
            throw new ArgumentException($"{nameof(LogCapacity)} must not be below {nameof(CausalHistorySize)}.");
        return this;
    }
}
