using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Relay;

/// <summary>The shards that the node takes part in, as <see cref="RelayActor"/> has published them last. For any number of threads.</summary>
internal sealed class RelayView
{
    volatile IReadOnlyList<PubsubTopic> _shards = [];

    /// <summary>The shards, in order; replaced, never changed.</summary>
    public IReadOnlyList<PubsubTopic> Shards
    {
        get => _shards;
        set => _shards = value;
    }
}
