using LogosActors.Actors;
using LogosActors.Channels.Dispatch;
using LogosActors.Channels.Hosting;
using LogosActors.Channels.RateLimits;
using LogosActors.Channels.Sds;
using LogosActors.Channels.Segmentation;

namespace LogosActors.Channels.Channel;

/// <summary>Supervises the actors of a reliable channel, and hands what they say to each other and to the application.</summary>
/// <remarks>
/// Parent: the root, which restarts it with a backoff. Children: incoming, sds, reassembly, retrieval, dispatcher and, with a limit, rate-limit;
/// one-for-one, restart. A child that stops, as persistent ones do when the journal fails, and those in which messages wait when they fail,
/// fails this actor: all children are made anew and recover what is stored. They tell the application by the <see cref="ChannelVoice"/>, which
/// outlives them.
/// </remarks>
internal sealed class ChannelActor(ChannelEnvironment channel) : Actor
{
    ActorRef? _incoming;
    ActorRef? _sds;
    ActorRef? _reassembly;
    ActorRef? _dispatcher;
    ActorRef? _rateLimit;
    ActorRef? _retrieval;

    protected override SupervisorStrategy SupervisorStrategy { get; } = new OneForOneStrategy
    {
        Decider = static _ => Directive.Restart,
        Backoff = new ExponentialBackoff(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(5)),
    };

    // Those of a silent channel are not made before they have something to do: there may be very many.
    ActorRef Incoming => _incoming ??= Spawn(() => new IncomingActor(channel), "incoming");

    ActorRef Retrieval => _retrieval ??= Spawn(() => new RetrievalActor(channel), "retrieval");

    ActorRef Dispatcher => _dispatcher ??= Spawn(() => new DispatcherActor(channel), "dispatcher");

    ActorRef RateLimit => _rateLimit ??= SpawnRateLimit(Dispatcher);

    protected override void PreStart()
    {
        _reassembly = Spawn(() => new ReassemblyActor(channel), "reassembly");
        _sds = Spawn(() => new SdsActor(channel), "sds");
    }

    protected override void Receive(object message)
    {
        switch (message)
        {
            case Conversation.Arrived:
                Incoming.Tell(message, Self);
                break;
            case Conversation.Send or Conversation.GetUnfinished:
                Forward(_sds!, message);
                break;
            case SdsConversation.Received or Dispatching.Dispatched or Dispatching.NotDispatched or RateLimiting.Refused
                or SdsConversation.Taken or SdsConversation.Rebuilt or SdsConversation.HandInAgain:
                _sds!.Tell(message, Self);
                break;
            case SdsConversation.Accepted or SdsConversation.InOrder or SdsConversation.InStep:
                _reassembly!.Tell(message, Self);
                break;
            case Transmission transmission when channel.Options.RateLimit.IsEnabled:
                RateLimit.Tell(new RateLimiting.Offer(transmission), Self);
                break;
            case Transmission:
                Dispatcher.Tell(message, Self);
                break;
            case RateLimiting.Delayed delayed:
                channel.Voice.Tell(new ChannelBackPressure(channel.Options.ChannelId, delayed.Transmission.Request, 0, delayed.Expected));
                break;
            case RateLimiting.Near near:
                channel.Voice.Tell(new ChannelBackPressure(channel.Options.ChannelId, null, near.Used, near.EpochEnd));
                break;
            case SdsConversation.Retrieve or SdsConversation.Reopened:
                Retrieval.Tell(message, Self);
                break;
            case Conversation.GetStatus:
                Context.PipeTo(StatusAsync(_sds!, _reassembly!, channel.Options.RateLimit.IsEnabled ? RateLimit : null), Sender);
                break;
            case Terminated terminated:
                throw new ChannelPartStoppedException(terminated.Actor);
            default:
                Unhandled(message);
                break;
        }
    }

    ActorRef SpawnRateLimit(ActorRef dispatcher) =>
        Spawn(() => new RateLimitActor(channel.PersistenceId, channel.Options.RateLimit, dispatcher), "rate-limit");

    ActorRef Spawn<TActor>(Func<TActor> make, string name)
        where TActor : Actor
    {
        var child = Context.Spawn(Props.Create(make), name);
        Context.Watch(child);
        return child;
    }

    static async Task<ChannelStatus> StatusAsync(ActorRef sds, ActorRef reassembly, ActorRef? rateLimit)
    {
        var timeout = TimeSpan.FromSeconds(10);
        var buffers = await sds.Ask<SdsConversation.Status>(SdsConversation.GetStatus.Instance, timeout);
        var parts = await reassembly.Ask<Reassembling.Status>(Reassembling.GetStatus.Instance, timeout);
        var limit = rateLimit is null ? new RateLimiting.Status(0, 0) : await rateLimit.Ask<RateLimiting.Status>(RateLimiting.GetStatus.Instance, timeout);
        return new ChannelStatus(buffers.Requests, buffers.Unacknowledged, limit.Waiting, limit.Used, buffers.Waiting, parts.PartialMessages);
    }
}
