using System.Globalization;
using LogosActors.Delivery;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;
using LogosActors.Node.Configuration;
using LogosActors.Node.Hosting;

namespace LogosActors.Node.Rest.Admin;

/// <summary><c>/admin/v1</c>: peers and logging.</summary>
internal static class AdminRoutes
{
    const string Peers = "/admin/v1/peers";

    /// <summary>How long a connected peer may take to say what it is subscribed to before the request to connect is answered all the same.</summary>
    static readonly TimeSpan SubscriptionsTimeout = TimeSpan.FromSeconds(1);

    // The service protocols that the reference lists peers by.
    static readonly string[] ServiceProtocols =
    [
        "/vac/waku/relay/2.0.0", "/vac/waku/filter-subscribe/2.0.0-beta1", "/vac/waku/store-query/3.0.0", "/vac/waku/lightpush/2.0.0-beta1",
        "/vac/waku/lightpush/3.0.0", "/vac/waku/peer-exchange/2.0.0-alpha1", "/vac/waku/reconciliation/1.0.0", "/vac/waku/transfer/1.0.0",
    ];

    public static void MapAdmin(this IEndpointRouteBuilder app, MessagingNode node, bool relays, LogLevelSwitch logs)
    {
        var peers = new PeerList(node);
        var routes = app.MapGroup("").WithTags("admin");
        routes.MapRead(Peers, async () => Answers.Json(await peers.AllAsync()))
            .WithSummary("The peers that the node knows.").Produces<AdminPeer[]>();
        routes.MapPost(Peers, (HttpRequest request, CancellationToken cancellation) => ConnectAsync(node, request, cancellation))
            .WithSummary("Connects to peers.").TakesJson<string[]>().ProducesText(200, 400);
        routes.MapRead("/admin/v1/peer/{peerId}", async (string peerId) => Single(await peers.AllAsync(), peerId))
            .WithSummary("One peer.").Produces<AdminPeer>().ProducesText(400, 404);
        routes.MapRead($"{Peers}/service", async () => Answers.Json(OfServices(await peers.AllAsync())))
            .WithSummary("The peers that serve something.").Produces<AdminPeer[]>();
        routes.MapRead($"{Peers}/connected", async () => Answers.Json((await peers.AllAsync()).Where(IsConnected)))
            .WithSummary("The peers that are connected.").Produces<AdminPeer[]>();
        routes.MapRead(
                $"{Peers}/connected/on/{{shardId}}",
                (string shardId) => OnShardAsync(shardId, async shard => (await peers.AllAsync()).Where(peer => IsConnected(peer) && peer.Shards.Contains(shard))))
            .WithSummary("The connected peers of a shard.").Produces<AdminPeer[]>().ProducesText(400);
        MapShards(routes, relays, "relay", "The connected peers of each joined shard.", peers.OfShardsAsync);
        MapShards(routes, relays, "mesh", "The peers in the mesh of each joined shard.", peers.OfMeshesAsync);
        routes.MapRead($"{Peers}/stats", async () => Answers.Json(PeerStatistics.Of(
                await peers.AllAsync(), await peers.OfShardsAsync(), await peers.OfMeshesAsync(), ServiceProtocols)))
            .WithSummary("How many peers there are, by kinds.").Produces<Dictionary<string, Dictionary<string, int>>>();
        routes.MapRead("/admin/v1/filter/subscriptions", async () => await FilterSubscription.ListAsync(node) is { } subscriptions
                ? Answers.Json(subscriptions)
                : Answers.BadRequest("Error: Filter Protocol is not mounted to the node"))
            .WithSummary("Who is subscribed to what at the filter service.").Produces<FilterSubscription[]>().ProducesText(400);
        routes.MapPost("/admin/v1/log-level/{logLevel}", (string logLevel) => SetLogLevel(logs, logLevel))
            .WithSummary("Changes what is logged from now on.").ProducesText(200, 400);
    }

    static void MapShards(IEndpointRouteBuilder routes, bool relays, string kind, string summary, Func<Task<IReadOnlyList<PeersOfShard>>> list)
    {
        routes.MapRead($"{Peers}/{kind}", async () => relays ? Answers.Json(await list()) : NoRelay)
            .WithSummary(summary).Produces<PeersOfShard[]>().ProducesText(503);
        routes.MapRead(
                $"{Peers}/{kind}/on/{{shardId}}",
                async (string shardId) => !relays ? NoRelay : await OnShardAsync(
                    shardId, async shard => (await list()).FirstOrDefault(peers => peers.Shard == shard) ?? new PeersOfShard(shard, [])))
            .WithSummary($"{summary[..^1]}, of one shard.").Produces<PeersOfShard>().ProducesText(400, 503);
    }

    static IResult NoRelay => Answers.ServiceUnavailable("Error: Relay Protocol is not mounted to the node");

    static async Task<IResult> OnShardAsync<T>(string text, Func<ushort, Task<T>> list) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var shard)
            ? Answers.Json(await list(shard))
            : Answers.BadRequest($"Invalid shardId: {text}");

    static bool IsConnected(AdminPeer peer) => peer.Connected is Connectedness.Connected;

    static IResult Single(IReadOnlyList<AdminPeer> peers, string text)
    {
        if (!PeerId.TryParse(text, out var id, out _))
            return Answers.BadRequest($"Invalid argument:{text}");
        return peers.FirstOrDefault(peer => id.Equals(peer.Id)) is { } found
            ? Answers.Json(found)
            : Answers.NotFound($"Peer with ID {id} not found");
    }

    static IEnumerable<AdminPeer> OfServices(IReadOnlyList<AdminPeer> peers) => peers
        .Select(peer => peer with { Protocols = [.. ServiceProtocols.Intersect(peer.Protocols, StringComparer.Ordinal)] })
        .Where(peer => peer.Protocols.Count > 0);

    static async Task<IResult> ConnectAsync(MessagingNode node, HttpRequest request, CancellationToken cancellation)
    {
        var (peers, wrong) = await RestJson.ReadAsync<string[]>(request, cancellation);
        if (peers is null)
            return wrong!;
        var connected = new List<PeerId>();
        for (var i = 0; i < peers.Length; i++)
        {
            if (!Multiaddr.TryParse(peers[i], out var address, out var error) || address.PeerId is null)
                return Answers.BadRequest($"Couldn't parse remote peer info: '{peers[i]}' is not a multiaddress with /p2p/ ({error})");
            if (node.Host is not { } host || await host.DialAsync(address, cancellation) is not { IsConnected: true })
                return Answers.BadRequest($"Failed to connect to peer at index: {i} - {peers[i]}");
            connected.Add(address.PeerId);
        }
        // Who publishes next publishes to them. A peer that does not relay never says so.
        await Task.WhenAll(connected.Select(peer => node.AwaitSubscriptionsAsync(peer, SubscriptionsTimeout, cancellation)));
        return Answers.Ok;
    }

    static IResult SetLogLevel(LogLevelSwitch logs, string text)
    {
        if (!Enum.TryParse<LogThreshold>(text, ignoreCase: true, out var level) || level is LogThreshold.None || int.TryParse(text, out _))
            return Answers.BadRequest($"Invalid log-level: {text}. Please specify one of TRACE, DEBUG, INFO, NOTICE, WARN, ERROR or FATAL");
        logs.Threshold = level;
        return Answers.Ok;
    }
}
