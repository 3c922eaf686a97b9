using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using LogosActors.Tests;
using Microsoft.Extensions.Logging;
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
    public async Task A_handler_that_never_returns_holds_up_no_other_handler_channel_or_send_and_no_dispose()
    {
        using var logs = new CapturedLogs();
        using var release = new ManualResetEventSlim();
        await using var nodes = await StartAsync(logs);
        var (alice, bob) = await nodes.OpenAsync(static options => options with { EventCapacity = 100 });
        var (aliceToo, bobToo) = await nodes.OpenAsync(channel: "another");
        var (ofBob, ofAlice) = (new BlockingCollection<string>(), new BlockingCollection<string>());
        bob.MessageReceived += (_, _) => release.Wait();
        bob.MessageReceived += (_, received) => ofBob.Add(TextOf(received));
        alice.MessageReceived += (_, received) => ofAlice.Add(TextOf(received));
        bobToo.MessageReceived += (_, received) => ofBob.Add(TextOf(received));

        for (var i = 0; i < 20; i++)
        {
            Assert.True((await alice.SendAsync(Encoding.UTF8.GetBytes($"{i}"))).IsSuccess);
            Assert.Equal($"{i}", Take(ofBob));
            Assert.True((await bob.SendAsync(Encoding.UTF8.GetBytes($"{i}"))).IsSuccess);
            Assert.Equal($"{i}", Take(ofAlice));
            Assert.True((await aliceToo.SendAsync("in another channel"u8.ToArray())).IsSuccess);
            Assert.Equal("in another channel", Take(ofBob));
        }

        var started = Stopwatch.GetTimestamp();
        await nodes.Bob.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(2));
        // 5 s for the handler, and 5 s for its actor; the rest is a busy machine.
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30));
        Assert.True(logs.Has(LogLevel.Warning, "A handler of ReliableMessageReceived has not returned within 00:00:05"), string.Join('\n', logs.Lines));
        release.Set();
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
