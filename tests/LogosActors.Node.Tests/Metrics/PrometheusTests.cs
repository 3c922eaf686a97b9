using System.Diagnostics.Metrics;
using System.Globalization;
using LogosActors.Node.Metrics;

namespace LogosActors.Node.Tests.Metrics;

public sealed class PrometheusTests : IDisposable
{
    readonly Meter _meter = new($"Test.{Guid.NewGuid():N}");
    readonly PrometheusExporter _exporter;

    public PrometheusTests() => _exporter = new PrometheusExporter(_meter.Name);

    public void Dispose()
    {
        _exporter.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void A_counter_adds_up_by_its_labels()
    {
        var counter = _meter.CreateCounter<long>("logos.sent", "{message}", "Sent\nmessages.");
        counter.Add(2, new KeyValuePair<string, object?>("to.whom", "a \"peer\"\\"));
        counter.Add(3, new KeyValuePair<string, object?>("to.whom", "a \"peer\"\\"));
        counter.Add(1);

        Assert.Equal(
            ["# HELP logos_sent_total Sent\\nmessages.", "# TYPE logos_sent_total counter", "logos_sent_total 1", """logos_sent_total{to_whom="a \"peer\"\\"} 5"""],
            LinesOf("logos_sent"));
    }

    [Fact]
    public void An_observed_value_is_that_of_the_scrape()
    {
        var value = 1.5;
        _meter.CreateObservableGauge("logos.depth", () => value);
        Assert.Equal(["# TYPE logos_depth gauge", "logos_depth 1.5"], LinesOf("logos_depth"));

        value = double.PositiveInfinity;

        Assert.Equal(["# TYPE logos_depth gauge", "logos_depth +Inf"], LinesOf("logos_depth"));
    }

    [Fact]
    public void What_an_observable_instrument_says_no_more_is_gone()
    {
        var names = new List<string> { "a", "b" };
        _meter.CreateObservableUpDownCounter("logos.open", () => names.Select(name => new Measurement<int>(1, [new("name", name)])));
        Assert.Contains("""logos_open{name="b"} 1""", LinesOf("logos_open"));

        names.Remove("b");

        Assert.Equal(["# TYPE logos_open gauge", """logos_open{name="a"} 1"""], LinesOf("logos_open"));
    }

    [Fact]
    public void A_histogram_counts_each_value_in_every_bucket_that_holds_it()
    {
        var histogram = _meter.CreateHistogram<double>("logos.wait", "s");
        histogram.Record(0.3);
        histogram.Record(99);

        var lines = LinesOf("logos_wait");

        Assert.Equal("# TYPE logos_wait_seconds histogram", lines[0]);
        Assert.Contains("""logos_wait_seconds_bucket{le="0.25"} 0""", lines);
        Assert.Contains("""logos_wait_seconds_bucket{le="0.5"} 1""", lines);
        Assert.Contains("""logos_wait_seconds_bucket{le="10"} 1""", lines);
        Assert.Contains("""logos_wait_seconds_bucket{le="+Inf"} 2""", lines);
        Assert.Contains("logos_wait_seconds_sum 99.3", lines);
        Assert.Contains("logos_wait_seconds_count 2", lines);
    }

    [Fact]
    public void Labels_without_end_take_no_memory_without_end()
    {
        var counter = _meter.CreateCounter<int>("logos.peers");
        for (var i = 0; i < PrometheusExporter.MaxSeries + 7; i++)
            counter.Add(1, new KeyValuePair<string, object?>("peer", i.ToString(CultureInfo.InvariantCulture)));

        Assert.Equal(PrometheusExporter.MaxSeries, LinesOf("logos_peers_total{").Count);
        Assert.Contains("logos_metrics_dropped_total 7", _exporter.Write(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_labels_of_a_meter_are_those_of_its_instruments()
    {
        using var meter = new Meter(new MeterOptions(_meter.Name) { Tags = [new("node", "a")] });
        meter.CreateCounter<int>("logos.told").Add(1, new KeyValuePair<string, object?>("stored", true));

        Assert.Contains("""logos_told_total{node="a",stored="true"} 1""", LinesOf("logos_told"));
    }

    [Fact]
    public void Units_are_words_and_names_are_letters()
    {
        Assert.Equal("logos_payload_bytes_total", PrometheusText.NameOf("logos.payload", "By", isCounter: true));
        Assert.Equal("logos_wait_seconds", PrometheusText.NameOf("logos.wait.seconds", "s", isCounter: false));
        Assert.Equal("_1st", PrometheusText.NameOf("1st", null, isCounter: false));
    }

    [Fact]
    public async Task A_node_serves_its_own_at_the_rest_port_and_at_one_of_its_own()
    {
        await using var node = await RunningNode.StartAsync("--metrics-server=true", "--metrics-server-port=0");
        var line = await node.Log.WaitForAsync("Metrics at ");
        using var http = new HttpClient();

        var own = await http.GetStringAsync(new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..]));
        var (status, rest, type) = await node.GetAsync("metrics");

        Assert.Equal((200, "text/plain"), (status, type));
        foreach (var text in (string[])[own, rest])
        {
            Assert.Contains($"\nlogos_delivery_peers_connected{{node=\"{node.Address.Split("/p2p/")[1]}\"}} 0\n", text, StringComparison.Ordinal);
            Assert.Contains("\n# TYPE dotnet_gc_collections_total counter\n", text, StringComparison.Ordinal);
        }
    }

    List<string> LinesOf(string start) =>
        [.. _exporter.Write().Split('\n').Where(line => line.StartsWith(start, StringComparison.Ordinal) || line.StartsWith("# ", StringComparison.Ordinal) && line.Split(' ')[2].StartsWith(start, StringComparison.Ordinal))];
}
