using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using LogosActors.Tests;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace LogosActors.Node.Tests;

/// <summary>What a node says and does while its disk is full, or a database is locked, removed or away.</summary>
public sealed class StorageTests : IDisposable
{
    const string Topic = "/chat/1/lobby/proto";

    // Three and seven times as long as on a machine that is idle: what is caught here is waiting for a database until something else gives up.
    static readonly TimeSpan Answer = TimeSpan.FromSeconds(15);
    static readonly TimeSpan Stop = TimeSpan.FromSeconds(15);

    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("logos-");

    string Data => Path.Combine(_directory.FullName, "data");

    string Archive => Path.Combine(_directory.FullName, "archive", "store.db");

    string[] Flags => ["--data", Data, "--store", "true", "--store-message-db-url", $"sqlite://{Archive}"];

    static object Message => new { payload = Convert.ToBase64String(new byte[60_000]), contentTopic = Topic };

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_disk_that_takes_no_more_is_answered_with_503_in_time_and_told_in_health_and_over_when_there_is_room()
    {
        await using var node = LogosProcess.StartWithLimitedFiles(["run", "--tcp-port=0", "--rest-port=0", "--listen-address=127.0.0.1", .. Flags]);
        using var http = await ClientOfAsync(node);
        Assert.Equal(200, (int)(await http.PostAsJsonAsync("messaging/v1/messages", Message)).StatusCode);
        await AwaitHealthAsync(http, health => health.IsReady);
        var full = new FileInfo(Path.Combine(Data, "journal.db-wal")).Length;

        await node.LimitFilesAsync(full);

        var (status, body) = await PostAsync(http);
        Assert.Equal(503, status);
        Assert.Contains("could not be stored", body, StringComparison.Ordinal);
        await AwaitHealthAsync(http, health => health is { IsReady: false, Journal: "NOT_READY", JournalReason.Length: > 0 });
        // It is tried again and again meanwhile: the log has a line, not one for each.
        for (var i = 0; i < 2; i++)
            Assert.Equal(503, (await PostAsync(http)).Status);
        var lines = node.Output.Text.Split('\n');
        Assert.Single(lines, line => line.Contains("The journal fails", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.StartsWith("    ", StringComparison.Ordinal)); // no stacks

        await node.LimitFilesAsync(null);
        await AwaitHealthAsync(http, health => health is { IsReady: true, Store: "READY", Journal: null });
        Assert.Equal(200, (await PostAsync(http)).Status);

        await node.LimitFilesAsync(full);
        Assert.Equal(503, (await PostAsync(http)).Status);
        await StopInTimeAsync(node);
    }

    [Fact]
    public async Task A_key_that_finds_no_room_is_not_left_behind_as_a_file_that_holds_none()
    {
        var key = Path.Combine(_directory.FullName, "node.key");
        string[] limited = ["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh", "dotnet", Path.Combine(AppContext.BaseDirectory, "logos.dll"), "id", "new", key];
        using (var process = Process.Start(new ProcessStartInfo("sh", limited) { RedirectStandardError = true, UseShellExecute = false, Environment = { ["DOTNET_EnableWriteXorExecute"] = "0" } })!)
        {
            var error = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.Equal(4, process.ExitCode);
            Assert.Contains($"The key file '{key}' cannot be written", error, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(key));
        Assert.Equal(0, (await CommandRun.ToEndAsync("id", "new", key)).Exit);
    }

    [Fact]
    public async Task A_node_with_a_locked_journal_answers_in_time_and_stops_in_time_and_goes_on_when_it_is_free()
    {
        await using var node = LogosProcess.Start(["run", "--tcp-port=0", "--rest-port=0", "--listen-address=127.0.0.1", .. Flags]);
        using var http = await ClientOfAsync(node);

        await using (Lock(Path.Combine(Data, "journal.db")))
        {
            Assert.Equal(503, (await PostAsync(http)).Status);
            await AwaitHealthAsync(http, health => health is { IsReady: false, Journal: "NOT_READY" } && health.JournalReason!.Contains("another process has locked it", StringComparison.Ordinal));
        }
        await AwaitHealthAsync(http, health => health.IsReady);
        Assert.Equal(200, (await PostAsync(http)).Status);

        await using (Lock(Path.Combine(Data, "journal.db")))
        {
            Assert.Equal(503, (await PostAsync(http)).Status);
            await StopInTimeAsync(node);
        }
    }

    [Fact]
    public async Task A_node_with_a_locked_archive_says_so_and_goes_on_when_it_is_free_and_stops_in_time()
    {
        await using var node = LogosProcess.Start(["run", "--tcp-port=0", "--rest-port=0", "--listen-address=127.0.0.1", .. Flags]);
        using var http = await ClientOfAsync(node);

        await using (Lock(Archive))
        {
            Assert.Equal(200, (await PostAsync(http)).Status);
            await AwaitHealthAsync(http, health => health is { IsReady: false, Store: "NOT_READY" } && health.StoreReason!.Contains("locked", StringComparison.Ordinal));
        }
        await AwaitHealthAsync(http, health => health is { IsReady: true, Store: "READY" });
        await AwaitStoredAsync(http, 1);

        await using (Lock(Archive))
        {
            Assert.Equal(200, (await PostAsync(http)).Status);
            await StopInTimeAsync(node);
        }
    }

    [Fact]
    public async Task An_archive_whose_file_was_removed_is_told_and_made_again()
    {
        await using var node = await RunningNode.StartAsync(Flags);

        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(Archive)!, "store.db*").Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
            File.Delete(file);

        await AwaitHealthAsync(node.Http, health => health is { IsReady: false } && health.StoreReason!.Contains("was removed", StringComparison.Ordinal));
        await AwaitHealthAsync(node.Http, health => health.IsReady);
        Assert.Equal(200, (await PostAsync(node.Http)).Status);
        await AwaitStoredAsync(node.Http, 1);
        Assert.True(File.Exists(Archive));
    }

    [Fact]
    public async Task A_node_whose_journal_was_removed_takes_nothing_that_it_could_not_keep()
    {
        await using var node = await RunningNode.StartAsync(Flags);

        File.Move(Path.Combine(Data, "journal.db"), Path.Combine(Data, "elsewhere"));

        var (status, body) = await PostAsync(node.Http);
        Assert.Equal(503, status);
        Assert.Contains("was removed", body, StringComparison.Ordinal);
        await AwaitHealthAsync(node.Http, health => !health.IsReady && health.JournalReason!.Contains("was removed", StringComparison.Ordinal));
        File.Move(Path.Combine(Data, "elsewhere"), Path.Combine(Data, "journal.db"));
        Assert.Equal(200, (await PostAsync(node.Http)).Status);
        await AwaitHealthAsync(node.Http, health => health.IsReady);
    }

    [Fact]
    public async Task An_archive_on_PostgreSQL_that_is_away_is_told_and_answered_and_over_when_it_is_back()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        var connection = new NpgsqlConnectionStringBuilder(await cluster.CreateDatabaseAsync());
        await using var node = await RunningNode.StartAsync(
            "--store", "true", "--store-message-db-url", $"postgres://{connection.Username}@{connection.Host}:{connection.Port}/{connection.Database}");
        await AwaitHealthAsync(node.Http, health => health is { IsReady: true, Store: "READY" });

        await cluster.StopServerAsync();

        await AwaitHealthAsync(node.Http, health => health is { IsReady: false, Store: "NOT_READY", StoreReason.Length: > 0 });
        Assert.Equal(503, (await node.GetAsync("store/v3/messages")).Status);
        Assert.Equal(200, (await PostAsync(node.Http)).Status);
        await cluster.StartServerAsync();
        await AwaitHealthAsync(node.Http, health => health is { IsReady: true, Store: "READY" });
        await AwaitStoredAsync(node.Http, 1);
    }

    [Fact]
    public async Task A_journal_on_PostgreSQL_that_is_away_is_told_and_answered_and_stopped_and_over_when_it_is_back()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        var connection = new NpgsqlConnectionStringBuilder(await cluster.CreateDatabaseAsync());
        await using var node = LogosProcess.Start(
            "run", "--tcp-port=0", "--rest-port=0", "--listen-address=127.0.0.1",
            "--journal", $"postgres://{connection.Username}@{connection.Host}:{connection.Port}/{connection.Database}");
        using var http = await ClientOfAsync(node);
        Assert.Equal(200, (await PostAsync(http)).Status);

        await cluster.StopServerAsync();
        for (var i = 0; i < 3; i++)
            Assert.Equal(503, (await PostAsync(http)).Status);
        await AwaitHealthAsync(http, health => health is { IsReady: false, Journal: "NOT_READY", JournalReason.Length: > 0 });
        var lines = node.Output.Text.Split('\n');
        Assert.Single(lines, line => line.Contains("The journal fails", StringComparison.Ordinal));
        Assert.InRange(lines.Count(line => line.Contains("The journal's database does not answer", StringComparison.Ordinal)), 0, 1);
        Assert.DoesNotContain(lines, line => line.StartsWith("    ", StringComparison.Ordinal)); // no stacks

        await cluster.StartServerAsync();
        await AwaitHealthAsync(http, health => health is { IsReady: true, Journal: null });
        Assert.Equal(200, (await PostAsync(http)).Status);

        await cluster.StopServerAsync();
        Assert.Equal(503, (await PostAsync(http)).Status);
        await StopInTimeAsync(node);
    }

    static async Task<HttpClient> ClientOfAsync(LogosProcess node)
    {
        await node.Output.WaitForAsync("Node setup complete", node.Exit);
        var rest = await node.Output.WaitForAsync("REST at ");
        return new HttpClient { BaseAddress = new Uri(rest[rest.IndexOf("http", StringComparison.Ordinal)..]), Timeout = TimeSpan.FromSeconds(60) };
    }

    static async Task<(int Status, string Body)> PostAsync(HttpClient http)
    {
        var clock = Stopwatch.StartNew();
        using var response = await http.PostAsJsonAsync("messaging/v1/messages", Message);
        Assert.True(clock.Elapsed < Answer, $"The answer took {clock.Elapsed}.");
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    static async Task StopInTimeAsync(LogosProcess node)
    {
        var clock = Stopwatch.StartNew();
        await node.TerminateAsync();
        Assert.Equal(0, await node.Exit.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.True(clock.Elapsed < Stop, $"The stop took {clock.Elapsed}.");
    }

    static async Task AwaitHealthAsync(HttpClient http, Predicate<Report> holds)
    {
        var last = "";
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(60); await Task.Delay(50))
        {
            last = await http.GetStringAsync("health");
            if (holds(Report.Read(JsonDocument.Parse(last).RootElement)))
                return;
        }
        Assert.Fail($"Health was last {last}");
    }

    static async Task AwaitStoredAsync(HttpClient http, int count)
    {
        var last = "";
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(60); await Task.Delay(50))
        {
            last = await http.GetStringAsync("store/v3/messages?includeData=false");
            if (JsonDocument.Parse(last).RootElement.GetProperty("messages").GetArrayLength() == count)
                return;
        }
        Assert.Fail($"The store had last {last}");
    }

    static SqliteTransactionScope Lock(string path) => new(path);

    /// <summary>Keeps a database locked, as a copying program does.</summary>
    sealed class SqliteTransactionScope : IAsyncDisposable
    {
        readonly SqliteConnection _connection;

        public SqliteTransactionScope(string path)
        {
            _connection = new SqliteConnection($"Data Source={path};Pooling=false");
            _connection.Open();
            using var begin = _connection.CreateCommand();
            begin.CommandText = "BEGIN IMMEDIATE";
            begin.ExecuteNonQuery();
        }

        public ValueTask DisposeAsync() => _connection.DisposeAsync();
    }

    sealed record Report(bool IsReady, string? Store, string? StoreReason, string? Journal, string? JournalReason)
    {
        public static Report Read(JsonElement health)
        {
            var protocols = health.GetProperty("protocolsHealth").EnumerateArray().ToList();
            var (store, storeReason) = Find("Store");
            var (journal, journalReason) = Find("Journal");
            return new Report(health.GetProperty("nodeHealth").GetString() == "READY", store, storeReason, journal, journalReason);

            (string?, string?) Find(string name)
            {
                foreach (var protocol in protocols)
                {
                    if (protocol.TryGetProperty(name, out var value))
                        return (value.GetString(), protocol.TryGetProperty("desc", out var reason) ? reason.GetString() : null);
                }
                return (null, null);
            }
        }
    }
}
