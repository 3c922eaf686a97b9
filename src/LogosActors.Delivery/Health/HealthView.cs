namespace LogosActors.Delivery.Health;

/// <summary>A node's health as it was raised last. One writer, any number of readers.</summary>
internal sealed class HealthView
{
    NodeHealth _current = NodeHealth.NotStarted;
    HealthObservation? _seen;
    string? _writeProblem;
    string? _checkProblem;

    public NodeHealth Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, value);
    }

    /// <summary>Why the archive did not keep what was written last; null: it did.</summary>
    public string? WriteProblem
    {
        get => Volatile.Read(ref _writeProblem);
        set => Volatile.Write(ref _writeProblem, value);
    }

    /// <summary>Why the archive could not be used when it was looked at last; null: it could.</summary>
    public string? CheckProblem
    {
        get => Volatile.Read(ref _checkProblem);
        set => Volatile.Write(ref _checkProblem, value);
    }

    /// <summary>Forgets what was before a start.</summary>
    public void Reset()
    {
        (Current, Seen) = (NodeHealth.NotStarted, null);
        (WriteProblem, CheckProblem) = (null, null);
    }

    /// <summary>What was seen last; null: nothing yet.</summary>
    public HealthObservation? Seen
    {
        get => Volatile.Read(ref _seen);
        set => Volatile.Write(ref _seen, value);
    }
}
