using LogosActors.Actors;

namespace LogosActors.Delivery.Relay;

/// <summary>Observes the relay for a <see cref="RelayTap"/>.</summary>
/// <remarks>Parent: <see cref="Hosting.NodeActor"/>, which has the relay show it what travels. A failure, which is a watcher's, costs the message that was shown.</remarks>
internal sealed class RelayTapActor(RelayTap tap) : Actor
{
    protected override void Receive(object message)
    {
        switch (message)
        {
            case RelayTopics.Seen seen:
                tap.Show(seen);
                break;
            case RelayTopics.Restarted:
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
