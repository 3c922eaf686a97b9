using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Actors.Tracing;
using LogosActors.Channels.RateLimits;

namespace LogosActors.Channels.Channel;

/// <summary>Holds back what a channel sends over the limit of one epoch, and lets the rest pass in its order.</summary>
/// <remarks>
/// Parent: <see cref="ChannelActor"/>, one-for-one, restart with backoff (10 ms … 5 s). A failure costs what is held back here: the SDS actor, which has it
/// stored and has counted what may pass, offers it again. When the epoch ends, what is held back returns to the SDS actor, and this actor
/// stops.
/// </remarks>
internal sealed class RateLimitEpochActor : SupervisedActor, IWithTimers
{
    static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    readonly ChannelSettings _settings;
    readonly long _epoch;
    readonly IActorRef _sds;
    readonly EpochQueue<Transmission> _queue;

    public RateLimitEpochActor(ChannelSettings settings, long epoch, IActorRef sds)
    {
        (_settings, _epoch, _sds) = (settings, epoch, sds);
        _queue = new EpochQueue<Transmission>(settings.Options.RateLimit, epoch);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(ChannelSettings settings, long epoch, IActorRef sds) => Akka.Actor.Props.Create(() => new RateLimitEpochActor(settings, epoch, sds));

    protected override void PreStart() => _sds.Tell(new Conversation.EpochBegan(_epoch, Self));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Transmission transmission:
                Offer(transmission);
                break;
            case Conversation.CompleteStatus complete:
                Sender.Tell(complete.Status with { WaitingForEpoch = complete.Status.WaitingForEpoch + _queue.Count });
                break;
            case EpochOver:
                // Timers may be early.
                if (_settings.Clock.Now >= _queue.End)
                    End();
                else
                    WaitForEnd();
                break;
            case Conversation.CloseEpoch:
                End();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Offer(Transmission transmission)
    {
        if (_queue.Offer(transmission, transmission.Priority, transmission.Permit, out var expected))
        {
            Context.Parent.Tell(ChannelTrace.End(transmission, Time));
            return;
        }
        transmission.Step?.SetTag(SpanTags.Outcome, "held");
        if (expected is { } time)
            _settings.Events.Publish(new ChannelBackPressure(_settings.Options.ChannelId, transmission.Request, 0, time));
        WaitForEnd();
    }

    void WaitForEnd()
    {
        if (Timers.IsTimerActive(EpochOver.Instance))
            return;
        var wait = _queue.End - _settings.Clock.Now;
        Timers.StartSingleTimer(EpochOver.Instance, EpochOver.Instance, wait > ShortestWait ? wait : ShortestWait);
    }

    void End()
    {
        _sds.Tell(new Conversation.EpochEnded(_epoch, _queue.Leave()));
        Context.Stop(Self);
    }

    sealed record EpochOver
    {
        public static readonly EpochOver Instance = new();
    }
}
