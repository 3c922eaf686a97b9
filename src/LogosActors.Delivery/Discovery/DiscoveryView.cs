using LogosActors.Delivery.Discovery.Records;

namespace LogosActors.Delivery.Discovery;

/// <summary>What discovery says of the node, as <see cref="DiscoveryActor"/> has published it last. For any number of threads.</summary>
internal sealed class DiscoveryView
{
    volatile NodeRecord? _record;
    volatile IReadOnlyCollection<ReadOnlyMemory<byte>> _reached = [];

    /// <summary>The node's record; null: it has none.</summary>
    public NodeRecord? Record
    {
        get => _record;
        set => _record = value;
    }

    /// <summary>The records, as RLP (EIP-778), of nodes of this network that were reached lately and can be dialed.</summary>
    public IReadOnlyCollection<ReadOnlyMemory<byte>> Reached
    {
        get => _reached;
        set => _reached = value;
    }
}
