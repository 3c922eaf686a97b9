using LogosActors.Delivery.Discovery.Records;

namespace LogosActors.Delivery.Discovery;

/// <summary>What discovery says of the node, as <see cref="DiscoveryActor"/> has published it last. For any number of threads.</summary>
internal sealed class DiscoveryView
{
    volatile NodeRecord? _record;

    /// <summary>The node's record; null: it has none.</summary>
    public NodeRecord? Record
    {
        get => _record;
        set => _record = value;
    }
}
