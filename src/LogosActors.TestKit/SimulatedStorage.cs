using System.Collections.Immutable;
using Akka.Actor;
using Akka.Persistence;
using LogosActors.TestKit.Persistence;
using LogosActors.TestKit.Running;

namespace LogosActors.TestKit;

/// <summary>An event in a <see cref="SimulatedStorage"/>.</summary>
/// <param name="PersistenceId">Whose event it is.</param>
/// <param name="SequenceNr">Its number, from 1.</param>
/// <param name="Payload">The event.</param>
/// <param name="Bytes">Its serialized size; 0 when events are stored as objects.</param>
/// <param name="Writer">The incarnation of the actor that wrote it (Akka's writer GUID).</param>
public sealed record StoredEvent(string PersistenceId, long SequenceNr, object Payload, int Bytes, string Writer)
{
    internal IPersistentRepresentation Representation { get; init; } = null!;

    internal SerializedPayload? Serialized { get; init; }
}

/// <summary>A snapshot in a <see cref="SimulatedStorage"/>.</summary>
/// <param name="Metadata">Whose it is, its sequence number and its time.</param>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Bytes">Its serialized size; 0 when snapshots are stored as objects.</param>
public sealed record StoredSnapshot(SnapshotMetadata Metadata, object Snapshot, int Bytes)
{
    internal SerializedPayload? Serialized { get; init; }
}

/// <summary>The journal and the snapshot store of simulated systems: what is left of a process when it is killed.</summary>
/// <remarks>
/// It can be given to another system, or to another simulation, after the first one has ended. A write whose sequence
/// number is there already fails as a whole, as a unique index would make it: two writers of one persistence id are found.
/// Not for use from several threads.
/// </remarks>
public sealed class SimulatedStorage
{
    const int StorageStream = 0x53544F52;

    readonly Dictionary<string, History> _histories = new(StringComparer.Ordinal);
    readonly List<Scripted> _scripted = [];
    readonly LinkedList<Pending> _pending = new();
    SeededRandom _random = new(0, StorageStream);
    SimulationLoop? _loop;
    long _lastCommit;

    /// <summary>What fails at random from now on.</summary>
    public StorageFaults Faults
    {
        get;
        set => field = value ?? throw new ArgumentNullException(nameof(value));
    } = StorageFaults.None;

    /// <summary>Whether events and snapshots pass through the serializers of the system that writes them.</summary>
    public bool Serialize { get; set; }

    /// <summary>Whether nothing can be read or written: a full disk, a database that is down.</summary>
    public bool IsDown { get; set; }

    /// <summary>The persistence ids that have ever had an event or a snapshot, in ordinal order.</summary>
    public IReadOnlyList<string> PersistenceIds => [.. _histories.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The number of writes that have been committed; each may have several events.</summary>
    public long WriteCount { get; private set; }

    /// <summary>The number of events that are stored and not deleted.</summary>
    public int EventCount => _histories.Values.Sum(history => history.Events.Count);

    /// <summary>The number of snapshots that are stored.</summary>
    public int SnapshotCount => _histories.Values.Sum(history => history.Snapshots.Count);

    /// <summary>The size of all events and snapshots; 0 unless <see cref="Serialize"/> is set.</summary>
    public long Bytes => _histories.Values.Sum(history => history.Events.Sum(one => (long)one.Bytes) + history.Snapshots.Sum(one => (long)one.Bytes));

    /// <summary>The events of an actor that are not deleted, in order.</summary>
    /// <param name="persistenceId">The actor's persistence id.</param>
    public IReadOnlyList<StoredEvent> Events(string persistenceId) => Find(persistenceId) is { } history ? [.. history.Events] : [];

    /// <summary>The snapshots of an actor, in order.</summary>
    /// <param name="persistenceId">The actor's persistence id.</param>
    public IReadOnlyList<StoredSnapshot> Snapshots(string persistenceId) => Find(persistenceId) is { } history ? [.. history.Snapshots] : [];

    /// <summary>The highest sequence number that an actor has ever written, deleted events included; 0 if there is none.</summary>
    /// <param name="persistenceId">The actor's persistence id.</param>
    public long HighestSequenceNr(string persistenceId) => Find(persistenceId)?.Highest ?? 0;

    /// <summary>Lets the next writes of events fail, which stops the actors that wrote.</summary>
    /// <param name="count">How many writes.</param>
    /// <param name="isCommitted">Whether the events are stored all the same: only the answer is lost.</param>
    /// <param name="affects">The persistence ids; null for all.</param>
    public void FailNextWrites(int count = 1, bool isCommitted = false, Func<string, bool>? affects = null) =>
        _scripted.Add(new Scripted(Operation.Write, isCommitted ? Outcome.FailAfterCommit : Outcome.Fail, affects) { Left = count });

    /// <summary>Lets the next writes of events be rejected, as one with an event that cannot be serialized.</summary>
    /// <inheritdoc cref="FailNextWrites"/>
    public void RejectNextWrites(int count = 1, Func<string, bool>? affects = null) =>
        _scripted.Add(new Scripted(Operation.Write, Outcome.Reject, affects) { Left = count });

    /// <summary>Lets the next recoveries fail, which stops the actors that recover.</summary>
    /// <inheritdoc cref="FailNextWrites"/>
    public void FailNextRecoveries(int count = 1, Func<string, bool>? affects = null) =>
        _scripted.Add(new Scripted(Operation.Recovery, Outcome.Fail, affects) { Left = count });

    /// <summary>Lets the next deletions of events or snapshots fail.</summary>
    /// <inheritdoc cref="FailNextWrites"/>
    public void FailNextDeletions(int count = 1, Func<string, bool>? affects = null) =>
        _scripted.Add(new Scripted(Operation.Deletion, Outcome.Fail, affects) { Left = count });

    /// <summary>Lets the next snapshots not be saved.</summary>
    /// <inheritdoc cref="FailNextWrites"/>
    public void FailNextSnapshotSaves(int count = 1, Func<string, bool>? affects = null) =>
        _scripted.Add(new Scripted(Operation.SnapshotSave, Outcome.Fail, affects) { Left = count });

    /// <summary>Lets the next snapshots not be loaded.</summary>
    /// <inheritdoc cref="FailNextWrites"/>
    public void FailNextSnapshotLoads(int count = 1, Func<string, bool>? affects = null) =>
        _scripted.Add(new Scripted(Operation.SnapshotLoad, Outcome.Fail, affects) { Left = count });

    /// <summary>Takes back all that <c>FailNext…</c> and <c>RejectNext…</c> have asked for, and that has not happened yet.</summary>
    public void ClearScript() => _scripted.Clear();

    internal void Attach(SimulationLoop loop, int seed)
    {
        if (_loop == loop)
            return;
        (_loop, _random, _lastCommit) = (loop, new SeededRandom(seed, StorageStream), 0);
        _pending.Clear();
    }

    /// <summary>Some of what the process had under way is stored all the same, but nobody hears of it.</summary>
    internal void Abandon(SimulatedProcess process)
    {
        var own = _pending.Where(pending => pending.Process == process).ToList();
        foreach (var committed in own.Take(_random.Next(own.Count + 1)))
            committed.Commit();
        foreach (var pending in own)
            _pending.Remove(pending);
    }

    /// <summary>What becomes of an operation.</summary>
    internal Outcome Decide(Operation operation, string persistenceId)
    {
        if (IsDown)
            return Outcome.Fail;
        for (var i = 0; i < _scripted.Count; i++)
        {
            var scripted = _scripted[i];
            if (scripted.Operation != operation || scripted.Affects?.Invoke(persistenceId) == false)
                continue;
            if (--scripted.Left <= 0)
                _scripted.RemoveAt(i);
            return scripted.Outcome;
        }

        if (ReferenceEquals(Faults, StorageFaults.None) || !Faults.Affects(persistenceId))
            return Outcome.Success;
        var failure = operation switch
        {
            Operation.Write => Faults.WriteFailure,
            Operation.Recovery => Faults.RecoveryFailure,
            Operation.Deletion => Faults.DeletionFailure,
            Operation.SnapshotSave => Faults.SnapshotSaveFailure,
            _ => Faults.SnapshotLoadFailure,
        };
        if (_random.Chance(failure))
            return Outcome.Fail;
        if (operation is Operation.Write && _random.Chance(Faults.WriteFailureAfterCommit))
            return Outcome.FailAfterCommit;
        return operation is Operation.Write && _random.Chance(Faults.WriteRejection) ? Outcome.Reject : Outcome.Success;
    }

    /// <summary>Performs an operation when its latency is over, after all that were begun earlier.</summary>
    /// <param name="process">Whose operation it is.</param>
    /// <param name="commit">Does it.</param>
    /// <param name="reply">Answers.</param>
    /// <param name="fail">Answers that it has failed.</param>
    internal void Perform(SimulatedProcess process, Action commit, Action reply, Action<Exception> fail)
    {
        var latency = Faults.MinLatency + (Faults.MaxLatency > Faults.MinLatency ? _random.NextTime(Faults.MaxLatency - Faults.MinLatency) : TimeSpan.Zero);
        if (latency <= TimeSpan.Zero && _pending.Count == 0)
        {
            commit();
            reply();
            return;
        }

        var time = process.Loop.Time;
        var pending = new Pending(process, commit);
        _pending.AddLast(pending);
        _lastCommit = Math.Max(_lastCommit, time.GetTimestamp() + latency.Ticks);
        var duration = TimeSpan.FromTicks(_lastCommit - time.GetTimestamp());
        time.Add(new Due(process, () =>
        {
            _pending.Remove(pending);
            pending.Commit();
            if (!pending.IsReportedFailed)
                reply();
        }), duration, TimeSpan.Zero);
        var timeout = Faults.CallTimeout;
        if (duration <= timeout)
            return;
        time.Add(new Due(process, () =>
        {
            pending.IsReportedFailed = true;
            fail(new StorageFailedException($"The operation takes longer than {timeout} (circuit-breaker.call-timeout)."));
        }), timeout, TimeSpan.Zero);
    }

    /// <summary>Stores the events of a write.</summary>
    /// <exception cref="StorageFailedException">One of the sequence numbers is there already; nothing was stored.</exception>
    internal void Write(IReadOnlyList<StoredEvent> events)
    {
        foreach (var one in events)
        {
            if (one.SequenceNr <= HighestSequenceNr(one.PersistenceId))
                throw new StorageFailedException($"{one.PersistenceId} has event {one.SequenceNr} already: there are two writers.");
        }

        foreach (var one in events)
        {
            var history = Open(one.PersistenceId);
            history.Events.Add(one);
            history.Highest = one.SequenceNr;
        }

        WriteCount++;
    }

    internal void DeleteEvents(string persistenceId, long toSequenceNr) =>
        Find(persistenceId)?.Events.RemoveAll(one => one.SequenceNr <= toSequenceNr);

    internal IEnumerable<StoredEvent> Read(string persistenceId, long from, long to) =>
        Find(persistenceId)?.Events.Where(one => one.SequenceNr >= from && one.SequenceNr <= to) ?? [];

    internal void Save(StoredSnapshot snapshot)
    {
        var snapshots = Open(snapshot.Metadata.PersistenceId).Snapshots;
        snapshots.RemoveAll(one => one.Metadata.SequenceNr == snapshot.Metadata.SequenceNr);
        snapshots.Add(snapshot);
    }

    internal StoredSnapshot? Load(string persistenceId, SnapshotSelectionCriteria criteria, long toSequenceNr) =>
        Find(persistenceId)?.Snapshots.Where(one => one.Metadata.SequenceNr <= toSequenceNr && Matches(criteria, one.Metadata)).MaxBy(one => one.Metadata.SequenceNr);

    internal void DeleteSnapshots(string persistenceId, Func<SnapshotMetadata, bool> which) =>
        Find(persistenceId)?.Snapshots.RemoveAll(one => which(one.Metadata));

    internal static bool Matches(SnapshotSelectionCriteria criteria, SnapshotMetadata metadata) =>
        metadata.SequenceNr <= criteria.MaxSequenceNr && metadata.SequenceNr >= criteria.MinSequenceNr
        && metadata.Timestamp <= criteria.MaxTimeStamp && !(metadata.Timestamp < criteria.MinTimestamp);

    History? Find(string persistenceId) => _histories.GetValueOrDefault(persistenceId);

    History Open(string persistenceId)
    {
        if (!_histories.TryGetValue(persistenceId, out var history))
            _histories.Add(persistenceId, history = new History());
        return history;
    }

    internal enum Operation
    {
        Write,
        Recovery,
        Deletion,
        SnapshotSave,
        SnapshotLoad,
    }

    internal enum Outcome
    {
        Success,
        Fail,
        FailAfterCommit,
        Reject,
    }

    sealed class History
    {
        public List<StoredEvent> Events { get; } = [];

        public List<StoredSnapshot> Snapshots { get; } = [];

        public long Highest { get; set; }
    }

    sealed record Scripted(Operation Operation, Outcome Outcome, Func<string, bool>? Affects)
    {
        public int Left { get; set; }
    }

    sealed class Pending(SimulatedProcess process, Action commit)
    {
        public SimulatedProcess Process => process;

        public bool IsReportedFailed { get; set; }

        public void Commit() => commit();
    }

    sealed class Due : VirtualTime.Entry
    {
        readonly Action _action;

        public Due(SimulatedProcess process, Action action) => (Process, _action) = (process, action);

        public override void Fire() => _action();
    }
}
