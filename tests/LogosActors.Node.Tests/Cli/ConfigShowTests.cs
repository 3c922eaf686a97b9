using System.Text.Json;

namespace LogosActors.Node.Tests.Cli;

public sealed class ConfigShowTests : IDisposable
{
    const string Key = "364d111d729a6eb6d2e6113e163f017b5ef03a6f94c9b5b7bb1bb36fa5cb07a9";
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("logos-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Each_setting_says_where_its_value_is_from()
    {
        var file = Path.Combine(_directory.FullName, "node.conf");
        await File.WriteAllTextAsync(file, "node {\n  tcp-port = 60001\n  rest.port = 8000\n}\n");

        var settings = await ShowAsync("--config-file", file, "--rest-port=8001", "--num-shards-in-network=8", "--shard=1", "--shard=3", "--store-resume=true");

        Assert.Equal(("60001", $"{file}:2:14"), settings["node.tcp-port"]);
        Assert.Equal(("8001", "--rest-port"), settings["node.rest.port"]);
        Assert.Equal(("[1, 3]", "--shard"), settings["node.shards"]);
        Assert.Equal(("0", "default"), settings["node.cluster-id"]);
    }

    [Fact]
    public async Task A_preset_gives_defaults_and_what_is_set_wins()
    {
        var settings = await ShowAsync("--preset=logos.dev", "--num-shards-in-network=4");

        Assert.Equal(("3", "preset logos.dev"), settings["node.cluster-id"]);
        Assert.Equal(("4", "--num-shards-in-network"), settings["node.num-shards-in-network"]);
        Assert.Contains("delivery-01", settings["node.entry-nodes"].Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_preset_is_3_and_names_those_that_there_are()
    {
        var (exit, _, error) = await CommandRun.ToEndAsync("run", "--preset", "mainnet");

        Assert.Equal(3, exit);
        Assert.Contains("--preset: node.preset: there is no network 'mainnet'; expected one of twn, logos.dev", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_private_key_is_not_shown()
    {
        var (_, output, error) = await CommandRun.ToEndAsync("config", "show", "--nodekey", Key);

        Assert.Contains("(secret)", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, output + error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--data")]
    [InlineData("--local-storage-path")]
    public async Task The_data_directory_has_the_references_name_too(string flag)
    {
        var (exit, shown, _) = await CommandRun.ToEndAsync("config", "show", flag, "/var/lib/logos");

        Assert.Equal(0, exit);
        Assert.Matches("""node\.data-directory\s+"/var/lib/logos"\s+--data""", shown);
    }

    [Fact]
    public async Task The_flags_of_the_references_test_suites_are_taken()
    {
        var (exit, _, error) = await CommandRun.ToEndAsync(
            "config", "show", "--listen-address=0.0.0.0", "--rest=true", "--rest-admin=true", "--websocket-support=true", "--log-level=TRACE",
            "--rest-relay-cache-capacity=100", "--websocket-port=26501", "--rest-port=26500", "--tcp-port=26502", "--discv5-udp-port=26503",
            "--rest-address=0.0.0.0", "--nat=extip:172.18.111.226", "--peer-exchange=true", "--discv5-discovery=true", "--cluster-id=3",
            "--metrics-server=true", "--metrics-server-address=0.0.0.0", "--metrics-server-port=26504", "--metrics-logging=true",
            "--shard=0", "--content-topic=/test/1/waku-relay/proto", "--num-shards-in-network=8", "--relay=true", "--keep-alive=true",
            "--rln-relay=false", "--filter=true", "--lightpush=true", $"--nodekey={Key}");

        Assert.True(exit == 0, error);
    }

    static async Task<Dictionary<string, (string Value, string From)>> ShowAsync(params string[] flags)
    {
        var (exit, output, error) = await CommandRun.ToEndAsync(["config", "show", "--json", .. flags]);
        Assert.True(exit == 0, error);
        return JsonDocument.Parse(output).RootElement.EnumerateArray().ToDictionary(
            setting => setting.GetProperty("setting").GetString()!,
            setting => (setting.GetProperty("value").GetString()!, setting.GetProperty("origin").GetString()!),
            StringComparer.Ordinal);
    }
}
