using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LogosActors.Delivery.Hosting;

/// <summary>Tells a host's health checks how the node is connected.</summary>
internal sealed class LogosNodeHealthCheck(MessagingNode node) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var health = node.GetHealth();
        var status = health.Status switch
        {
            ConnectionStatus.Connected => HealthStatus.Healthy,
            ConnectionStatus.PartiallyConnected => HealthStatus.Degraded,
            _ => context.Registration.FailureStatus,
        };
        return Task.FromResult(new HealthCheckResult(status, health.Status.ToString(), data: new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["peers"] = node.ConnectedPeers.Count,
            ["shards"] = health.Shards,
            ["unfinished-requests"] = node.UnfinishedRequests,
        }));
    }
}
