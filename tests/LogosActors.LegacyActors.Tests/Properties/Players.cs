using LogosActors.Actors.Persistence;
using LogosActors.Actors.TestKit;

namespace LogosActors.Actors.Tests.Properties;

/// <summary>What all players of one program share; the players run on one thread.</summary>
internal sealed class Cast(Observer observer, int size)
{
    public Observer Observer => observer;

    /// <summary>Who has each part now; a part is played by somebody else after its player has stopped.</summary>
    public ActorRef?[] Parts { get; } = new ActorRef?[size];
}

/// <summary>What a player lets its script do.</summary>
internal interface IPlayer
{
    ActorContext Own { get; }

    void Persist(IReadOnlyList<long> values, bool waits);

    void SaveState();

    void SpawnRival();
}

/// <summary>The part of a player that is alike in all kinds.</summary>
internal sealed class Script(Cast cast, IPlayer player)
{
    readonly HashSet<int> _stashedBefore = [];

    ActorContext Context => player.Own;

    /// <summary>Does what a message says. Returns how long to await, or null.</summary>
    public TimeSpan? Play(object message)
    {
        switch (message)
        {
            case Posted posted:
                return Obey(posted);
            case Terminated terminated:
                cast.Observer.Hears(Context.Self, terminated);
                break;
            case Tick tick:
                cast.Observer.Check(tick.Instance == this, $"{Context.Self} got the timer of an earlier incarnation.");
                break;
            case Ping:
                Context.Sender.Tell(message, Context.Self);
                break;
        }

        return null;
    }

    public void End(Exception reason, object? message) => cast.Observer.Restarts(Context.Self, message, reason, Context.Children);

    TimeSpan? Obey(Posted posted)
    {
        var letter = posted.Letter;
        // A stashed letter comes out of its place among the others.
        if (letter.Deed != Deed.Stash)
            cast.Observer.Receives(Context.Self, posted);
        else if (_stashedBefore.Add(letter.Id))
        {
            Context.Stash();
            return null;
        }

        cast.Observer.Handles(posted);
        var target = cast.Parts[letter.Target];
        switch (letter.Deed)
        {
            case Deed.Pass when target is not null:
                cast.Observer.Tell(target, letter.Next!, Context.Self);
                break;
            case Deed.Fail:
                throw new OrderedFailureException();
            case Deed.StopSelf:
                Context.Stop(Context.Self);
                break;
            case Deed.StopOther when target is not null:
                Context.Stop(target);
                break;
            case Deed.Watch when target is not null:
                cast.Observer.Watches(Context.Self, target);
                Context.Watch(target);
                break;
            case Deed.Unwatch when target is not null:
                cast.Observer.Unwatches(Context.Self, target);
                Context.Unwatch(target);
                break;
            case Deed.Await:
                return letter.Delay;
            case Deed.Unstash:
                Context.UnstashAll();
                break;
            case Deed.Timer:
                Context.StartSingleTimer(letter.Target, new Tick(this), letter.Delay);
                break;
            case Deed.CancelTimer:
                Context.CancelTimer(letter.Target);
                break;
            case Deed.Spawn when Context.Children.Count < 3:
                cast.Observer.Watches(Context.Self, Watched(Context.Spawn(Props.Create(() => new PlainPlayer(cast)))));
                break;
            case Deed.Persist:
                player.Persist([letter.Id], waits: true);
                break;
            case Deed.PersistAll:
                player.Persist([letter.Id, -letter.Id, letter.Id + 1_000_000_000L], waits: true);
                break;
            case Deed.PersistAsync:
                player.Persist([letter.Id], waits: false);
                break;
            case Deed.Snapshot:
                player.SaveState();
                break;
            case Deed.Rival:
                player.SpawnRival();
                break;
        }

        return null;
    }

    ActorRef Watched(ActorRef child)
    {
        Context.Watch(child);
        return child;
    }
}

/// <summary>A player that never awaits.</summary>
internal sealed class PlainPlayer : Actor, IPlayer
{
    readonly Script _script;

    public PlainPlayer(Cast cast) => _script = new Script(cast, this);

    public ActorContext Own => Context;

    public void Persist(IReadOnlyList<long> values, bool waits)
    {
    }

    public void SaveState()
    {
    }

    public void SpawnRival()
    {
    }

    protected override void Receive(object message) => _script.Play(message);

    protected override void PreRestart(Exception reason, object? message) => _script.End(reason, message);
}

/// <summary>A player that awaits in its handlers.</summary>
internal sealed class AwaitingPlayer : Actor, IPlayer
{
    readonly Script _script;

    readonly Cast _cast;

    public AwaitingPlayer(Cast cast)
    {
        _cast = cast;
        _script = new Script(cast, this);
    }

    public ActorContext Own => Context;

    public void Persist(IReadOnlyList<long> values, bool waits)
    {
    }

    public void SaveState()
    {
    }

    public void SpawnRival()
    {
    }

    protected override async ValueTask ReceiveAsync(object message)
    {
        var (self, sender) = (Self, Sender);
        if (_script.Play(message) is { } delay)
            await Task.Delay(delay, Time, Context.Stopping);
        _cast.Observer.Check(self == Self && sender == Sender, $"{Self} had another sender after an await.");
    }

    protected override void PreRestart(Exception reason, object? message) => _script.End(reason, message);
}

/// <summary>A player with a durable history of numbers.</summary>
internal sealed class DurablePlayer : PersistentActor, IPlayer
{
    readonly Cast _cast;
    readonly Script _script;
    readonly string _id;
    readonly List<long> _values = [];

    public DurablePlayer(Cast cast, string id)
    {
        (_cast, _id) = (cast, id);
        _script = new Script(cast, this);
    }

    public ActorContext Own => Context;

    protected override string PersistenceId => _id;

    public void Persist(IReadOnlyList<long> values, bool waits)
    {
        if (!waits)
            PersistAsync(values[0], Apply);
        else if (values.Count == 1)
            base.Persist(values[0], Apply);
        else
            PersistAll(values, Apply);
    }

    public void SaveState() => SaveSnapshot(new Numbers([.. _values]));

    public void SpawnRival() =>
        Context.Spawn(Props.Create(() => new RivalPlayer(_cast.Observer, _id)));

    protected override void Recover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { State: Numbers numbers }:
                _values.AddRange(numbers.Values);
                break;
            case long value:
                _values.Add(value);
                break;
            case RecoveryCompleted:
                _cast.Observer.Recovers(_id, _values, LastSequenceNr);
                break;
        }
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        _cast.Observer.Check(cause is not WriterFencedException, $"{_id} has met a writer that should have ended: {cause.Message}");

    protected override void Receive(object message)
    {
        if (message is SnapshotSaved saved)
            DeleteEvents(saved.SequenceNr);
        else
            _script.Play(message);
    }

    protected override void PreRestart(Exception reason, object? message) => _script.End(reason, message);

    void Apply(long value)
    {
        _values.Add(value);
        _cast.Observer.Check(_values.Count == LastSequenceNr, $"{_id}: handler {LastSequenceNr} ran as number {_values.Count}.");
        _cast.Observer.Acknowledges(_id, LastSequenceNr, value);
    }
}

/// <summary>Wants a history that somebody else has.</summary>
internal sealed class RivalPlayer(Observer observer, string id) : PersistentActor
{
    protected override string PersistenceId => id;

    protected override void Recover(object message) => observer.Check(holds: false, $"{id} has two writers.");
}

/// <summary>A snapshot of a <see cref="DurablePlayer"/>.</summary>
internal sealed record Numbers(IReadOnlyList<long> Values);
