namespace LogosActors.Libp2p.Hosting;

/// <summary>The last state that a root actor has reached by whole turns. Any thread may read it; its actor alone writes it.</summary>
/// <remarks>
/// A root has no parent of ours that could tell it again what it was asked for, so its next incarnation begins with this. The value is
/// immutable and replaced at the end of a turn that went well: a turn that fails has changed nothing.
/// </remarks>
/// <param name="initial">The first state.</param>
/// <typeparam name="T">The state, immutable.</typeparam>
public sealed class Published<T>(T initial)
    where T : class
{
    volatile T _value = initial;

    /// <summary>The state.</summary>
    public T Value
    {
        get => _value;
        set => _value = value;
    }
}
