using LogosActors.Actors;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Relay;

/// <summary>What must outlive the <see cref="RelayActor"/> when it fails: so its shards go on meanwhile. Belongs to that actor.</summary>
internal sealed class RelayRegistrations
{
    public Dictionary<PubsubTopic, Shard> Shards { get; } = [];

    public List<ActorRef> Observers { get; } = [];

    /// <summary>A shard that the node takes part in.</summary>
    public sealed record Shard(Task<IAsyncDisposable> Subscription)
    {
        public HashSet<string> Owners { get; } = new(StringComparer.Ordinal);
    }
}
