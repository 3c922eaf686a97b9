namespace LogosActors.Delivery.Health;

/// <summary>A node's health as it was told last. One writer, any number of readers.</summary>
internal sealed class HealthView
{
    NodeHealth _current = NodeHealth.NotStarted;

    public NodeHealth Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, value);
    }
}
