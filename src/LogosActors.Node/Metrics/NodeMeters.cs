using LogosActors.Delivery;

namespace LogosActors.Node.Metrics;

/// <summary>The meters of this program, which are made when somebody asks for them first. For any number of threads.</summary>
internal sealed class NodeMeters : IDisposable
{
    readonly Lazy<Begun> _begun;

    public NodeMeters(MessagingNode node) => _begun = new Lazy<Begun>(() => new Begun(node));

    /// <summary>Makes them, if there are none, and returns the one that has the reference's names.</summary>
    public ReferenceMeter Begin() => _begun.Value.Reference;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_begun.IsValueCreated)
            _begun.Value.Dispose();
    }

    sealed class Begun(MessagingNode node) : IDisposable
    {
        readonly NodeMeter _node = new(node);

        public ReferenceMeter Reference { get; } = new(node);

        public void Dispose()
        {
            Reference.Dispose();
            _node.Dispose();
        }
    }
}
