using LogosActors.Delivery;
using LogosActors.Node.Metrics;
using LogosActors.Node.Tracing;

namespace LogosActors.LoadTests.Delivery;

/// <summary>Observes the node of this process as <c>logos run</c> does, until it is disposed of.</summary>
internal sealed class Observation : IAsyncDisposable
{
    /// <summary>As <c>--tracing</c> does.</summary>
    public const string Traced = "traced";

    /// <summary>As a Prometheus does that scrapes once a second.</summary>
    public const string Scraped = "scraped";

    static readonly TimeSpan ScrapeInterval = TimeSpan.FromSeconds(1);

    readonly CancellationTokenSource _stopping = new();
    readonly List<IDisposable> _owned = [];
    readonly Task _scraping;

    /// <param name="node">The node.</param>
    /// <param name="kind">How: one of the above.</param>
    public Observation(MessagingNode node, string kind)
    {
        if (kind == Traced)
        {
            _owned.Add(new RecentRequests(TimeProvider.System));
            _scraping = Task.CompletedTask;
            return;
        }
        var meters = new NodeMeters(node);
        meters.Begin();
        var exporter = new PrometheusExporter("LogosActors", "System.Runtime");
        _owned.AddRange([meters, exporter]);
        _scraping = ScrapeAsync(exporter);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _scraping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _owned.ForEach(owned => owned.Dispose());
        _stopping.Dispose();
    }

    async Task ScrapeAsync(PrometheusExporter exporter)
    {
        while (true)
        {
            _ = exporter.Write();
            await Task.Delay(ScrapeInterval, _stopping.Token);
        }
    }
}
