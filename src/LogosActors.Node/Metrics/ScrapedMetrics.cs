using LogosActors.Delivery;
using LogosActors.Node.Rest;

namespace LogosActors.Node.Metrics;

/// <summary>Serves a node's measurements to Prometheus. Before the first scrape there are no meters of this program and no listener, and nothing
/// observes the node: totals since its start are those that the node itself keeps. For any number of threads.</summary>
internal sealed class ScrapedMetrics : IDisposable
{
    /// <summary>How long a scrape waits for the number of archived messages.</summary>
    static readonly TimeSpan CountTimeout = TimeSpan.FromSeconds(1);

    readonly Lazy<Measuring> _measuring;

    /// <summary>Waits for the first scrape of a node.</summary>
    public ScrapedMetrics(MessagingNode node) => _measuring = new Lazy<Measuring>(() => new Measuring(node));

    /// <summary>Serves <c>/metrics</c>.</summary>
    public void Map(IEndpointRouteBuilder app) => app
        .MapRead("/metrics", async () => Results.Text(await WriteAsync(), PrometheusText.ContentType))
        .WithTags("metrics").WithSummary("The node's measurements, for Prometheus.").ProducesText(StatusCodes.Status200OK);

    /// <summary>Ends it; nothing is served any longer.</summary>
    public void Dispose()
    {
        if (_measuring.IsValueCreated)
            _measuring.Value.Dispose();
    }

    async Task<string> WriteAsync()
    {
        var measuring = _measuring.Value;
        await measuring.Reference.Counted.WaitAsync(CountTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return measuring.Exporter.Write();
    }

    /// <summary>What measures from the first scrape on.</summary>
    sealed class Measuring(MessagingNode node) : IDisposable
    {
        readonly NodeMeter _node = new(node);

        public ReferenceMeter Reference { get; } = new(node);

        public PrometheusExporter Exporter { get; } = new(["LogosActors", "System.Runtime"]) { Histograms = [ReferenceMeter.SizesOf(node)] };

        public void Dispose()
        {
            Exporter.Dispose();
            Reference.Dispose();
            _node.Dispose();
        }
    }
}
