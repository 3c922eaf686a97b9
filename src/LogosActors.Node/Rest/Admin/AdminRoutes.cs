using System.Globalization;
using LogosActors.Delivery;
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

    // The service protocols that the reference lists peers by.
    static readonly string[] ServiceProtocols =
    [
        "/vac/waku/relay/2.0.0", "/vac/waku/filter-subscribe/2.0.0-beta1", "/vac/waku/store-query/3.0.0", "/vac/waku/lightpush/2.0.0-beta1",
        "/vac/waku/lightpush/3.0.0", "/vac/waku/peer-exchange/2.0.0-alpha1", "/vac/waku/reconciliation/1.0.0", "/vac/waku/transfer/1.0.0",
    ];

    public static void MapAdmin(this IEndpointRouteBuilder app, MessagingNode node, LogLevelSwitch logs)
    {
        var peers = new PeerList(node);
        var routes = app.MapGroup("").WithTags("admin");
        routes.MapGet(Peers, async () => Answers.Json(await peers.AllAsync()))
            .WithSummary("The peers that the node knows.").Produces<AdminPeer[]>();
        routes.MapPost(Peers, (HttpRequest request, CancellationToken cancellation) => ConnectAsync(node, request, cancellation))
            .WithSummary("Connects to peers.").TakesJson<string[]>().ProducesText(200, 400);
        routes.MapGet("/admin/v1/peer/{peerId}", async (string peerId) => Single(await peers.AllAsync(), peerId))
            .WithSummary("One peer.").Produces<AdminPeer>().ProducesText(400, 404);
        routes.MapGet($"{Peers}/service", async () => Answers.Json(OfServices(await peers.AllAsync())))
            .WithSummary("The peers that serve something.").Produces<AdminPeer[]>();
        routes.MapGet($"{Peers}/connected", async () => Answers.Json((await peers.AllAsync()).Where(IsConnected)))
            .WithSummary("The peers that are connected.").Produces<AdminPeer[]>();
        routes.MapGet(
                $"{Peers}/connected/on/{{shardId}}",
                (string shardId) => OnShardAsync(shardId, async shard => (await peers.AllAsync()).Where(peer => IsConnected(peer) && peer.Shards.Contains(shard))))
            .WithSummary("The connected peers of a shard.").Produces<AdminPeer[]>().ProducesText(400);
        MapShards(routes, "relay", "The connected peers of each joined shard.", peers.OfShardsAsync);
        MapShards(routes, "mesh", "The peers in the mesh of each joined shard.", peers.OfMeshesAsync);
        routes.MapGet($"{Peers}/stats", async () => Answers.Json(PeerStatistics.Of(
                await peers.AllAsync(), await peers.OfShardsAsync(), await peers.OfMeshesAsync(), ServiceProtocols)))
            .WithSummary("How many peers there are, by kinds.").Produces<Dictionary<string, Dictionary<string, int>>>();
        routes.MapPost("/admin/v1/log-level/{logLevel}", (string logLevel) => SetLogLevel(logs, logLevel))
            .WithSummary("Changes what is logged from now on.").ProducesText(200, 400);
    }

    static void MapShards(IEndpointRouteBuilder routes, string kind, string summary, Func<Task<IReadOnlyList<PeersOfShard>>> list)
    {
        routes.MapGet($"{Peers}/{kind}", async () => Answers.Json(await list())).WithSummary(summary).Produces<PeersOfShard[]>();
        routes.MapGet(
                $"{Peers}/{kind}/on/{{shardId}}",
                (string shardId) => OnShardAsync(
                    shardId, async shard => (await list()).FirstOrDefault(peers => peers.Shard == shard) ?? new PeersOfShard(shard, [])))
            .WithSummary($"{summary[..^1]}, of one shard.").Produces<PeersOfShard>().ProducesText(400);
    }

    static async Task<IResult> OnShardAsync<T>(string text, Func<ushort, Task<T>> list) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var shard)
            ? Answers.Json(await list(shard))
            : Answers.BadRequest($"Invalid shardId: {text}");

    static bool IsConnected(AdminPeer peer) => peer.Connected is Connectedness.Connected;

    static IResult Single(IReadOnlyList<AdminPeer> peers, string text)
    {
        if (!PeerId.TryParse(text, out var id, out _))
            return Answers.BadRequest($"Invalid argument:{text}");
        return peers.FirstOrDefault(peer => peer.Multiaddr.EndsWith($"/p2p/{id}", StringComparison.Ordinal)) is { } found
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
        for (var i = 0; i < peers.Length; i++)
        {
            if (!Multiaddr.TryParse(peers[i], out var address, out var error) || address.PeerId is null)
                return Answers.BadRequest($"Couldn't parse remote peer info: '{peers[i]}' is not a multiaddress with /p2p/ ({error})");
            if (node.Host is not { } host || await host.DialAsync(address, cancellation) is not { IsConnected: true })
                return Answers.BadRequest($"Failed to connect to peer at index: {i} - {peers[i]}");
        }
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
