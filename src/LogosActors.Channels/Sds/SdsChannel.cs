using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Sds;

/// <summary>One participant of one channel: scalable data sync, with repair (SDS, docs/anoncomms/raw/sds.md of logos-lips).</summary>
/// <remarks>
/// <para>Pure: each input carries the time (Unix ms; what runs backwards stands still), random numbers come from the caller,
/// and what is to be done is taken with <see cref="TryTakeEffect"/>. Not safe for concurrent use.</para>
/// <para>Take all effects after each input: first store the events of all <see cref="SdsEffectKind.Persist"/> among them, then run
/// the others, then wait for <see cref="NextDeadline"/>. After a failure make another one, <see cref="Restore"/> the last
/// snapshot, <see cref="Apply"/> the events since, and <see cref="Begin"/>. A message is delivered when the event that says so is
/// stored: it is not delivered again then, whether or not the effect was run.</para>
/// <para>Every message that is taken for sending ends in one <see cref="SdsEffectKind.Acknowledged"/> or
/// <see cref="SdsEffectKind.GaveUp"/>: while it runs, <see cref="SdsOptions.LongestSend"/> after it was sent at the latest unless others of our messages are
/// acknowledged meanwhile, which shows that the receivers are only busy; what is held back is sent when others end. Every received message
/// that waits is delivered once all that it names has come, was rebuilt, or has counted as lost.</para>
/// <para>A newcomer's wait for what was before it is short: what it misses from the first message on and for
/// <see cref="SdsOptions.JoinTimeout"/> holds up nothing for longer than that, and messages older than its joining wait for nothing.</para>
/// <para>Where this is more than the specification asks for: messages in a burst carry no filter (<see cref="SdsOptions.FilterInterval"/>);
/// who only listens acknowledges soon (<see cref="PendingAcknowledgements"/>); sync messages also name what nobody names
/// (<see cref="UnnamedMessages"/>); a sparse filter is worth several full ones; two dialects are bridged (<see cref="DialectBridge"/>).</para>
/// <para>Everybody who can write into the channel can claim to have anything: a bloom filter or a history that lies ends retransmissions
/// that were needed. Then repair remains.</para>
/// </remarks>
internal sealed partial class SdsChannel
{
    static readonly Comparer<HeldMessage> Ordered = Comparer<HeldMessage>.Create(static (x, y) => SdsMessage.AgreedOrder.Compare(x.Message, y.Message));

    readonly string _channel;
    readonly string _participant;
    readonly SdsOptions _options;
    readonly Random _random;
    readonly Queue<SdsEffect> _effects = new();
    readonly LocalLog _log;
    readonly OldIds _old;
    readonly MetIds _met;
    readonly KeptMessages _kept;
    readonly UnnamedMessages _unnamed = new();
    readonly OutgoingBuffer _outgoing;
    readonly IncomingBuffer _incoming;
    readonly PriorityQueue<HeldMessage, HeldMessage> _ready = new(Ordered);
    readonly RepairRequests _requests;
    readonly RepairResponses _responses = new();
    readonly PendingAcknowledgements _acknowledgements;
    readonly DialectBridge _bridge;
    readonly RecentIds _ephemeral = new(1024);
    readonly List<HistoryEntry> _doubted = [];
    readonly RollingBloomFilter _bloom;
    // Of use to who sends: most channels are idle.
    List<OutgoingMessage>? _found;
    List<OutgoingMessage>? _missing;
    List<LogEntry> _lacked = [];
    List<LogEntry> _compared = [];
    RollingBloomFilter? _nimBloom;
    ulong _clock;
    long _now;
    bool _isLive;
    long? _joinedAt;
    long? _joinEnd;
    long _filterAt = long.MinValue;
    long _syncDue = long.MaxValue;
    long _repairSyncFrom;
    long _repairBeforeFrom;
    long _compareFrom;

    /// <param name="channelId">The channel.</param>
    /// <param name="participantId">Who we are in it; nobody else may go by it.</param>
    /// <param name="options">Validated here.</param>
    /// <param name="random">Delays and the ids of sync messages; needs not be secret.</param>
    /// <exception cref="ArgumentException">The options do not go together.</exception>
    public SdsChannel(string channelId, string participantId, SdsOptions options, Random random)
    {
        _channel = channelId;
        _participant = participantId;
        _options = options.EnsureValid();
        _random = random;
        _log = new LocalLog(options.LogCapacity);
        _old = new OldIds(options.MaxOldIds);
        _met = new MetIds(options.MaxMissing);
        _kept = new KeptMessages(options.MaxKept, options.MaxKeptSize.Bytes);
        _outgoing = new OutgoingBuffer(options.MaxOutgoing, options.MaxOutgoingSize.Bytes, options.MaxInFlight, options.MaxInFlightSize.Bytes);
        _incoming = new IncomingBuffer(options.MaxIncoming, options.MaxIncomingSize.Bytes, options.MaxMissing);
        _requests = new RepairRequests(participantId, Ms(options.RepairMinDelay), Ms(options.RepairMaxDelay));
        _acknowledgements = new PendingAcknowledgements(Math.Max(1, Math.Min(options.BloomCapacity, Math.Min(options.MaxOutgoing, options.MaxInFlight)) / 4), options.MaxInFlightSize.Bytes / 4, Ms(options.AcknowledgementDelay), random);
        _bridge = new DialectBridge(random);
        _bloom = new RollingBloomFilter(new BloomParameters(options.BloomCapacity, options.BloomErrorRate));
    }

    /// <summary>Whether there is room for what a message carries, that nobody waits for: else its sender has to send it again.</summary>
    public Predicate<SdsMessage> Admits { get; init; } = static _ => true;

    /// <summary>How far the wall clock is ahead of the time of the inputs, in ms: logical clocks go by it, and nothing waits for it.</summary>
    public long WallLead { get; set; }

    /// <summary>When we joined, by the wall clock, in Unix ms.</summary>
    public long JoinedAt => _joinedAt ?? Wall;

    /// <summary>What it has come across.</summary>
    public SdsCounters Counters { get; } = new();

    /// <summary>How many of our messages are neither acknowledged nor given up.</summary>
    public int Unacknowledged => _outgoing.Count;

    /// <summary>How many received messages wait for others.</summary>
    public int Waiting => _incoming.Count;

    /// <summary>How many messages are waited for, or were named by sync messages and have not come.</summary>
    public int Awaited => _incoming.Awaited;

    /// <summary>The logical clock: the time of the latest message sent or delivered.</summary>
    public ulong Clock => _clock;

    /// <summary>The messages that were sent and delivered, in the order that all participants agree on; at most <see cref="SdsOptions.LogCapacity"/>.</summary>
    public IEnumerable<LogEntry> Log => _log.Entries;

    /// <summary>When to call <see cref="Tick"/> next, if nothing else happens, in Unix ms; <see cref="long.MaxValue"/>: never.</summary>
    public long NextDeadline
    {
        get
        {
            var next = Math.Min(Math.Min(_outgoing.Next, _incoming.Next), Math.Min(_responses.Next, _bridge.Next));
            return Math.Min(next, NextSync);
        }
    }

    /// <summary>Takes the next thing to do. Running one may be an input itself.</summary>
    public bool TryTakeEffect(out SdsEffect effect) => _effects.TryDequeue(out effect);

    /// <summary>Begins, or goes on after a restart: unacknowledged messages, missing ones and acknowledgements get their time again. Call it once, before
    /// any other input.</summary>
    public void Begin(long now)
    {
        Advance(now);
        if (_joinedAt is null)
            Record(new SdsEvent.Joined(Wall));
        // What was stored by a clock that was ahead is no longer than it would be now.
        _joinEnd = _joinEnd is { } end ? Math.Min(end, _now + Ms(_options.JoinTimeout)) : null;
        ResumeOutgoing();
        _isLive = true;
        BelieveNoFuture();
        foreach (var dependency in _incoming.Missing)
            LookFor(dependency);
        foreach (var entry in _log.Entries.TakeLast(100))
            _bridge.HeardBefore(entry.Heard, _now);
        SyncLater();
        if (_log.Count > 0 || _incoming.Count > 0)
            _acknowledgements.BecomeDue(_now);
        DeliverReady();
    }

    /// <summary>Time has passed. Earlier than <see cref="NextDeadline"/> it does nothing.</summary>
    public void Tick(long now)
    {
        Advance(now);
        RetransmitDue();
        LetGo();
        SeeAboutMissing();
        RepairDue();
        BridgeDue();
        SyncIfDue();
    }

    static long Ms(TimeSpan time) => (long)time.TotalMilliseconds;

    long Wall => Math.Max(0, _now + WallLead);

    void Advance(long now)
    {
        _now = Math.Max(_now, now);
        if (_isLive)
            BelieveNoFuture();
    }

    /// <summary>We cannot have joined later than now: the clock was ahead then. What others say now would be taken to be from before.</summary>
    void BelieveNoFuture()
    {
        if (_joinedAt > Wall)
            Record(new SdsEvent.Joined(Wall));
    }

    void Record(SdsEvent change)
    {
        Apply(change);
        _effects.Enqueue(new SdsEffect(SdsEffectKind.Persist, Event: change));
    }

    RollingBloomFilter BloomIn(SdsDialect dialect) =>
        dialect is SdsDialect.Specification ? _bloom : _nimBloom ??= _bloom.In(SdsDialect.Nim);
}
