using LogosActors.Tests;
using Microsoft.Data.Sqlite;
using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Delivery.Tests.Hosting;

/// <summary>A data directory in which a newer version has written what this one does not know.</summary>
public sealed class NewerVersionTests : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("logos-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Requests_to_send_are_refused_the_log_says_why_and_the_node_receives_all_the_same()
    {
        await using (var before = await MessagingNode.CreateAsync(Options with { DataDirectory = _directory }))
        {
            await before.StartAsync();
            Assert.True((await before.SendAsync(Text("nobody is there"))).IsSuccess);
        }
        using (var connection = new SqliteConnection($"Data Source={Path.Combine(_directory, "journal.db")};Pooling=false"))
        {
            connection.Open();
            using var change = connection.CreateCommand();
            change.CommandText = "UPDATE journal SET manifest = 'logos.sends.changed.v9' WHERE manifest = 'logos.sends.changed.v1'";
            Assert.NotEqual(0, change.ExecuteNonQuery());
        }
        using var logs = new CapturedLogs();
        await using var other = await StartAsync();
        await using var node = await MessagingNode.CreateAsync(Options with { DataDirectory = _directory, EntryNodes = [other.Addresses[0]] }, logs);
        await node.StartAsync();
        await using var received = node.Messages().GetAsyncEnumerator();
        await node.SubscribeAsync([Topic]);
        await other.SubscribeAsync([Topic]);
        await other.HasPeersAsync(1);

        var refused = node.SendAsync(Text("cannot be stored"));
        await other.SendAsync(Text("to an old version"));

        Assert.True(await received.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal("to an old version", TextOf(received.Current));
        Assert.Equal(SendErrorKind.NotStored, (await refused.WaitAsync(TimeSpan.FromSeconds(90))).Error?.Kind);
        Assert.Contains(logs.Lines, line => line.Contains("logos.sends.changed.v9", StringComparison.Ordinal) && line.Contains("newer", StringComparison.Ordinal));
    }
}
