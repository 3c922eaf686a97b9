using LogosActors.Actors.Persistence;

namespace LogosActors.Channels.RateLimits;

/// <summary>Counts what a channel has sent in one epoch, durably.</summary>
/// <remarks>
/// Parent: <see cref="RateLimitActor"/>, which asks for the count again when this actor fails or a write does. A failure costs what was
/// granted and not sent yet: less is sent, never more. The history has at most as many events as the epoch has messages.
/// </remarks>
/// <param name="channel">Names the channel's histories.</param>
/// <param name="epoch">The number of the epoch since 1970 UTC.</param>
internal sealed class RateLimitEpochActor(string channel, long epoch) : PersistentActor
{
    int _used;

    protected override string PersistenceId => $"{channel}/rate-limit/{epoch}";

    protected override void Recover(object message)
    {
        switch (message)
        {
            case RateLimiting.MessagesTaken taken:
                _used += taken.Count;
                break;
            case RecoveryCompleted:
                Context.Parent.Tell(new RateLimiting.Opened(epoch, _used), Self);
                break;
        }
    }

    protected override void Receive(object message)
    {
        switch (message)
        {
            case RateLimiting.Take take:
                PersistAsync(new RateLimiting.MessagesTaken(take.Count), taken =>
                {
                    _used += taken.Count;
                    Context.Parent.Tell(new RateLimiting.Granted(epoch, taken.Count), Self);
                });
                break;
            case RateLimiting.GetCount:
                Defer(() => Context.Parent.Tell(new RateLimiting.Opened(epoch, _used), Self));
                break;
            case RateLimiting.Forget when LastSequenceNr > 0:
                DeleteEvents(LastSequenceNr);
                break;
            case RateLimiting.Forget or EventsDeleted:
                Context.Parent.Tell(new RateLimiting.Forgotten(epoch), Self);
                Context.Stop(Self);
                break;
            case EventsNotDeleted:
                // Tried again when the next epoch begins.
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
