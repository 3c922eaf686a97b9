using LogosActors.Delivery;
using LogosActors.Delivery.Hosting;

namespace LogosActors.Node.Rest.Health;

/// <summary><c>/health</c>.</summary>
internal static class HealthRoutes
{
    // The reference's protocols that this node does not have.
    static readonly string[] Missing = ["Rendezvous", "Mix"];

    public static void MapHealth(this IEndpointRouteBuilder app, MessagingNode node, bool relays) => app
        .MapRead("/health", async () => Answers.Json(await ReportAsync(node, relays)))
        .WithTags("health").WithSummary("How the node is.").Produces<HealthReport>();

    static async Task<HealthReport> ReportAsync(MessagingNode node, bool relays)
    {
        var peers = 0;
        foreach (var shard in await node.JoinedShardsAsync())
            peers = Math.Max(peers, (await node.RelayStatusAsync(shard)).Subscribers);
        var relay = !relays ? One(HealthReport.Relay, HealthReport.NotMounted)
            : peers > 0 ? One(HealthReport.Relay, HealthReport.Ready)
            : One(HealthReport.Relay, HealthReport.NotReady, "No connected peers");
        var health = node.GetHealth();
        var store = node.Options.Archive is null ? One("Store", HealthReport.NotMounted) : Storing("Store", health.ArchiveProblem);
        // The reference has none; what it reads of such a list it takes for protocols.
        Dictionary<string, string>[] journal = health.JournalProblem is { } problem ? [Storing(HealthReport.Journal, $"The journal fails: {problem}")] : [];
        return new HealthReport(
            health is { JournalProblem: null, ArchiveProblem: null } && node.IsStarted ? HealthReport.Ready : HealthReport.NotReady, health.Status.ToString(),
            [relay, .. Clients(node), store, .. journal, One("Rln Relay", HealthReport.NotMounted), .. ServicesOf(node, peers > 0), .. Missing.Select(protocol => One(protocol, HealthReport.NotMounted))]);
    }

    static IEnumerable<Dictionary<string, string>> ServicesOf(MessagingNode node, bool hasRelayPeers)
    {
        var isCore = node.Options.Mode is NodeMode.Core;
        yield return One("Filter", !isCore || node.Options.FilterService is null ? HealthReport.NotMounted : HealthReport.Ready);
        foreach (var name in (string[])["Lightpush", "Legacy Lightpush"])
        {
            yield return !isCore || node.Options.LightpushService is null ? One(name, HealthReport.NotMounted)
                : hasRelayPeers ? One(name, HealthReport.Ready)
                : One(name, HealthReport.NotReady, "Node has no relay peers to fullfill push requests");
        }
        yield return One("Peer Exchange", !isCore || node.Options.PeerExchangeService is null ? HealthReport.NotMounted : HealthReport.Ready);
    }

    /// <summary>The protocols of a node in edge mode, in the reference's words.</summary>
    static IEnumerable<Dictionary<string, string>> Clients(MessagingNode node)
    {
        if (node.Options.Mode is not NodeMode.Edge)
            yield break;
        var seen = node.Seen;
        var receiving = seen is null ? 0 : seen.Shards.Count > 0 ? seen.Shards.Values.Min(static shard => shard.Subscribed) : seen.Services?.Filter ?? 0;
        yield return Client(HealthReport.FilterClient, receiving);
        yield return Client(HealthReport.LightpushClient, seen?.Services?.Lightpush ?? 0);
        yield return Client("Store Client", seen?.Stores ?? 0);
    }

    static Dictionary<string, string> Client(string name, int services) =>
        services > 0 ? One(name, HealthReport.Ready) : One(name, HealthReport.NotReady, "No service nodes");

    static Dictionary<string, string> Storing(string name, string? problem) =>
        problem is null ? One(name, HealthReport.Ready) : One(name, HealthReport.NotReady, problem);

    static Dictionary<string, string> One(string protocol, string health, string? reason = null)
    {
        var one = new Dictionary<string, string>(StringComparer.Ordinal) { [protocol] = health };
        if (reason is not null)
            one["desc"] = reason;
        return one;
    }
}
