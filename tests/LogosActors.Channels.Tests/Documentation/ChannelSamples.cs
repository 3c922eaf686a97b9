using LogosActors.Channels.Encryption;
using LogosActors.Delivery;
using LogosActors.Libp2p.Addresses;
using static LogosActors.Channels.Tests.TwoNodes;

namespace LogosActors.Channels.Tests.Documentation;

/// <summary>The code that README.md and docs/channels.md show.</summary>
public sealed class ChannelSamples : IDisposable
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("logos-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_channel_is_opened_written_to_and_opened_again()
    {
        await using var other = await MessagingNode.CreateAsync(new NodeOptions { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] });
        await other.StartAsync();
        await using var bob = await other.CreateReliableChannelAsync("lobby", "/chat/1/lobby/proto", "bob");
        await using var received = bob.Events().GetAsyncEnumerator();
        await using var node = await MessagingNode.CreateAsync(new NodeOptions { EntryNodes = [other.Addresses[0]], DataDirectory = _directory.FullName });
        await node.StartAsync();

        // sample: durable-channel
        await using var channel = await node.OpenChannelAsync(new ReliableChannelOptions
        {
            ChannelId = "lobby",
            ContentTopic = "/chat/1/lobby/proto",
            SenderId = "alice",
            HistoryBackend = HistoryBackend.Sqlite,
        });
        channel.MessageReceived += (_, message) => Console.WriteLine($"{message.SenderId}: {message.Payload.Length} bytes");
        channel.MessageDelivered += (_, delivered) => Console.WriteLine($"{delivered.RequestId} is confirmed");

        var sent = await channel.SendAsync("hello"u8.ToArray());
        Console.WriteLine(sent.IsSuccess ? $"request {sent.Value}" : sent.Error.Message);
        // end sample

        Assert.Equal("hello"u8.ToArray(), (await NextAsync<ReliableMessageReceived>(received)).Payload.ToArray());
        await channel.CloseAsync();
        var options = channel.Options;

        // sample: channel-restart
        var unfinished = new HashSet<RequestId>();
        await using var again = await node.OpenChannelAsync(options with
        {
            Opening = opened =>
            {
                opened.MessageReceived += (_, message) => Store(message);     // raised again if the process ends in it
                opened.MessageDelivered += (_, delivered) => unfinished.Remove(delivered.RequestId);
            },
        });
        unfinished.UnionWith(await again.GetUnfinishedRequestsAsync());
        // end sample

        Assert.True(again.IsOpen);
    }

    [Fact]
    public async Task Keys_are_changed_while_the_channel_is_open()
    {
        await using var nodes = await StartAsync();
        byte[] oldKey = RandomBytes(ChannelKey.Size), newKey = RandomBytes(ChannelKey.Size);
        var node = nodes.Alice;

        // sample: channel-encryption
        using var encryption = new SymmetricEncryption(new ChannelKey(1, oldKey));
        await using var channel = await node.CreateReliableChannelAsync("lobby", "/chat/1/lobby/proto", "alice", encryption);

        encryption.Add(new ChannelKey(2, newKey));      // everywhere: both are read
        encryption.Use(2);                              // then everywhere: the new one is written
        encryption.Remove(1);                           // when nothing that was written with the old one is needed
        // end sample

        Assert.Equal(2u, encryption.CurrentKey);
    }

    [Fact]
    public async Task A_channel_takes_the_options_of_others()
    {
        await using var nodes = await StartAsync();
        var node = nodes.Alice;

        // sample: channel-options
        var options = new ReliableChannelOptions
        {
            ChannelId = "lobby",
            ContentTopic = "/chat/1/lobby/proto",
            Segmentation = new SegmentationOptions { ChunkSizeBytes = 64 * 1024, EnableReedSolomon = true },
            RateLimit = new RateLimitOptions { EpochSize = TimeSpan.FromMinutes(10), MessagesPerEpoch = 100, Counting = RateLimitCounting.EverySegment },
            Sds = new SdsOptions { AcknowledgementTimeout = TimeSpan.FromSeconds(5), MaxRetransmissions = 5 },
        };
        var asJsWaku = options with
        {
            Segmentation = new SegmentationOptions { AllowBareMessages = true },
            Sds = new SdsOptions { CausalHistorySize = 200, FilterInterval = TimeSpan.Zero },
        };
        // end sample

        await using var channel = await node.OpenChannelAsync(asJsWaku);
        Assert.True(channel.IsOpen);
    }

    static void Store(ReliableMessageReceived message) => Console.WriteLine(message.RequestId);
}
