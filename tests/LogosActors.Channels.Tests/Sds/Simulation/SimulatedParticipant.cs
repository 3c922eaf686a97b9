using LogosActors.Channels.Sds;

namespace LogosActors.Channels.Tests.Sds.Simulation;

/// <summary>Runs one participant as its actor would: stores events before anything else is done, and comes back from them.</summary>
internal sealed class SimulatedParticipant(SdsSimulation simulation, string id, bool isFounder, SdsDialect? only, SdsOptions options, Random random)
{
    enum Crash
    {
        None,

        /// <summary>Nothing of the input is left.</summary>
        BeforeStoring,

        /// <summary>Its events are left, and nothing else was done.</summary>
        AfterStoring,
    }

    readonly List<SdsEvent> _journal = [];
    readonly HashSet<string> _have = new(StringComparer.Ordinal);
    readonly HashSet<string> _lost = new(StringComparer.Ordinal);
    readonly Dictionary<string, int> _ends = new(StringComparer.Ordinal);
    readonly HashSet<string> _givenUp = new(StringComparer.Ordinal);
    readonly Dictionary<string, SdsMessage> _accepted = new(StringComparer.Ordinal);
    SdsChannel _channel = new("lobby", id, options, random);
    SdsSnapshot? _snapshot;
    int _snapshotAt;
    Crash _crash;
    int _downtime;
    bool _isDown;
    int _version;

    public string Id => id;

    /// <summary>Since when it has to have everything.</summary>
    public long JoinedAt { get; private set; } = long.MaxValue;

    /// <summary>The one dialect that it knows; null: both.</summary>
    public SdsDialect? Only => only;

    public bool Reads(SdsDialect dialect) => only is null || only == dialect;

    public bool IsIdle => !_isDown && _channel is { Unacknowledged: 0, Waiting: 0, Awaited: 0 };

    /// <summary>How far its wall clock is ahead; stepped by an hour at most.</summary>
    public long WallLead { get; set; }

    public void Begin() => Do(channel => channel.Begin(simulation.Now));

    public void Send(string messageId) => Do(channel => channel.Send(messageId, new byte[] { 1, 2, 3 }, simulation.Now));

    public void Receive(SdsMessage message, SdsDialect dialect) =>
        Do(channel => channel.Receive(message, dialect, simulation.Hint(message), simulation.Now));

    public void Wake(int version)
    {
        if (version == _version)
            Do(channel => channel.Tick(simulation.Now));
    }

    public void CrashAtNextInput(Random choice, int downtime)
    {
        if (!_isDown)
            (_crash, _downtime) = (choice.Next(2) == 0 ? Crash.BeforeStoring : Crash.AfterStoring, downtime);
        if (choice.Next(3) == 0 && !_isDown)
            (_snapshot, _snapshotAt) = (_channel.TakeSnapshot(), _journal.Count);
    }

    /// <summary>Crashes that nothing has set off yet do not come.</summary>
    public void CalmDown() => _crash = Crash.None;

    public bool Has(string messageId) => _have.Contains(messageId);

    /// <summary>Whether it has just joined, and takes a message to be from before.</summary>
    public bool TakesForOld(string messageId) => !isFounder && _lost.Contains(messageId);

    public bool GaveUp(string messageId) => _givenUp.Contains(messageId);

    public int Ends(string messageId) => _ends.GetValueOrDefault(messageId);

    public string Missing() =>
        $"{id} lacks {string.Join(',', simulation.Sent.Where(sent => !Has(sent.Key)).Select(sent => $"{sent.Key} of {sent.Value.SenderId}"))}, {_channel.Unacknowledged} unacknowledged, "
        + $"{_channel.Waiting} waiting, {_channel.Awaited} awaited{(_isDown ? ", down" : "")}";

    /// <summary>The log must be in order, without gaps or doubles.</summary>
    public void CheckLog()
    {
        var log = _channel.Log.ToList();
        if (!log.Select(entry => entry.Id).ToHashSet(StringComparer.Ordinal).SetEquals(_have))
            simulation.Fail($"{id}: the log is not what was delivered");
        for (var i = 1; i < log.Count; i++)
        {
            if (log[i - 1].CompareTo(log[i]) >= 0)
                simulation.Fail($"{id}: the log is out of order at {log[i].Id}");
        }
    }

    void Do(Action<SdsChannel> input)
    {
        if (_isDown)
            return;
        _channel.WallLead = WallLead;
        input(_channel);
        var effects = new List<SdsEffect>();
        while (_channel.TryTakeEffect(out var effect))
            effects.Add(effect);
        var crash = _crash;
        if (crash is not Crash.BeforeStoring)
        {
            foreach (var effect in effects)
                Store(effect.Event);
        }
        if (crash is not Crash.None)
        {
            Die();
            return;
        }
        foreach (var effect in effects)
            Run(effect);
        simulation.Wake(this, _channel.NextDeadline, ++_version);
    }

    void Die()
    {
        (_crash, _isDown) = (Crash.None, true);
        _version++;
        simulation.In(_downtime, Restart);
    }

    void Restart()
    {
        _isDown = false;
        _channel = new SdsChannel("lobby", id, options, random);
        var from = 0;
        if (_snapshot is { } snapshot)
        {
            _channel.Restore(snapshot);
            from = _snapshotAt;
        }
        foreach (var change in _journal.Skip(from))
            _channel.Apply(change);
        Begin();
    }

    void Store(SdsEvent? change)
    {
        if (change is null)
            return;
        _journal.Add(change);
        switch (change)
        {
            case SdsEvent.Joined joined:
                JoinedAt = joined.At;
                break;
            case SdsEvent.Sent sent:
                simulation.Remember(sent.Message);
                _have.Add(sent.Message.MessageId);
                break;
            case SdsEvent.Accepted accepted:
                if (!_accepted.TryAdd(accepted.Message.MessageId, accepted.Message))
                    simulation.Fail($"{id} accepts {accepted.Message.MessageId} twice");
                if (accepted.IsDelivered)
                    Deliver(accepted.Message);
                break;
            case SdsEvent.Delivered delivered:
                Deliver(_accepted[delivered.MessageId]);
                break;
            case SdsEvent.Lost lost:
                _lost.Add(lost.MessageId);
                if (isFounder && simulation.Sent.ContainsKey(lost.MessageId) && !simulation.IsGivenUp(lost.MessageId))
                    simulation.Fail($"{id} has lost {lost.MessageId}, which others have");
                break;
            case SdsEvent.Acknowledged acknowledged:
                End(acknowledged.MessageId);
                break;
            case SdsEvent.GaveUp gaveUp:
                End(gaveUp.MessageId);
                _givenUp.Add(gaveUp.MessageId);
                break;
            default:
                break;
        }
    }

    void End(string messageId) => _ends[messageId] = Ends(messageId) + 1;

    void Deliver(SdsMessage message)
    {
        if (!_have.Add(message.MessageId))
            simulation.Fail($"{id} delivers {message.MessageId} twice");
        if (!simulation.Sent.ContainsKey(message.MessageId))
            return;
        foreach (var name in message.CausalHistory.Where(name => simulation.Sent.ContainsKey(name.MessageId)))
        {
            if (!_have.Contains(name.MessageId) && !_lost.Contains(name.MessageId) && (long)message.LamportTimestamp!.Value >= JoinedAt)
                simulation.Fail($"{id} delivers {message.MessageId} before {name.MessageId}");
        }
    }

    void Run(SdsEffect effect)
    {
        switch (effect.Kind)
        {
            case SdsEffectKind.Transmit:
                simulation.Broadcast(this, effect.Message!, only ?? effect.Dialect);
                if (effect.Transmit is TransmitKind.New)
                    _channel.SetRetrievalHint(effect.Message!.MessageId, simulation.Hint(effect.Message));
                break;
            case SdsEffectKind.Retrieve:
                simulation.Retrieve(this, effect.MessageId!);
                break;
            default:
                break;
        }
    }
}
