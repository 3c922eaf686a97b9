namespace LogosActors.Libp2p.Limits;

/// <summary>How many bytes of peers are held that nobody has read yet, over all connections of a host. For any number of threads.</summary>
/// <param name="limit">The most bytes.</param>
internal sealed class MemoryBudget(long limit)
{
    long _used;
    bool _isPressed;

    /// <summary>Runs when three quarters are used, and again when that is so after it was not. On a thread that must not be held up.</summary>
    public Action? Pressed { get; set; }

    public long Used => Interlocked.Read(ref _used);

    /// <summary>Whether more than half is used: nobody is promised more than before.</summary>
    public bool IsTight => Used > limit / 2;

    /// <summary>Whether more than three quarters are used: somebody should go.</summary>
    public bool IsPressed => Used > limit - (limit / 4);

    /// <summary>Whether more is held than allowed: what comes is not taken.</summary>
    public bool IsExceeded => Used > limit;

    /// <summary>Counts bytes that have come, or with a minus those that have gone.</summary>
    public void Count(long bytes)
    {
        Interlocked.Add(ref _used, bytes);
        if (IsPressed == Volatile.Read(ref _isPressed))
            return;
        var isPressed = IsPressed;
        if (Interlocked.Exchange(ref _isPressed, isPressed) != isPressed && isPressed)
            Pressed?.Invoke();
    }
}

/// <summary>What one connection holds of a <see cref="MemoryBudget"/>. Its owner calls it, one call at a time.</summary>
internal sealed class MemoryAccount(MemoryBudget budget)
{
    long _held;
    bool _isClosed;

    /// <summary>Bytes that this connection holds.</summary>
    public long Held => Interlocked.Read(ref _held);

    /// <inheritdoc cref="MemoryBudget.IsTight"/>
    public bool IsTight => budget.IsTight;

    /// <inheritdoc cref="MemoryBudget.IsExceeded"/>
    public bool IsExceeded => budget.IsExceeded;

    /// <summary>An account of its own, for connections that share no budget.</summary>
    public static MemoryAccount Unlimited() => new(new MemoryBudget(long.MaxValue));

    /// <inheritdoc cref="MemoryBudget.Count"/>
    public void Count(long bytes)
    {
        if (_isClosed || bytes == 0)
            return;
        Interlocked.Add(ref _held, bytes);
        budget.Count(bytes);
    }

    /// <summary>Gives everything back; nothing is counted any more.</summary>
    public void Close()
    {
        Count(-Held);
        _isClosed = true;
    }
}
