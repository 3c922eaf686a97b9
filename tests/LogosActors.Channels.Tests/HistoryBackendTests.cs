using System.Text;
using LogosActors.Postgres;
using LogosActors.Tests;
using static LogosActors.Channels.Tests.TwoNodes;

namespace LogosActors.Channels.Tests;

/// <summary>What a channel keeps, wherever it keeps it.</summary>
public sealed class HistoryBackendTests : IDisposable
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("logos-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public Task A_channel_goes_on_where_it_was_with_its_history_in_a_file() =>
        GoesOnAsync(HistoryBackend.SqliteAt(Path.Combine(_directory.FullName, "channels.db")));

    [Fact]
    public async Task A_channel_goes_on_where_it_was_with_its_history_in_a_database()
    {
        await using var cluster = await PostgresCluster.StartAsync();
        await GoesOnAsync(HistoryBackend.In(new PostgresDatabase(await cluster.CreateDatabaseAsync())));
    }

    [Fact]
    public async Task A_history_that_cannot_be_kept_where_it_was_asked_for_is_told()
    {
        await using var nodes = await StartAsync();

        var refused = await Assert.ThrowsAsync<ChannelOpenException>(() => nodes.Alice.OpenChannelAsync(new ReliableChannelOptions
        {
            ChannelId = "lobby",
            ContentTopic = Topic,
            HistoryBackend = HistoryBackend.SqliteAt(_directory.FullName),
        }));

        Assert.Equal(ChannelOpenFailure.History, refused.Failure);
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    [InlineData("sqlite:/var/lib/channels.db")]
    public void A_backend_is_read_from_its_text(string text) => Assert.Equal(text, HistoryBackend.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("sqlite:")]
    [InlineData("disk")]
    public void What_is_no_backend_is_refused(string text) => Assert.Throws<FormatException>(() => HistoryBackend.Parse(text));

    [Fact]
    public void A_backend_does_not_tell_its_password() =>
        Assert.Equal("PostgreSQL", HistoryBackend.Parse("postgres:Host=db;Password=secret", PostgresDatabases.Instance).ToString());

    [Fact]
    public void A_database_that_nothing_opens_is_refused_with_what_to_do()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => HistoryBackend.Parse("postgres:Host=db;Password=secret"));

        Assert.Contains("LogosActors.Postgres", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    static async Task GoesOnAsync(HistoryBackend backend)
    {
        await using var nodes = await StartAsync();
        var (alice, bob) = await nodes.OpenAsync(options => options.SenderId == "alice" ? options with { HistoryBackend = backend } : options);
        await using var toldToAlice = alice.Events().GetAsyncEnumerator();
        await using var toldToBob = bob.Events().GetAsyncEnumerator();
        var first = await alice.SendAsync("from alice"u8.ToArray());
        Assert.Equal(first.Value, (await NextAsync<ReliableMessageDelivered>(toldToAlice)).RequestId);
        await bob.SendAsync("from bob"u8.ToArray());
        Assert.Equal("from bob", TextOf(await NextAsync<ReliableMessageReceived>(toldToAlice)));
        Assert.Equal("from alice", TextOf(await NextAsync<ReliableMessageReceived>(toldToBob)));

        var options = alice.Options;
        await alice.CloseAsync();
        await bob.SendAsync("while alice was away"u8.ToArray());
        IAsyncEnumerator<ChannelEvent>? toldAgain = null;
        await using var again = await nodes.Alice.OpenChannelAsync(options with { Opening = channel => toldAgain = channel.Events().GetAsyncEnumerator() });
        await nodes.AreMetAsync();

        Assert.Equal("while alice was away", TextOf(await NextAsync<ReliableMessageReceived>(toldAgain!)));
        await again.SendAsync("alice again"u8.ToArray());
        Assert.Equal("alice again", TextOf(await NextAsync<ReliableMessageReceived>(toldToBob)));
        await toldAgain!.DisposeAsync();
    }

    static string TextOf(ReliableMessageReceived received) => Encoding.UTF8.GetString(received.Payload.Span);
}
