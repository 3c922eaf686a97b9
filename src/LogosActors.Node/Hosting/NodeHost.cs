using System.Net.Sockets;
using Akka.Configuration;
using LogosActors.Actors;
using LogosActors.Delivery;
using LogosActors.Node.Configuration;
using LogosActors.Node.Metrics;
using LogosActors.Node.Rest;
using LogosActors.Node.Tracing;

namespace LogosActors.Node.Hosting;

/// <summary>A node with its HTTP services, as <c>logos run</c> has it.</summary>
internal sealed class NodeHost : IAsyncDisposable
{
    // Disposed in the reverse order.
    readonly Stack<IAsyncDisposable> _parts = new();

    IDisposable? _traceExport;

    NodeHost()
    {
    }

    /// <summary>The node.</summary>
    public MessagingNode Node { get; private set; } = null!;

    /// <summary>Where REST is served; null: it is not.</summary>
    public Uri? Rest { get; private set; }

    /// <summary>Where metrics are served by themselves; null: they are not.</summary>
    public Uri? MetricsServer { get; private set; }

    /// <summary>Starts a node and its services, and returns when all listen.</summary>
    /// <param name="settings">Checked settings.</param>
    /// <param name="akka">The <c>akka</c> section of the configuration; null: none.</param>
    /// <param name="loggers">Where logs go.</param>
    /// <param name="logs">What is logged.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="NodeStartException">The key, the data directory or an address of the node cannot be used.</exception>
    /// <exception cref="ListenException">An address of its services is taken, or not this machine's.</exception>
    public static async Task<NodeHost> StartAsync(
        NodeSettings settings, Config? akka, ILoggerFactory loggers, LogLevelSwitch logs, CancellationToken cancellation)
    {
        var host = new NodeHost();
        try
        {
            await host.StartPartsAsync(settings, akka, loggers, logs, cancellation);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out var part))
            await part.DisposeAsync();
        // It has the end of what was under way, too.
        _traceExport?.Dispose();
    }

    async Task StartPartsAsync(NodeSettings settings, Config? akka, ILoggerFactory loggers, LogLevelSwitch logs, CancellationToken cancellation)
    {
        var key = NodeOptionsFactory.KeyOf(settings) is { } configured ? Own(configured) : null;
        if (PrivateFiles.WarningOf(settings.NodeKeyFile) is { } warning)
            loggers.CreateLogger("logos").LogWarning("{Warning}", warning);
        var options = NodeOptionsFactory.Create(settings, key, akka);
        if (settings.Store.Enabled)
        {
            var archive = await ArchiveFactory.OpenAsync(settings.Store.DbUrl, cancellation);
            _parts.Push(archive);
            options = options with { Archive = archive };
        }
        var traces = settings.Tracing.Enabled ? Own(new RecentRequests(TimeProvider.System)) : null;
        var node = Node = await MessagingNode.CreateAsync(options, loggers, cancellation: cancellation);
        _parts.Push(node);
        if (settings.Otlp.Enabled)
            _traceExport = OtlpExport.SendTraces(settings.Otlp, node.PeerId);
        await node.StartAsync(cancellation);
        var meters = Own(new NodeMeters(node));
        if (settings.Otlp.Enabled)
        {
            meters.Begin();
            Own(OtlpExport.SendMetrics(settings.Otlp, node.PeerId));
        }
        var metrics = Own(new ScrapedMetrics(node, meters));
        if (settings.Rest.Enabled)
        {
            var rest = await ListenAsync("rest", () => RestServer.StartAsync(node, settings, logs, metrics, traces, loggers, TimeProvider.System, cancellation));
            _parts.Push(rest);
            Rest = rest.Address;
        }
        if (settings.MetricsServer.Enabled)
            MetricsServer = await ListenAsync("metrics-server", () => ServeMetricsAsync(settings, metrics, loggers, cancellation));
    }

    async Task<Uri> ServeMetricsAsync(NodeSettings settings, ScrapedMetrics metrics, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var port = NodeAddresses.Shifted(settings.MetricsServer.Port, settings);
        var app = HttpServer.Create(settings.MetricsServer.Address, port, settings, loggers, maxBodyLength: 0);
        _parts.Push(app);
        metrics.Map(app);
        HttpServer.MapMissing(app, new Dictionary<string, string>(StringComparer.Ordinal));
        await app.StartAsync(cancellation);
        return HttpServer.AddressOf(app);
    }

    T Own<T>(T part)
        where T : IDisposable
    {
        _parts.Push(new Owned(part));
        return part;
    }

    static async Task<T> ListenAsync<T>(string flag, Func<Task<T>> start)
    {
        try
        {
            return await start();
        }
        catch (IOException e)
        {
            throw new ListenException($"{e.Message} Choose another port with --{flag}-port, or shift all with --ports-shift.", e);
        }
        catch (SocketException e)
        {
            throw new ListenException($"Cannot listen there: {e.Message}. Choose an address of this machine with --{flag}-address.", e);
        }
    }

    sealed class Owned(IDisposable part) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            part.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>An address to listen at by HTTP is taken, or not this machine's.</summary>
internal sealed class ListenException(string message, Exception inner) : Exception(message, inner);
