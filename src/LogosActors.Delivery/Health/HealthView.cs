namespace LogosActors.Delivery.Health;

/// <summary>A node's health as it was told last. One writer, any number of readers.</summary>
internal sealed class HealthView
{
    NodeHealth _current = NodeHealth.NotStarted;
    HealthObservation? _seen;

    public NodeHealth Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, value);
    }

    /// <summary>What was seen last; null: nothing yet.</summary>
    public HealthObservation? Seen
    {
        get => Volatile.Read(ref _seen);
        set => Volatile.Write(ref _seen, value);
    }
}
