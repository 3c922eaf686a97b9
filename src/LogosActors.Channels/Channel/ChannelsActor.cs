using Akka.Actor;
using LogosActors.Actors;

namespace LogosActors.Channels.Channel;

/// <summary>The open channels whose history is kept in the same place.</summary>
/// <remarks>Parent: /user. Children: a <see cref="ChannelActor"/> for each channel, one-for-one, restart with backoff (100 ms … 10 s): whatever a channel
/// fails of, it comes back, as its state is in the journal. No state but its children.</remarks>
internal sealed class ChannelsActor : SupervisedActor
{
    public static Props Props() => Akka.Actor.Props.Create(() => new ChannelsActor());

    protected override SupervisorStrategy SupervisorStrategy() => new BackoffStrategy(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));

    // They restart with it, and recover.
    protected override void PreRestart(Exception reason, object message) => PostStop();

    protected override void OnReceive(object message)
    {
        if (message is Open open)
            Sender.Tell(new Opened(Context.ActorOf(ChannelActor.Props(open.Settings))));
        else
            Unhandled(message);
    }

    /// <summary>Start a channel; answered by <see cref="Opened"/>.</summary>
    public sealed record Open(ChannelSettings Settings) : INoSerializationVerificationNeeded;

    /// <summary>The <see cref="ChannelActor"/> of a channel.</summary>
    public sealed record Opened(IActorRef Channel) : INoSerializationVerificationNeeded;
}
