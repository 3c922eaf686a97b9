using LogosActors.Postgres;
using LogosActors.Tests;
using static LogosActors.Channels.Tests.TwoNodes;

namespace LogosActors.Channels.Tests;

/// <summary>A history is written by one process: a second one is refused, and harms nobody's writes.</summary>
public sealed class SecondProcessTests : IDisposable
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("logos-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public Task A_file_that_is_in_use_is_refused() => RefusedAsync(HistoryBackend.SqliteAt(Path.Combine(_directory.FullName, "channels.db")));

    [Fact]
    public async Task A_history_in_a_database_that_is_in_use_is_refused_and_another_sender_is_not()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        var backend = HistoryBackend.In(new PostgresDatabase(await cluster.CreateDatabaseAsync()));
        await RefusedAsync(backend);

        await using var nodes = await StartAsync();
        var alice = await nodes.Alice.OpenChannelAsync(Options(backend));
        var other = await nodes.Bob.OpenChannelAsync(Options(backend) with { SenderId = "other" });
        Assert.True(alice.IsOpen && other.IsOpen);
    }

    static async Task RefusedAsync(HistoryBackend backend)
    {
        await using var nodes = await StartAsync();
        var alice = await nodes.Alice.OpenChannelAsync(Options(backend));

        var refused = await Assert.ThrowsAsync<ChannelOpenException>(() => nodes.Bob.OpenChannelAsync(Options(backend)));

        Assert.Equal(ChannelOpenFailure.History, refused.Failure);
        Assert.Contains("process", refused.Message, StringComparison.Ordinal);
        Assert.True((await alice.SendAsync("still there"u8.ToArray())).IsSuccess);
        await alice.CloseAsync();
        await using var second = await nodes.Bob.OpenChannelAsync(Options(backend));
        Assert.Single(await second.GetUnfinishedRequestsAsync());
    }

    static ReliableChannelOptions Options(HistoryBackend backend) =>
        new() { ChannelId = "lobby", ContentTopic = Topic, SenderId = "alice", HistoryBackend = backend };
}
