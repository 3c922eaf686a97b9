using LogosActors.Delivery;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LogosActors.Hosting;

/// <summary>Reports to a host's health checks how the node is connected, and whether it can store what it has to.</summary>
internal sealed class LogosNodeHealthCheck(MessagingNode node) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var health = node.GetHealth();
        string[] problems =
        [
            .. health.JournalProblem is { } journal ? [$"the journal fails: {journal}"] : Array.Empty<string>(),
            .. health.ArchiveProblem is { } archive ? [archive] : Array.Empty<string>(),
        ];
        var status = health.Status switch
        {
            ConnectionStatus.Disconnected => context.Registration.FailureStatus,
            ConnectionStatus.Connected when problems.Length == 0 => HealthStatus.Healthy,
            _ => HealthStatus.Degraded,
        };
        return Task.FromResult(new HealthCheckResult(status, string.Join("; ", [health.Status.ToString(), .. problems]), data: new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["peers"] = node.ConnectedPeers.Count,
            ["shards"] = health.Shards,
            ["unfinished-requests"] = node.UnfinishedRequests,
        }));
    }
}
