using LogosActors.Actors.Settings;
using LogosActors.Delivery;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LogosActors.Hosting;

/// <summary>Ties a node's life to its host's.</summary>
/// <param name="node">The node.</param>
/// <param name="flushTimeout">How long the stop waits for messages that are being sent.</param>
/// <param name="unknown">Settings of Akka that have no effect.</param>
/// <param name="time">The host's clock.</param>
/// <param name="log">Where it logs.</param>
internal sealed class LogosNodeService(
    MessagingNode node, TimeSpan flushTimeout, IReadOnlyList<UnknownAkkaKey> unknown, TimeProvider time, ILogger<LogosNodeService> log) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var scope = log.BeginScope("node {Node}", node.PeerId);
        foreach (var key in unknown)
            log.LogWarning("{Warning}", key);
        await node.StartAsync(cancellationToken);
        log.LogInformation("The node listens at {Addresses}", string.Join(", ", node.Addresses));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var scope = log.BeginScope("node {Node}", node.PeerId);
        using var late = new CancellationTokenSource(flushTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await node.FlushAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            if (node.UnfinishedRequests is > 0 and var count)
                log.LogWarning("{Count} messages were still being sent when the node was stopped", count);
        }
        await node.StopAsync(CancellationToken.None).WaitAsync(cancellationToken);
    }
}
