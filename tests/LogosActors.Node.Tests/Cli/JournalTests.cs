using System.Net;
using System.Net.Sockets;
using LogosActors.Tests;
using Npgsql;

namespace LogosActors.Node.Tests.Cli;

/// <summary>Where a node keeps its durable state, and what it says when that cannot be used.</summary>
public sealed class JournalTests : IDisposable
{
    const string Topic = "/chat/1/lobby/proto";

    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("logos-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("mysql://logos:secret@localhost/logos", "expected sqlite, memory or postgres://user:password@host:port/database")]
    [InlineData("postgres", "expected sqlite, memory or postgres://user:password@host:port/database")]
    [InlineData("sqlite", "sqlite requires data-directory")]
    public async Task A_journal_that_there_is_not_is_3_and_says_what_is_expected(string journal, string expected)
    {
        var (exit, _, error) = await CommandRun.ToEndAsync("run", "--journal", journal);

        Assert.Equal(3, exit);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_PostgreSQL_that_is_away_is_9_and_says_so_without_the_password()
    {
        var (exit, _, error) = await CommandRun.ToEndAsync(
            ["run", .. Free, "--journal", $"postgres://logos:secret@127.0.0.1:{FreePort()}/logos"]);

        Assert.Equal(9, exit);
        Assert.Contains("The journal's database cannot be used", error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n'));
    }

    [Theory]
    [InlineData("node.db")]
    public async Task A_data_directory_of_the_old_format_is_9_and_says_what_to_do(string file)
    {
        var path = Path.Combine(_directory.FullName, file);
        await File.WriteAllTextAsync(path, "of version 0.1");

        var (exit, _, error) = await CommandRun.ToEndAsync(["run", .. Free, "--data", _directory.FullName]);

        Assert.Equal(9, exit);
        Assert.Contains(path, error, StringComparison.Ordinal);
        Assert.Contains("ove it away", error, StringComparison.Ordinal);
        Assert.Equal("of version 0.1", await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task A_journal_that_is_no_database_is_9_and_named()
    {
        var path = Path.Combine(_directory.FullName, "journal.db");
        await File.WriteAllTextAsync(path, new string('x', 10_000));

        var (exit, _, error) = await CommandRun.ToEndAsync(["run", .. Free, "--data", _directory.FullName]);

        Assert.Equal(9, exit);
        Assert.Contains(path, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_plugin_that_there_is_not_is_9_and_named()
    {
        var key = Path.Combine(_directory.FullName, "node.key");
        var (_, peer, _) = await CommandRun.ToEndAsync("id", "new", key);
        var file = FileWith($"akka.persistence.journal.logos-node-{peer}.class = \"No.Such, Thing\"");

        var (exit, _, error) = await CommandRun.ToEndAsync(
            ["run", .. Free, "--config-file", file, "--nodekey-file", key, "--data", Path.Combine(_directory.FullName, "data")]);

        Assert.Equal(9, exit);
        Assert.Contains($"The journal's plugin 'akka.persistence.journal.logos-node-{peer}' cannot be used", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n'));
    }

    [Fact]
    public async Task What_Akka_does_not_accept_is_3_and_says_what_it_is()
    {
        var file = FileWith("akka { actor.provider = nowhere }");

        var (exit, _, error) = await CommandRun.ToEndAsync(["run", .. Free, "--config-file", file]);

        Assert.Equal(3, exit);
        Assert.Contains("Akka does not accept its configuration: 'akka.actor.provider' is not a valid type name : 'nowhere'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_Akka_does_not_know_is_warned_about_with_its_place_and_the_node_starts()
    {
        var file = FileWith("""
            akka {
              logleve = DEBUG
              actor.deployment { "/of-my-own" { router = round-robin-pool } }
            }
            """);

        await using var node = await RunningNode.StartAsync("--config-file", file);

        var warning = await node.Log.WaitForAsync("akka.logleve");
        Assert.Contains($"{file}:2:13: 'akka.logleve' is not a setting of Akka and has no effect; did you mean 'loglevel'?", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("of-my-own", node.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_keeps_its_subscriptions_on_PostgreSQL_and_a_second_process_is_refused()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        var url = UrlOf(await cluster.CreateDatabaseAsync());
        var key = Path.Combine(_directory.FullName, "node.key");
        await CommandRun.ToEndAsync("id", "new", key);
        string[] flags = ["--journal", url, "--nodekey-file", key];
        await using (var node = await RunningNode.StartAsync(flags))
        {
            Assert.Equal(200, (await node.PostAsync("messaging/v1/subscriptions", new[] { Topic })).Status);

            var (exit, _, error) = await CommandRun.ToEndAsync(["run", .. Free, .. flags]);

            Assert.Equal(9, exit);
            Assert.Contains("Another process writes to the journal's database", error, StringComparison.Ordinal);
        }

        await using var again = await RunningNode.StartAsync(flags);
        await using var other = await RunningNode.StartAsync("--staticnode", again.Address);
        await other.AwaitPeerOnEveryShardAsync();
        // What comes before the journal has been read belongs to nobody yet.
        var received = await again.AwaitJsonAsync("messaging/v1/events/received", messages =>
        {
            if (messages.GetArrayLength() > 0)
                return true;
            _ = other.PostAsync("messaging/v1/messages", new { payload = "aGVsbG8=", contentTopic = Topic });
            return false;
        });
        Assert.Contains("aGVsbG8=", received.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_whose_journal_another_process_has_taken_ends_with_9_and_says_why()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        var database = await cluster.CreateDatabaseAsync();
        await using var node = CommandRun.Start(["run", .. Free, "--journal", UrlOf(database)]);
        await node.Output.WaitForAsync("Node setup complete", node.Exit);

        await using (await PostgresCluster.TakeLockAsync(database))
        {
            Assert.Equal(9, await node.Exit.WaitAsync(TimeSpan.FromSeconds(90)));
        }

        Assert.Contains("another process writes to its journal", node.Error.Text, StringComparison.Ordinal);
        Assert.Single(node.Error.Text.Split('\n'));
    }

    static string[] Free => ["--tcp-port=0", "--rest-port=0", "--listen-address=127.0.0.1"];

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    static string UrlOf(string connectionString)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        return $"postgres://{connection.Username}@{connection.Host}:{connection.Port}/{connection.Database}";
    }

    string FileWith(string content)
    {
        var path = Path.Combine(_directory.FullName, "node.conf");
        File.WriteAllText(path, content);
        return path;
    }
}
