namespace LogosActors.Soak.Tests.Attacks;

/// <summary>How often attackers connect: as often as a node lets in a crowd of addresses, since it does not tell apart those of the loopback.</summary>
internal sealed class Pace : IDisposable
{
    /// <summary>Addresses that the attackers stand for.</summary>
    public const int Addresses = 26;

    // Five a second of each address (ResourceLimits.InboundRatePerAddress).
    readonly PeriodicTimer _timer = new(TimeSpan.FromMilliseconds(1000.0 / (5 * Addresses)));
    readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Waits until one more connection may be made.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            await _timer.WaitForNextTickAsync(cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _turn.Dispose();
    }
}
