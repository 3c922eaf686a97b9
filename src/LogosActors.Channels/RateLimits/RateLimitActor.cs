using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using LogosActors.Channels.Dispatch;
using LogosActors.Channels.Hosting;
using LogosActors.Channels.Sds;

namespace LogosActors.Channels.RateLimits;

/// <summary>Holds back what a channel sends over its limit, and hands the rest to the dispatcher.</summary>
/// <remarks>
/// Parent: the channel. Children: a <see cref="RateLimitEpochActor"/> for each of the last epochs, which is asked for its count again when
/// it is lost. A failure of this actor costs what waits here: it stops, so that the channel is made anew, and the SDS actor, which has it
/// stored, hands it in again. Its own history tells which epochs have one: those before the last three are forgotten.
/// </remarks>
/// <param name="channel">Names the channel's histories.</param>
/// <param name="options">The limit.</param>
/// <param name="dispatcher">Is handed what may be sent.</param>
internal sealed class RateLimitActor(string channel, RateLimitOptions options, ActorRef dispatcher) : PersistentActor
{
    /// <summary>How many epochs keep their history: those before the current one serve a clock that is set back.</summary>
    const int KeptEpochs = 3;

    static readonly TimeSpan ReopenWait = TimeSpan.FromSeconds(1);

    readonly RateLimiter<Transmission> _limiter = new(options);
    readonly List<RateLimitEffect<Transmission>> _effects = [];
    readonly Dictionary<long, ActorRef> _epochs = [];
    readonly SortedSet<long> _histories = [];
    long _current = long.MinValue;
    int _starts;

    protected override string PersistenceId => $"{channel}/rate-limit";

    protected override void Recover(object message)
    {
        switch (message)
        {
            case RateLimiting.EpochBegun begun:
                _histories.Add(begun.Epoch);
                break;
            case RateLimiting.EpochForgotten forgotten:
                _histories.Remove(forgotten.Epoch);
                break;
        }
    }

    // What waited is lost here, and waits nowhere else: all parts begin again from what is stored.
    protected override void PostRestart(Exception reason) => Context.Stop(Self);

    protected override void Receive(object message)
    {
        var now = Time.GetUtcNow();
        switch (message)
        {
            case RateLimiting.Offer { Transmission: var offered }:
                _limiter.Offer(offered, offered.Priority, offered.IsFirst, now, _effects);
                break;
            case RateLimiting.Opened opened:
                _limiter.Opened(opened.Epoch, opened.Used, now, _effects);
                break;
            case RateLimiting.Granted granted:
                _limiter.Granted(granted.Epoch, granted.Count, now, _effects);
                break;
            case RateLimiting.Forgotten forgotten:
                if (_histories.Contains(forgotten.Epoch))
                    PersistAsync(new RateLimiting.EpochForgotten(forgotten.Epoch), gone => _histories.Remove(gone.Epoch));
                break;
            case Terminated terminated:
                Lose(terminated.Actor);
                break;
            case Reopen:
                _limiter.Doubt(_effects);
                break;
            case RateLimiting.GetStatus:
                Reply(new RateLimiting.Status(_limiter.Used, _limiter.Count));
                break;
            case EpochTurn:
                break;
            case EventsDeleted or EventsNotDeleted:
                return;
            default:
                Unhandled(message);
                return;
        }
        var next = _limiter.Tick(now, _effects);
        Run(now);
        if (next is { } due && !Context.IsTimerActive(EpochTurn.Instance))
            Context.StartSingleTimer(EpochTurn.Instance, EpochTurn.Instance, TimerWait.Of(due - now));
    }

    void Run(DateTimeOffset now)
    {
        foreach (var effect in _effects)
        {
            switch (effect)
            {
                case RateLimitEffect<Transmission>.Pass pass:
                    dispatcher.Tell(pass.Item, Self);
                    break;
                case RateLimitEffect<Transmission>.Take take:
                    EpochOf(take.Epoch).Tell(new RateLimiting.Take(take.Count), Self);
                    break;
                case RateLimitEffect<Transmission>.Open open:
                    Open(open.Epoch);
                    break;
                case RateLimitEffect<Transmission>.Refuse refuse:
                    Context.Parent.Tell(new RateLimiting.Refused(refuse.Item), Self);
                    break;
                case RateLimitEffect<Transmission>.Delay delay:
                    Context.Parent.Tell(new RateLimiting.Delayed(delay.Item, delay.Expected), Self);
                    break;
                case RateLimitEffect<Transmission>.Near near:
                    Context.Parent.Tell(new RateLimiting.Near(near.Used, near.EpochEnd), Self);
                    break;
            }
        }
        _effects.Clear();
    }

    void Open(long epoch)
    {
        _current = epoch;
        if (!_histories.Contains(epoch))
        {
            // Before anything is counted to it: so nothing is left behind that nobody knows of.
            PersistAsync(new RateLimiting.EpochBegun(epoch), begun =>
            {
                _histories.Add(begun.Epoch);
                if (_histories.Count == 1 && LastSequenceNr > 1)
                    DeleteEvents(LastSequenceNr - 1);
                AskCount(begun.Epoch);
                ForgetOld();
            });
            return;
        }
        AskCount(epoch);
    }

    void AskCount(long epoch)
    {
        if (epoch != _current)
            return;
        // One that starts tells its count by itself.
        if (_epochs.TryGetValue(epoch, out var known))
            known.Tell(RateLimiting.GetCount.Instance, Self);
        else
            EpochOf(epoch);
    }

    void ForgetOld()
    {
        foreach (var old in _histories.Where(epoch => epoch <= _current - KeptEpochs).ToList())
            EpochOf(old).Tell(RateLimiting.Forget.Instance, Self);
    }

    ActorRef EpochOf(long epoch)
    {
        if (_epochs.TryGetValue(epoch, out var known))
            return known;
        var named = channel;
        var actor = Context.Spawn(Props.Create(() => new RateLimitEpochActor(named, epoch)), $"{epoch}-{_starts++}");
        Context.Watch(actor);
        _epochs.Add(epoch, actor);
        return actor;
    }

    void Lose(ActorRef lost)
    {
        if (_epochs.FirstOrDefault(pair => pair.Value == lost) is not { Value: not null } pair)
            return;
        _epochs.Remove(pair.Key);
        if (pair.Key == _current)
            Context.StartSingleTimer(Reopen.Instance, Reopen.Instance, ReopenWait);
    }

    sealed record Reopen
    {
        public static readonly Reopen Instance = new();
    }

    sealed record EpochTurn
    {
        public static readonly EpochTurn Instance = new();
    }
}
