using System.Security.Cryptography;
using System.Text;
using LogosActors.Channels;
using LogosActors.Channels.Sds;
using LogosActors.Interop.Tests.Peers;

namespace LogosActors.Interop.Tests.Channels.Conversations;

/// <summary>A channel between participants of ours and of @waku/sds, in virtual time: what one sends comes to all others, as a test decides.</summary>
internal sealed class SdsNetwork
{
    public const string Channel = "lobby";

    /// <summary>When it begins, in Unix ms.</summary>
    public const long Start = 1_800_000_000_000;

    /// <summary>How long a test waits for anything, in virtual ms.</summary>
    const long Patience = 60 * 60 * 1000;

    readonly JsSdsPeer _peer;
    readonly PriorityQueue<Func<Task>, (long At, long Order)> _agenda = new();
    readonly List<IParticipant> _participants = [];
    readonly List<SdsPacket> _sent = [];
    readonly Dictionary<string, byte[]> _store = new(StringComparer.Ordinal);
    long _theirClock;
    long _order;

    public SdsNetwork(JsSdsPeer peer, int seed = 1) => (_peer, Random) = (peer, new Random(seed));

    public Random Random { get; }

    /// <summary>In Unix ms.</summary>
    public long Now { get; private set; } = Start;

    /// <summary>After how many ms a packet comes to somebody; none: it is lost.</summary>
    public Func<SdsPacket, IParticipant, int[]> Delays { get; set; } = static (_, _) => [0];

    /// <summary>Whether there is a store that has everything that was sent, in the form in which it was sent first.</summary>
    public bool HasStore { get; init; }

    /// <summary>What was sent.</summary>
    public IReadOnlyList<SdsPacket> Sent => _sent;

    /// <summary>A message's id, as @waku/sds makes it.</summary>
    public static string IdOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>How the network knows a message.</summary>
    public static byte[] HintOf(string id) => SHA256.HashData(Encoding.UTF8.GetBytes(id));

    /// <summary>A participant of ours joins.</summary>
    /// <param name="id">Its sender id.</param>
    /// <param name="options">Null: the defaults, but that it was there from the beginning.</param>
    /// <param name="only">The one dialect that it knows; null: both.</param>
    public OurParticipant JoinOurs(string id, SdsOptions? options = null, SdsDialect? only = null)
    {
        options ??= new SdsOptions();
        var participant = new OurParticipant(this, id, options with { JoinTimeout = options.DependencyTimeout }, only);
        _participants.Add(participant);
        return participant;
    }

    /// <summary>A participant of @waku/sds joins.</summary>
    public async Task<TheirParticipant> JoinTheirsAsync(string id, JsSdsOptions? options = null)
    {
        await SetTheirClockAsync();
        var participant = new TheirParticipant(this, id, await _peer.JoinAsync(Channel, id, options));
        _participants.Add(participant);
        return participant;
    }

    /// <summary>Sends to all others.</summary>
    public void Broadcast(SdsPacket packet)
    {
        _sent.Add(packet);
        var hint = HintOf(packet.MessageId);
        if (packet.Kind is not (TransmitKind.Sync or TransmitKind.Ephemeral))
            _store.TryAdd(Convert.ToHexString(hint), packet.Wire);
        foreach (var to in _participants)
        {
            if (ReferenceEquals(to, packet.From))
                continue;
            foreach (var delay in Delays(packet, to))
                In(delay, () => to.ReceiveAsync(packet.Wire, hint));
        }
    }

    /// <summary>Brings somebody what the store has.</summary>
    public void Retrieve(IParticipant to, byte[] hint)
    {
        if (HasStore && _store.TryGetValue(Convert.ToHexString(hint), out var wire))
            In(10, () => to.ReceiveAsync(wire, hint));
    }

    /// <summary>Does something later; the clock of @waku/sds is right then.</summary>
    public void In(long delay, Func<Task> action) => _agenda.Enqueue(action, (Now + delay, _order++));

    /// <summary>What is on its way without delay arrives; time does not pass.</summary>
    public Task ArriveAsync() => RunAsync(TimeSpan.Zero);

    /// <summary>Lets time pass.</summary>
    public async Task RunAsync(TimeSpan time)
    {
        var end = Now + (long)time.TotalMilliseconds;
        while (_agenda.TryPeek(out _, out var due) && due.At <= end)
            await StepAsync();
        Now = end;
        await SetTheirClockAsync();
    }

    /// <summary>Lets time pass until something holds.</summary>
    public async Task UntilAsync(Func<bool> condition)
    {
        for (var end = Now + Patience; !condition();)
        {
            Assert.True(Now < end && _agenda.Count > 0, "The condition did not hold within an hour of virtual time.");
            await StepAsync();
        }
    }

    /// <summary>Lets time pass until everybody has everything and knows that others have what they have sent.</summary>
    /// <returns>What they all have.</returns>
    public async Task<IReadOnlyList<string>> UntilSettledAsync()
    {
        for (var end = Now + Patience; await UnsettledAsync() is { } unsettled; await RunAsync(TimeSpan.FromSeconds(1)))
            Assert.True(Now < end, $"Not settled within an hour of virtual time: {unsettled}");
        return await _participants[0].LogAsync();
    }

    async Task<string?> UnsettledAsync()
    {
        var log = await _participants[0].LogAsync();
        foreach (var participant in _participants)
        {
            var (outgoing, waiting, its) = (await participant.OutgoingAsync(), await participant.WaitingAsync(), await participant.LogAsync());
            if (outgoing.Count > 0 || waiting > 0 || !its.SequenceEqual(log, StringComparer.Ordinal))
                return $"{participant.Id} has {outgoing.Count} unacknowledged, {waiting} waiting, {its.Count} in its log; {_participants[0].Id} has {log.Count}.";
        }
        return null;
    }

    async Task StepAsync()
    {
        _agenda.TryDequeue(out var action, out var due);
        Now = Math.Max(Now, due.At);
        await SetTheirClockAsync();
        await action!();
    }

    async Task SetTheirClockAsync()
    {
        if (_theirClock == Now)
            return;
        _theirClock = Now;
        await _peer.SetClockAsync(Now);
    }
}
