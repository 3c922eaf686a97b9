using System.Globalization;
using LogosActors.Channels.Sds;

namespace LogosActors.Channels.Tests.Sds.Simulation;

/// <summary>A channel of some participants over a bad network, in virtual time: all of it follows from the seed.</summary>
/// <remarks>
/// Messages are lost, doubled, delayed and so reordered; participants are cut off from each other, crash before or after an input's events
/// are stored, come back from their journal or a snapshot, and join late. After that the network is left as lossy as it was, and
/// everybody must end up with everything.
/// </remarks>
internal sealed class SdsSimulation
{
    const long Start = Participant.Start;
    const long Patience = 4 * 60 * 60 * 1000;

    readonly int _seed;
    readonly Random _random;
    readonly PriorityQueue<Action, (long At, long Order)> _agenda = new();
    readonly List<SimulatedParticipant> _participants = [];
    readonly Dictionary<string, SdsMessage> _store = new(StringComparer.Ordinal);
    readonly Dictionary<string, SdsMessage> _sent = new(StringComparer.Ordinal);
    readonly SdsOptions _options;
    readonly double _loss;
    readonly double _doubling;
    readonly int _delay;
    readonly bool _hasStore;
    readonly bool _isMixed;
    readonly bool _isAttacked;
    long _now = Start;
    long _order;
    int _sends;
    long _partitionEnd;
    int _partition;

    public SdsSimulation(int seed)
    {
        _seed = seed;
        _random = new Random(seed);
        _options = Options();
        _loss = _random.NextDouble() * 0.3;
        _doubling = _random.NextDouble() * 0.1;
        _delay = _random.Next(5, 1500);
        _hasStore = _random.Next(3) == 0;
        _isMixed = _random.Next(4) == 0;
        _isAttacked = _random.Next(5) == 0;
    }

    /// <summary>How many messages went over the network.</summary>
    public int Transmissions { get; private set; }

    public IReadOnlyDictionary<string, SdsMessage> Sent => _sent;

    public long Now => _now;

    /// <summary>Runs it to the end.</summary>
    /// <returns>How long after the last send everybody had everything, in virtual ms.</returns>
    public long Run()
    {
        var founders = _random.Next(4) == 0 ? _random.Next(2, 21) : _random.Next(2, 6);
        for (var i = 0; i < founders; i++)
            Join(isFounder: true);
        var duration = _random.Next(1_000, 60_000);
        Plan(duration);
        RunUntil(Start + duration);
        var lastSend = _now;
        _participants.ForEach(participant => participant.CalmDown());
        while (!IsComplete())
        {
            if (_now - lastSend > Patience || !Step())
                Fail($"not complete after {_now - lastSend} ms: {string.Join("; ", _participants.Select(participant => participant.Missing()))}");
        }
        var took = _now - lastSend;
        CheckEnd();
        CheckQuiet();
        return took;
    }

    internal void Fail(string what) =>
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"LOGOS_SEED={_seed}, at {_now - Start} ms: {what}"));

    /// <summary>Brings a message to everybody who is there and not cut off.</summary>
    internal void Broadcast(SimulatedParticipant from, SdsMessage message, SdsDialect dialect)
    {
        Transmissions++;
        if (!message.IsSync && !message.IsEphemeral)
            _store.TryAdd(message.MessageId, message);
        foreach (var to in _participants)
        {
            if (ReferenceEquals(to, from) || !to.Reads(dialect) || IsCut(from, to) || _random.NextDouble() < _loss)
                continue;
            for (var copies = _random.NextDouble() < _doubling ? 2 : 1; copies > 0; copies--)
                In(_random.Next(1, _delay + 2), () => to.Receive(message, dialect));
        }
    }

    internal void Retrieve(SimulatedParticipant to, string id)
    {
        if (_hasStore && _store.TryGetValue(id, out var message) && _random.NextDouble() >= _loss)
            In(_random.Next(1, 500), () => to.Receive(message, to.Only ?? SdsDialect.Specification));
    }

    /// <summary>How a message is found in the store.</summary>
    internal ReadOnlyMemory<byte> Hint(SdsMessage message) => _hasStore && !message.IsSync ? System.Text.Encoding.UTF8.GetBytes(message.MessageId) : default;

    internal bool IsGivenUp(string id) => _participants.Exists(participant => participant.GaveUp(id));

    internal void Wake(SimulatedParticipant participant, long at, int version)
    {
        if (at != long.MaxValue)
            _agenda.Enqueue(() => participant.Wake(version), (Math.Max(at, _now), _order++));
    }

    internal void In(long delay, Action action) => _agenda.Enqueue(action, (_now + delay, _order++));

    internal void Remember(SdsMessage message) => _sent[message.MessageId] = message;

    SdsOptions Options()
    {
        // Twice the time that is usual: with every third message lost, one of some thousands is asked for in vain all the while.
        var options = new SdsOptions
        {
            BloomCapacity = _random.Next(200, 1000),
            CausalHistorySize = _random.Next(1, 6),
            DependencyTimeout = TimeSpan.FromMinutes(20),
        };
        options = _random.Next(3) switch
        {
            0 => options with { RepairMinDelay = TimeSpan.FromSeconds(1), RepairMaxDelay = TimeSpan.FromSeconds(10), SyncInterval = TimeSpan.FromSeconds(5) },
            1 => options with { FilterInterval = TimeSpan.Zero },
            _ => options,
        };
        return _random.Next(4) == 0 ? options with { ResponseGroups = 2 } : options;
    }

    void Join(bool isFounder)
    {
        var options = isFounder ? _options with { JoinTimeout = _options.DependencyTimeout } : _options;
        // The first one reads and writes both dialects, and others may depend on it.
        SdsDialect? only = _isMixed && _participants.Count > 0 && _random.Next(3) > 0 ? (SdsDialect)_random.Next(2) : null;
        var participant = new SimulatedParticipant(this, $"p{_participants.Count}", isFounder, only, options, new Random(_random.Next()));
        _participants.Add(participant);
        participant.Begin();
        // Whoever is never heard is not written to.
        if (only is not null)
            Introduce(participant);
    }

    void Introduce(SimulatedParticipant participant)
    {
        var id = $"from {participant.Id}";
        if (participant.Has(id))
            return;
        participant.Send(id);
        In(_random.Next(1000), () => Introduce(participant));
    }

    void Plan(int duration)
    {
        for (var left = _random.Next(1, 60); left > 0; left--)
            In(_random.Next(duration), SendAnything);
        if (_random.Next(2) == 0)
            In(_random.Next(duration), () => (_partition, _partitionEnd) = (_random.Next(1 << Math.Min(20, _participants.Count)), _now + _random.Next(30_000)));
        for (var left = _random.Next(4); left > 0; left--)
            In(_random.Next(duration), () => Any().CrashAtNextInput(_random, downtime: _random.Next(20_000)));
        for (var left = _random.Next(3); left > 0; left--)
            In(_random.Next(duration), () => Any().WallLead = _random.Next(-3_600_000, 3_600_000));
        if (_random.Next(3) == 0)
            In(_random.Next(duration), () => Join(isFounder: false));
        for (var left = _isAttacked ? _random.Next(1, 100) : 0; left > 0; left--)
            In(_random.Next(duration), Attack);
    }

    void Attack()
    {
        Transmissions++;
        var message = Hostile.Message(_random, _now, _options, _sent.Keys);
        foreach (var to in _participants.Where(_ => _random.NextDouble() >= _loss))
            In(_random.Next(1, _delay + 2), () => to.Receive(message, to.Only ?? (SdsDialect)_random.Next(2)));
    }

    void SendAnything()
    {
        var burst = _random.Next(5) == 0 ? _random.Next(1, 10) : 1;
        var sender = Any();
        for (; burst > 0; burst--)
            sender.Send(string.Create(CultureInfo.InvariantCulture, $"m{_sends++}"));
    }

    SimulatedParticipant Any() => _participants[_random.Next(_participants.Count)];

    bool IsCut(SimulatedParticipant from, SimulatedParticipant to) =>
        _now < _partitionEnd && ((_partition >> _participants.IndexOf(from)) & 1) != ((_partition >> _participants.IndexOf(to)) & 1);

    bool Step()
    {
        if (!_agenda.TryDequeue(out var action, out var due))
            return false;
        _now = Math.Max(_now, due.At);
        action();
        return true;
    }

    void RunUntil(long end)
    {
        while (_agenda.TryPeek(out _, out var due) && due.At <= end)
            Step();
        _now = end;
    }

    bool IsComplete() =>
        _participants.TrueForAll(participant => participant.IsIdle)
        && _participants.TrueForAll(participant => _sent.Values.All(message => IsSettled(participant, message)));

    bool IsSettled(SimulatedParticipant participant, SdsMessage message) =>
        participant.Has(message.MessageId)
        || (long)message.LamportTimestamp!.Value < participant.JoinedAt
        || participant.TakesForOld(message.MessageId)
        || IsGivenUp(message.MessageId);

    void CheckEnd()
    {
        foreach (var id in _sent.Keys)
        {
            var ends = _participants.Sum(participant => participant.Ends(id));
            if (ends != 1)
                Fail($"{id} has {ends} ends");
        }
        foreach (var participant in _participants)
            participant.CheckLog();
    }

    /// <summary>Once everybody has everything only sync messages go on, and no more of them than the interval allows.</summary>
    void CheckQuiet()
    {
        // A newcomer asks for so long for what may be from before, and somebody may yet find a hostile message that names others.
        do
        {
            RunUntil(_now + (long)_options.DependencyTimeout.TotalMilliseconds);
        }
        while (!IsComplete());
        var before = Transmissions;
        const int Intervals = 10;
        const int Dialects = 2;
        RunUntil(_now + (Intervals * (long)_options.SyncInterval.TotalMilliseconds));
        // Nobody hears anybody in the worst case; each participant then speaks at least every half interval.
        if (Transmissions - before > _participants.Count * Intervals * 2 * Dialects)
            Fail($"{Transmissions - before} messages in a quiet channel of {_participants.Count}");
    }
}
