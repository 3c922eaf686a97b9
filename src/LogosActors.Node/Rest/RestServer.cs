using System.Net;
using LogosActors.Delivery;
using LogosActors.Node.Configuration;
using LogosActors.Node.Hosting;
using LogosActors.Node.Metrics;
using LogosActors.Node.Rest.Admin;
using LogosActors.Node.Rest.Health;
using LogosActors.Node.Rest.Info;
using LogosActors.Node.Rest.Light;
using LogosActors.Node.Rest.Messaging;
using LogosActors.Node.Rest.Relay;
using LogosActors.Node.Rest.Store;
using LogosActors.Node.Rest.Traces;
using LogosActors.Node.Tracing;

namespace LogosActors.Node.Rest;

/// <summary>Serves a node by HTTP, as the reference node is served.</summary>
internal sealed class RestServer : IAsyncDisposable
{
    /// <summary>Room for what is in a request beside the largest message in base64: other fields, or lists of topics.</summary>
    const long BodyRoom = 256 * 1024;

    readonly WebApplication _app;
    readonly RelayService? _relay;
    readonly MessagingService _messaging;
    readonly StoreRoutes _store;
    readonly FilterClientService _filter;

    RestServer(WebApplication app, RelayService? relay, FilterClientService filter, MessagingService messaging, StoreRoutes store) =>
        (_app, _relay, _filter, _messaging, _store) = (app, relay, filter, messaging, store);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private init; } = null!;

    /// <summary>Starts to serve a node that is started.</summary>
    /// <param name="node">The node.</param>
    /// <param name="settings">Checked settings.</param>
    /// <param name="logs">What is logged.</param>
    /// <param name="metrics">Its measurements.</param>
    /// <param name="traces">Its last requests; null: nothing is traced.</param>
    /// <param name="loggers">Where logs go.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">The address is taken, or not this machine's.</exception>
    public static async Task<RestServer> StartAsync(
        MessagingNode node, NodeSettings settings, LogLevelSwitch logs, ScrapedMetrics metrics, RecentRequests? traces, ILoggerFactory loggers, TimeProvider time,
        CancellationToken cancellation)
    {
        var app = HttpServer.Create(settings.Rest.Address, NodeAddresses.Shifted(settings.Rest.Port, settings), settings, loggers, MaxBodyLengthOf(settings));
        var relays = settings is { Mode: NodeMode.Core, Relay: true };
        foreach (var topic in relays ? [] : settings.ContentTopics)
            await node.SubscribeAsync([topic], cancellation);
        var relay = relays ? await RelayService.StartAsync(node, settings, cancellation) : null;
        var filter = new FilterClientService(node, settings.Rest.RelayCacheCapacity);
        var messaging = new MessagingService(node, time);
        var store = new StoreRoutes(node);
        try
        {
            var hasAdmin = settings.Rest.Admin ?? IPAddress.IsLoopback(settings.Rest.Address);
            app.MapOpenApi("/openapi.json").WithMetadata(new HttpMethodMetadata(RouteDescriptions.Reading));
            app.MapInfo(node);
            app.MapHealth(node, relays);
            app.MapMessaging(messaging);
            new MessageStream(node).Map(app);
            store.Map(app);
            app.MapFilter(filter);
            new LightpushRoutes(node, settings.NumShardsInNetwork > 0, time).Map(app);
            metrics.Map(app);
            if (relay is not null)
            {
                app.MapRelay(relay, time);
                app.MapAutoRelay(relay, time);
            }
            if (hasAdmin)
            {
                app.MapAdmin(node, relays, logs);
                app.MapTraces(traces);
            }
            HttpServer.MapMissing(app, MissingOf(relay is not null, hasAdmin));
            await app.StartAsync(cancellation);
            return new RestServer(app, relay, filter, messaging, store) { Address = HttpServer.AddressOf(app) };
        }
        catch
        {
            relay?.Dispose();
            await filter.DisposeAsync();
            store.Dispose();
            await messaging.DisposeAsync();
            await app.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _relay?.Dispose();
        await _filter.DisposeAsync();
        _store.Dispose();
        await _messaging.DisposeAsync();
    }

    static long MaxBodyLengthOf(NodeSettings settings) => (settings.MaxMessageSize.Bytes * 4 / 3) + BodyRoom;

    /// <summary>The reference's words: its clients look for them.</summary>
    static Dictionary<string, string> MissingOf(bool hasRelay, bool hasAdmin)
    {
        var missing = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!hasAdmin)
            missing["/admin"] = "/admin endpoints are not available. Please check your configuration: --rest-admin=true";
        if (!hasRelay)
            missing["/relay"] = "/relay endpoints are not available. Please check your configuration: --relay";
        return missing;
    }
}
