using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Actors.Persistence;

namespace LogosActors.Delivery.Hosting;

/// <summary>Watches over the lock on the journal's database, and takes it again after an outage.</summary>
/// <remarks>Parent: <see cref="NodeActor"/>, one-for-one, restart with backoff; it has no state. If another process has the lock meanwhile, the
/// parent is sent <see cref="Lost"/>: the node stops, as <see cref="MessagingNode.StartAsync"/> says.</remarks>
#pragma warning disable CA1001 // PostStop disposes of what it owns
internal sealed class JournalLockActor(JournalLock held) : SupervisedActor, IWithTimers
#pragma warning restore CA1001
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    readonly CancellationTokenSource _stopping = new();
    TimeSpan? _outageLogged;

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(JournalLock held) => Akka.Actor.Props.Create(() => new JournalLockActor(held));

    protected override void PreStart() => Timers.StartSingleTimer(Look.Instance, Look.Instance, Interval);

    protected override void PostStop()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Look:
                PipeToSelf(held.KeepAsync(_stopping.Token), state => new Seen(state));
                break;
            case Seen { State: JournalLock.State.Taken }:
                Log.Error("Another process writes to this node's journal since its database was away; this node stops");
                Context.Parent.Tell(Lost.Instance);
                break;
            case Seen seen:
                LogOutage(seen.State is JournalLock.State.Away);
                Timers.StartSingleTimer(Look.Instance, Look.Instance, Interval);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    // Once, and once a minute while it lasts.
    void LogOutage(bool isAway)
    {
        if (isAway && !(Now - _outageLogged < JournalStatus.LogInterval))
        {
            Log.Warning("The journal's database does not answer; it is tried again");
            _outageLogged = Now;
        }
        else if (!isAway)
        {
            _outageLogged = null;
        }
    }

    /// <summary>Sent to the parent: another process has the lock.</summary>
    public sealed record Lost
    {
        public static readonly Lost Instance = new();
    }

    sealed record Look
    {
        public static readonly Look Instance = new();
    }

    sealed record Seen(JournalLock.State State);
}
