using LogosActors.Delivery;
using LogosActors.Node.Rest;

namespace LogosActors.Node.Metrics;

/// <summary>Serves a node's measurements to Prometheus. Before the first scrape there are no meters of this program and no listener, and nothing
/// observes the node: totals since its start are those that the node itself keeps. For any number of threads.</summary>
internal sealed class ScrapedMetrics : IDisposable
{
    /// <summary>How long a scrape waits for the number of archived messages.</summary>
    static readonly TimeSpan CountTimeout = TimeSpan.FromSeconds(1);

    readonly NodeMeters _meters;
    readonly Lazy<PrometheusExporter> _exporter;

    /// <summary>Waits for the first scrape of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="meters">What measures it.</param>
    public ScrapedMetrics(MessagingNode node, NodeMeters meters)
    {
        _meters = meters;
        _exporter = new Lazy<PrometheusExporter>(() => new PrometheusExporter(["LogosActors", "System.Runtime"]) { Histograms = [ReferenceMeter.SizesOf(node)] });
    }

    /// <summary>Serves <c>/metrics</c>.</summary>
    public void Map(IEndpointRouteBuilder app) => app
        .MapRead("/metrics", async () => Results.Text(await WriteAsync(), PrometheusText.ContentType))
        .WithTags("metrics").WithSummary("The node's measurements, for Prometheus.").ProducesText(StatusCodes.Status200OK);

    /// <summary>Ends it; nothing is served any longer.</summary>
    public void Dispose()
    {
        if (_exporter.IsValueCreated)
            _exporter.Value.Dispose();
    }

    async Task<string> WriteAsync()
    {
        var reference = _meters.Begin();
        var exporter = _exporter.Value;
        await reference.Counted.WaitAsync(CountTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return exporter.Write();
    }
}
