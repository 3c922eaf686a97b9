using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace LogosActors.Node.Tests.Metrics;

/// <summary>Alone in the process: the scrape of one node listens to the instruments of all.</summary>
[CollectionDefinition(nameof(FirstScrapeTests), DisableParallelization = true)]
public sealed class FirstScrapeCollection;

[Collection(nameof(FirstScrapeTests))]
public sealed class FirstScrapeTests : IDisposable
{
    readonly ConcurrentBag<Instrument> _instruments = [];
    readonly MeterListener _instrumentsThatAreMade = new();

    public FirstScrapeTests()
    {
        // Is notified of every instrument, and listens to none.
        _instrumentsThatAreMade.InstrumentPublished = (instrument, _) => _instruments.Add(instrument);
        _instrumentsThatAreMade.Start();
    }

    public void Dispose() => _instrumentsThatAreMade.Dispose();

    [Fact]
    public async Task Nothing_is_listened_to_before_the_first_scrape()
    {
        await using var node = await RunningNode.StartAsync("--metrics-server=true", "--metrics-server-port=0");
        Assert.Equal(200, (await node.GetAsync("health")).Status);
        Assert.Contains(Own(), instrument => instrument.Name == "logos.delivery.messages.received");
        Assert.DoesNotContain(_instruments, instrument => instrument.Enabled);
        Assert.DoesNotContain(Own(), instrument => instrument.Meter.Name != "LogosActors.Delivery");

        var (status, text, _) = await node.GetAsync("metrics");

        Assert.Equal(200, status);
        Assert.All(Own(), instrument => Assert.True(instrument.Enabled, instrument.Name));
        foreach (var name in (string[])["logos_delivery_messages_received_total", "logos_node_messages_total", "waku_node_messages_total", "waku_histogram_message_size", "dotnet_gc_collections_total"])
            Assert.Contains($"\n# TYPE {name} ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_listened_to_any_longer_when_a_node_that_was_scraped_has_stopped()
    {
        await using (var node = await RunningNode.StartAsync())
            Assert.Equal(200, (await node.GetAsync("metrics")).Status);

        Assert.DoesNotContain(_instruments, instrument => instrument.Enabled);
    }

    IEnumerable<Instrument> Own() => _instruments.Where(instrument => instrument.Meter.Name.StartsWith("LogosActors", StringComparison.Ordinal));
}
