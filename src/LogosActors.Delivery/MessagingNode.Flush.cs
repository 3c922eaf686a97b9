using LogosActors.Delivery.Sending;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery;

/// <summary>Waits for what is under way.</summary>
public sealed partial class MessagingNode
{
    readonly UnfinishedRequests _unfinished = new();

    /// <summary>How many requests of <see cref="SendAsync"/> have not ended yet.</summary>
    public int UnfinishedRequests => _unfinished.Count;

    /// <summary>Waits until every request to send has ended, in sent or in error, and connected peers have what was written to them: what to
    /// do before stopping. A request ends within <see cref="SendingOptions.Timeout"/>, and a peer is waited for for 10 s at most.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task FlushAsync(CancellationToken cancellation = default)
    {
        await _unfinished.WaitAsync(cancellation);
        if (Volatile.Read(ref _running) is { } running)
            await Task.WhenAll(running.Host.ConnectedPeers.Select(peer => PingAsync(running.Host, peer, cancellation)));
    }

    /// <summary>Waits for a peer to answer: what a connection carries arrives in its order.</summary>
    static async Task PingAsync(Libp2pHost host, PeerId peer, CancellationToken cancellation)
    {
        try
        {
            await host.PingAsync(peer, cancellation);
        }
        catch (Exception e) when (e is IOException or ConnectionException or ObjectDisposedException)
        {
            // It is gone, or answers no pings: nothing can be waited for.
        }
    }
}
