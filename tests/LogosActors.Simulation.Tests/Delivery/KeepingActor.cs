using LogosActors.Actors;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Relay;

namespace LogosActors.Simulation.Tests.Delivery;

/// <summary>Hands what the relay shows and what other stores have to an archive's writer, as a node's store does beside answering over a host's streams.</summary>
sealed class KeepingActor(ActorRef relay, ActorRef writer) : Actor
{
    protected override void PreStart() => relay.Tell(new RelayTopics.Observe(Self), Self);

    protected override void Receive(object message)
    {
        if (message is RelayTopics.Seen { IsArchivable: true } seen)
            writer.Tell(new ArchiveWriter.Keep(seen.Hash, seen.Shard.ToString(), seen.Message), Self);
        else if (message is Subscription.Found found)
            writer.Tell(new ArchiveWriter.Keep(found.Hash, found.Shard.ToString(), found.Message, IsLate: true), Self);
    }
}
