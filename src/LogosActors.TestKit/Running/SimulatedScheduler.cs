using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace LogosActors.TestKit.Running;

/// <summary>Akka's scheduler in virtual time. Named in the configuration that the simulation makes.</summary>
internal sealed class SimulatedScheduler : SchedulerBase
{
    readonly VirtualTime _time;

    /// <summary>Called by Akka.</summary>
    public SimulatedScheduler(Config config, ILoggingAdapter log)
        : base(config, log)
    {
        Process = SimulatedProcess.Find(config.GetLong(SimulationConfig.ProcessKey, 0));
        _time = Process.Loop.Time;
    }

    /// <inheritdoc/>
    public override TimeSpan MonotonicClock => _time.Elapsed;

    /// <inheritdoc/>
    public override TimeSpan HighResMonotonicClock => _time.Elapsed;

    /// <inheritdoc/>
    protected override DateTimeOffset TimeNow => _time.GetUtcNow();

    internal SimulatedProcess Process { get; }

    /// <inheritdoc/>
    protected override void InternalScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Add(new TellTimer(receiver, message, sender, cancelable), delay, TimeSpan.Zero);

    /// <inheritdoc/>
    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Add(new TellTimer(receiver, message, sender, cancelable), initialDelay, interval);

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) =>
        Add(new ActionTimer(action, cancelable), delay, TimeSpan.Zero);

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) =>
        Add(new ActionTimer(action.Run, cancelable), delay, TimeSpan.Zero);

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) =>
        Add(new ActionTimer(action, cancelable), initialDelay, interval);

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable) =>
        Add(new ActionTimer(action.Run, cancelable), initialDelay, interval);

    void Add(VirtualTime.Entry entry, TimeSpan delay, TimeSpan interval)
    {
        entry.Process = Process;
        _time.Add(entry, delay, interval);
    }

    sealed class TellTimer(ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable) : VirtualTime.Entry
    {
        public override bool IsCancelled => cancelable is { IsCancellationRequested: true };

        public override void Fire() => receiver.Tell(message, sender);
    }

    sealed class ActionTimer(Action action, ICancelable? cancelable) : VirtualTime.Entry
    {
        public override bool IsCancelled => cancelable is { IsCancellationRequested: true };

        public override void Fire() => action();
    }
}
