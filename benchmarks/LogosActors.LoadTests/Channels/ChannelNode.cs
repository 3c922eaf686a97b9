using System.Globalization;
using LogosActors.Channels;
using LogosActors.Configuration;
using LogosActors.Delivery;
using LogosActors.LoadTests.Delivery;

namespace LogosActors.LoadTests.Channels;

/// <summary>What both ends of a channel have in common.</summary>
/// <param name="Database">The file of the history; null: it is in memory.</param>
/// <param name="HasParity">Whether long messages are sent with parity.</param>
/// <param name="LossPercent">How much of what comes does not reach the channel.</param>
/// <param name="IsNear">Whether the channel is set for a network as fast as the loopback interface.</param>
internal sealed record ChannelSettings(string? Database = null, bool HasParity = false, int LossPercent = 0, bool IsNear = false)
{
    const string None = "-";

    /// <summary>As arguments of a process.</summary>
    public string[] Words => [Database ?? None, $"{HasParity}", $"{LossPercent}", $"{IsNear}"];

    public static ChannelSettings Parse(string[] words) => new(
        words[0] == None ? null : words[0], bool.Parse(words[1]), int.Parse(words[2], CultureInfo.InvariantCulture), bool.Parse(words[3]));

    /// <summary>The channel as one of them opens it.</summary>
    public ReliableChannelOptions Options(string sender) => new()
    {
        ChannelId = "load",
        ContentTopic = DeliveryNode.Topic,
        SenderId = sender,
        RateLimit = new RateLimitOptions { IsEnabled = false },
        // As much as SDS holds of one sender (a quarter of its room), and parity: what is dropped here has been acknowledged.
        Segmentation = new SegmentationOptions { EnableReedSolomon = HasParity, MaxPartialBytesPerSender = IsNear ? 128 << 20 : 64 << 20 },
        Encryption = LossPercent > 0 ? new LossyHook(LossPercent) : null,
        HistoryBackend = Database is null ? HistoryBackend.Memory : HistoryBackend.SqliteAt(Database),
        Sds = IsNear ? Near : new SdsOptions(),
        MaxIncomingBytes = IsNear ? 64 << 20 : 16 << 20,
    };

    // What is lost is noticed within half a second instead of five, and the buffers hold as much as is under way till then.
    static SdsOptions Near => new()
    {
        AcknowledgementTimeout = TimeSpan.FromMilliseconds(500),
        PossiblyAcknowledgedTimeout = TimeSpan.FromMilliseconds(1000),
        AcknowledgementDelay = TimeSpan.FromMilliseconds(50),
        MaxRetransmissions = 50,
        MaxInFlightSize = DataSize.FromMebibytes(32),
        MaxIncomingSize = DataSize.FromMebibytes(256),
    };
}

/// <summary>Loses some of what comes between the node and the channel: it cannot be decrypted.</summary>
internal sealed class LossyHook(int percent) : IEncryption
{
    readonly Random _random = new(1);

    public ValueTask<ReadOnlyMemory<byte>> EncryptAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation) => new(content);

    public ValueTask<ReadOnlyMemory<byte>> DecryptAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation) =>
        _random.Next(100) < percent ? throw new InvalidDataException("Lost.") : new(payload);
}

/// <summary>What this program is as a child of itself: a node with a channel, or with many that are idle, told by lines what to do.</summary>
/// <remarks><see cref="ChildNode"/> gives its commands. The end of its input ends it.</remarks>
internal static class ChannelNodeRole
{
    /// <summary>The argument that makes this program a child.</summary>
    public const string Argument = "--channel-node";

    /// <summary>A command: open so many channels more, on a content topic that only they share.</summary>
    public const string Open = "open";

    /// <summary>A command: give the system back what opening has left behind.</summary>
    public const string Collect = "collect";

    /// <summary>Starts such a child.</summary>
    /// <param name="reportEvery">After how many messages it says how many have come.</param>
    /// <param name="settings">Its channel.</param>
    public static Task<ChildNode> StartAsync(int reportEvery, ChannelSettings settings) => ChildNode.StartAsync([Argument, $"{reportEvery}", .. settings.Words]);

    /// <summary>Is the child.</summary>
    public static async Task RunAsync(string[] arguments)
    {
        var receipts = new Receipts(int.Parse(arguments[0], CultureInfo.InvariantCulture), count => Console.WriteLine($"{ChildNode.At} {count}"));
        await using var node = await DeliveryNode.StartAsync();
        await using var channel = await node.OpenChannelAsync(ChannelSettings.Parse(arguments[1..]).Options("bob"));
        channel.MessageReceived += (_, received) => receipts.Add(received.Payload.Span);
        Console.WriteLine(node.Addresses[0]);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            Console.WriteLine(words[0] switch
            {
                ChildNode.Mesh => await DoneAsync(node.WaitForMeshAsync(Number(words[1]))),
                Open => await DoneAsync(OpenAsync(node, words[1], Number(words[2]))),
                Collect => Collected(),
                _ => ChildNode.Answer(words, receipts),
            });
        }
    }

    static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    static async Task OpenAsync(MessagingNode node, string name, int count)
    {
        for (var i = 0; i < count; i++)
            await node.OpenChannelAsync(new ReliableChannelOptions { ChannelId = $"{name} {i}", ContentTopic = $"/load/1/{name}/proto", SenderId = "bob" });
    }

    static string Collected()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return "ok";
    }

    static async Task<string> DoneAsync(Task task)
    {
        await task;
        return "ok";
    }
}
