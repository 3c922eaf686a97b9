using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery;

/// <summary>Waits for what is under way.</summary>
public sealed partial class MessagingNode
{
    /// <summary>How often a flush looks whether all requests have ended.</summary>
    static readonly TimeSpan FlushInterval = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc/>
    public int UnfinishedRequests => Volatile.Read(ref _running)?.Environment.Intake.Unfinished ?? 0;

    /// <inheritdoc/>
    /// <remarks>A request ends within <see cref="SendingOptions.Timeout"/>. Then waits for a round trip to each connected peer, 10 s at most, so that what is still in the
    /// connections' queues has time to go out; only a store's confirmation proves that a message has arrived.</remarks>
    public async Task FlushAsync(CancellationToken cancellation = default)
    {
        while (UnfinishedRequests > 0)
            await Task.Delay(FlushInterval, Time, cancellation);
        if (Volatile.Read(ref _running) is { } running)
            await Task.WhenAll(running.Host.ConnectedPeers.Select(peer => PingAsync(running.Host, peer, cancellation)));
    }

    static async Task PingAsync(INodeHost host, PeerId peer, CancellationToken cancellation)
    {
        try
        {
            await host.PingAsync(peer, cancellation);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It is gone, or answers no pings: nothing can be waited for.
        }
    }
}
