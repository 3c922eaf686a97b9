using System.Collections.Concurrent;
using System.Text;
using static LogosActors.Channels.Tests.TwoNodes;

namespace LogosActors.Channels.Tests;

/// <summary>The application's handlers and enumerations on nodes.</summary>
public sealed class HandlerTests : IDisposable
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("logos-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_slow_handler_holds_up_no_other_and_what_it_has_not_handled_is_told_again_after_a_restart()
    {
        await using var nodes = await StartAsync();
        var (alice, bob) = await nodes.OpenAsync(options => options.SenderId == "bob"
            ? options with { HistoryBackend = HistoryBackend.SqliteAt(Path.Combine(_directory.FullName, "channels.db")) }
            : options);
        using var release = new ManualResetEventSlim();
        var seen = new BlockingCollection<string>();
        var slow = new List<string>();
        bob.MessageReceived += (_, received) => seen.Add(TextOf(received));
        bob.MessageReceived += (_, received) =>
        {
            slow.Add(TextOf(received));
            // Until the channel is closed: the call does not count.
            release.Wait();
        };
        foreach (var text in (string[])["one", "two", "three"])
            await alice.SendAsync(Encoding.UTF8.GetBytes(text));
        foreach (var text in (string[])["one", "two", "three"])
            Assert.Equal(text, Take(seen));
        Assert.Equal(["one"], slow);

        var options = bob.Options;
        await bob.CloseAsync();
        release.Set();
        var again = new BlockingCollection<string>();
        await using var reopened = await nodes.Bob.OpenChannelAsync(options with { Opening = channel => channel.MessageReceived += (_, received) => again.Add(TextOf(received)) });

        foreach (var text in (string[])["one", "two", "three"])
            Assert.Equal(text, Take(again));
    }

    [Fact]
    public async Task Enumerations_that_are_begun_while_or_after_a_channel_closes_end_at_once()
    {
        await using var nodes = await StartAsync();
        var (alice, bob) = await nodes.OpenAsync();
        var during = alice.Events().GetAsyncEnumerator();
        var closing = alice.CloseAsync();
        var meanwhile = alice.Messages().GetAsyncEnumerator();
        await closing;
        var after = alice.Events().GetAsyncEnumerator();

        Assert.False(await LastAsync(during));
        Assert.False(await LastAsync(meanwhile));
        Assert.False(await LastAsync(after));
        await nodes.Bob.DisposeAsync();
        Assert.False(await LastAsync(bob.Events().GetAsyncEnumerator()));
    }

    static async Task<bool> LastAsync<T>(IAsyncEnumerator<T> events)
    {
        while (await events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20)))
        {
        }
        await events.DisposeAsync();
        return false;
    }

    static string Take(BlockingCollection<string> texts) => texts.TryTake(out var text, TimeSpan.FromMinutes(1)) ? text : throw new TimeoutException("No message has come.");

    static string TextOf(ReliableMessageReceived received) => Encoding.UTF8.GetString(received.Payload.Span);
}
