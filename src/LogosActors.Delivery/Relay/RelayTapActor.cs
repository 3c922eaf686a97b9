using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Relay;

/// <summary>Shows the relay's messages to the watchers of a <see cref="RelayTap"/>; there while there are any.</summary>
/// <remarks>Parent: <see cref="RelayActor"/>, one-for-one, restart. A failure, which is a watcher's, costs the message that was shown.</remarks>
internal sealed class RelayTapActor(RelayTap tap) : SupervisedActor
{
    public static Props Props(RelayTap tap) => Akka.Actor.Props.Create(() => new RelayTapActor(tap));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Gossip.Delivered { Decoded: RelayedMessage relayed }:
                if (PubsubTopic.TryParse(relayed.PubsubTopic, out var shard))
                    tap.Show(new RelayTopics.Seen(shard, relayed.Hash, relayed.Message, IsOwn: false, relayed.IsArchivable));
                break;
            case RelayTopics.Seen seen:
                tap.Show(seen);
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
