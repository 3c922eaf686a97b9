namespace LogosActors.Libp2p.Connections;

/// <summary>Lets a stream be read no faster than its protocol may be. Its one reader calls it.</summary>
/// <param name="read">Told of the bytes that were read; says how long to wait before the next read.</param>
/// <param name="time">The clock of the waits.</param>
internal sealed class StreamMeter(Func<int, TimeSpan> read, TimeProvider time)
{
    TimeSpan _wait;

    /// <summary>Whether <see cref="WaitAsync"/> is to be called before the next read.</summary>
    public bool IsWaiting => _wait > TimeSpan.Zero;

    public void Count(int bytes) => _wait = read(bytes);

    public async Task WaitAsync(CancellationToken cancellation)
    {
        await Task.Delay(_wait, time, cancellation);
        _wait = TimeSpan.Zero;
    }
}
