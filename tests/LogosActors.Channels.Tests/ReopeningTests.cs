using Akka.Actor;
using static LogosActors.Channels.Tests.TwoNodes;

namespace LogosActors.Channels.Tests;

/// <summary>What an application learns of a channel that it opens again.</summary>
public sealed class ReopeningTests : IDisposable
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("logos-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Requests_that_have_not_ended_are_known_and_who_attaches_while_it_opens_hears_their_end()
    {
        await using var nodes = await StartAsync();
        // Bob's node takes part in the network, and nobody in the channel.
        await nodes.Bob.SubscribeAsync([Topic]);
        var options = new ReliableChannelOptions
        {
            ChannelId = "lobby",
            ContentTopic = Topic,
            SenderId = "alice",
            HistoryBackend = HistoryBackend.SqliteAt(Path.Combine(_directory.FullName, "channels.db")),
        };
        var before = await nodes.Alice.OpenChannelAsync(options);
        var sent = await before.SendAsync("anybody?"u8.ToArray());
        Assert.Equal([sent.Value], await before.GetUnfinishedRequestsAsync());
        await before.CloseAsync();
        IAsyncEnumerator<ChannelEvent>? told = null;
        var wasOpen = true;

        var after = await nodes.Alice.OpenChannelAsync(options with
        {
            Sds = new SdsOptions { AcknowledgementTimeout = TimeSpan.FromMilliseconds(500), AcknowledgementDelay = TimeSpan.FromMilliseconds(100), MaxRetransmissions = 0 },
            Opening = channel =>
            {
                wasOpen = !channel.Actor.IsNobody();
                told = channel.Events().GetAsyncEnumerator();
            },
        });

        Assert.False(wasOpen);
        Assert.Equal(sent.Value, (await NextAsync<ReliableMessageSendError>(told!)).RequestId);
        Assert.Empty(await after.GetUnfinishedRequestsAsync());
        await told!.DisposeAsync();
    }
}
