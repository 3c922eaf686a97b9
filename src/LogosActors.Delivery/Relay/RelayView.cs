using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Relay;

/// <summary>The shards that the node takes part in, as <see cref="RelayActor"/> has published them last. For any number of threads.</summary>
internal sealed class RelayView
{
    volatile IReadOnlyList<PubsubTopic> _shards = [];

    /// <summary>Runs after each change, in the turn of the <see cref="RelayActor"/>; null: nobody is informed.</summary>
    public Action? Changed { get; set; }

    /// <summary>The shards, in order; replaced, never changed.</summary>
    public IReadOnlyList<PubsubTopic> Shards
    {
        get => _shards;
        set
        {
            _shards = value;
            Changed?.Invoke();
        }
    }
}
