using System.Globalization;
using LogosActors.Node.Tests.Configuration;

namespace LogosActors.Node.Tests.Metrics;

/// <summary>What dashboards that were made for the reference node ask for.</summary>
public sealed class ReferenceMeterTests : IAsyncLifetime
{
    const string Messages = "relay/v1/messages/%2Fwaku%2F2%2Frs%2F0%2F0";
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("logos-");
    RunningNode _store = null!;
    RunningNode _other = null!;

    public async Task InitializeAsync()
    {
        _store = await RunningNode.StartAsync("--store=true", "--store-message-db-url", $"sqlite://{Path.Combine(_directory.FullName, "store.sqlite3")}");
        _other = await RunningNode.StartAsync("--storenode", _store.Address, "--staticnode", _store.Address);
        await _store.AwaitPeerOnEveryShardAsync();
        await _other.AwaitPeerOnEveryShardAsync();
    }

    public async Task DisposeAsync()
    {
        await _other.DisposeAsync();
        await _store.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Peers_messages_and_the_archive_are_shown_under_the_references_names()
    {
        await PublishAsync("AAAA", "BBBB");
        await _store.AwaitJsonAsync("store/v3/messages", found => found.GetProperty("messages").GetArrayLength() == 2);
        await _other.AwaitJsonAsync("store/v3/messages", found => found.GetProperty("messages").GetArrayLength() == 2);
        Assert.Equal(400, (await _other.GetAsync($"store/v3/messages?cursor=0x{new string('1', 64)}")).Status);

        await AwaitAsync("waku_node_messages_total{type=\"relay\"}", 2);
        await AwaitAsync("waku_histogram_message_size_count", 2);
        await AwaitAsync("waku_histogram_message_size_bucket{le=\"1\"}", 2);
        await AwaitAsync("waku_archive_messages{type=\"stored\"}", 2);
        await AwaitAsync("waku_store_queries_total", 2);
        await AwaitAsync("waku_store_errors_total{type=\"status_", 1);
        await AwaitAsync("libp2p_peers", 1);
        await AwaitAsync("libp2p_pubsub_peers", 1);
        await AwaitAsync("libp2p_gossipsub_peers_per_topic_mesh{topic=\"other\"}", 1);
        await AwaitAsync("waku_connected_peers{direction=\"In\",protocol=\"/vac/waku/relay/2.0.0\"}", 1);
        await AwaitAsync("waku_connected_peers{direction=\"Out\",protocol=\"/vac/waku/store-query/3.0.0\"}", 1, _other);
        await AwaitAsync("waku_connected_peers_per_shard{shard=\"0\"}", 1);
        await AwaitAsync("waku_connected_peers_per_agent{agent=\"logos-actors/", 1);
        await AwaitAsync("waku_peer_store_size", 1);
        await AwaitAsync("waku_store_peers", 1, _other);
        await AwaitAsync("process_resident_memory_bytes", 1);
    }

    [Fact]
    public async Task The_first_scrape_has_the_totals_since_the_start()
    {
        await PublishAsync("AAAA", "BBBB");
        await _store.AwaitJsonAsync("store/v3/messages", found => found.GetProperty("messages").GetArrayLength() == 2);
        await _other.AwaitJsonAsync("store/v3/messages", found => found.GetProperty("messages").GetArrayLength() == 2);

        var (_, stored, _) = await _store.GetAsync("metrics");
        var (_, published, _) = await _other.GetAsync("metrics");

        Assert.Contains("\nwaku_node_messages_total{type=\"relay\"} 2\n", stored, StringComparison.Ordinal);
        Assert.Contains("\nwaku_histogram_message_size_bucket{le=\"0\"} 0\nwaku_histogram_message_size_bucket{le=\"1\"} 2\n", stored, StringComparison.Ordinal);
        Assert.Contains("\nwaku_histogram_message_size_sum 0.006\nwaku_histogram_message_size_count 2\n", stored, StringComparison.Ordinal);
        Assert.Contains("\nwaku_archive_messages{type=\"stored\"} 2\n", stored, StringComparison.Ordinal);
        Assert.Contains($"\nlogos_node_payload_bytes_total{{node=\"{IdOf(_store)}\",source=\"peer\"}} 6\n", stored, StringComparison.Ordinal);
        Assert.Contains($"\nlogos_node_messages_total{{node=\"{IdOf(_other)}\",source=\"own\"}} 2\n", published, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Durations_and_sizes_by_shard_are_those_since_the_first_scrape()
    {
        await PublishAsync("AAAA");
        await _store.AwaitJsonAsync("store/v3/messages", found => found.GetProperty("messages").GetArrayLength() == 1);
        var (_, first, _) = await _store.GetAsync("metrics");

        await PublishAsync("BBBBBBBB");

        Assert.DoesNotContain("waku_relay_max_msg_bytes_per_shard{", first, StringComparison.Ordinal);
        await AwaitAsync("waku_relay_max_msg_bytes_per_shard{shard=\"0\"}", 20);
        await AwaitAsync("waku_relay_total_msg_bytes_per_shard{shard=\"0\"}", 20);
        await AwaitAsync("waku_archive_insert_duration_seconds_count", 1);
    }

    [Fact]
    public async Task Every_name_that_is_documented_is_there()
    {
        var document = await File.ReadAllTextAsync(Path.Combine(DocumentationTests.Root, "docs/node.md"));
        var start = document.IndexOf("<!-- reference metrics -->", StringComparison.Ordinal);
        var names = document[start..document.IndexOf("<!-- end of reference metrics -->", StringComparison.Ordinal)].Split('`')
            .Where(word => word.StartsWith("waku_", StringComparison.Ordinal) || word.StartsWith("libp2p_", StringComparison.Ordinal) || word.StartsWith("process_", StringComparison.Ordinal))
            .ToList();

        var (_, text, _) = await _store.GetAsync("metrics");

        Assert.All(names, name => Assert.Contains($"\n# TYPE {name} ", text, StringComparison.Ordinal));
        var shown = text.Split('\n').Where(line => line.StartsWith("# TYPE waku_", StringComparison.Ordinal) || line.StartsWith("# TYPE libp2p_", StringComparison.Ordinal));
        Assert.Equal(shown.Select(line => line.Split(' ')[2]).Order(StringComparer.Ordinal), names.Where(name => !name.StartsWith("process_", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    async Task PublishAsync(params string[] payloads)
    {
        foreach (var payload in payloads)
            Assert.Equal(200, (await _other.PostAsync(Messages, new { payload, contentTopic = "/test/1/a/proto" })).Status);
    }

    static string IdOf(RunningNode node) => node.Address.Split("/p2p/")[1];

    /// <summary>Waits until a measurement has at least a value, as the reference's own test suite reads it: the first line that begins like that.</summary>
    async Task AwaitAsync(string start, double least, RunningNode? node = null)
    {
        var deadline = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            var (_, text, _) = await (node ?? _store).GetAsync("metrics");
            var line = text.Split('\n').FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal));
            if (line is not null && double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture) >= least)
                return;
            Assert.True(DateTime.UtcNow < deadline, $"{start} was last: {line}");
            await Task.Delay(50);
        }
    }
}
