using System.Globalization;
using System.Text;
using LogosActors.Delivery;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Channels.Tests.Kills;

/// <summary>A process with an open channel that sends numbers, or only receives, until it is killed.</summary>
/// <remarks>It reports what happens in lines, each with a full stop at its end, so that one that a kill has cut short is known; the application's handler
/// returns when its line is out.</remarks>
internal static class ChannelWorker
{
    public const string Command = "channel-worker";

    /// <summary>How long a receiver may be away: on a busy machine a process takes a minute to start, and its messages must not be given up meanwhile.</summary>
    static readonly TimeSpan LongestAbsence = TimeSpan.FromMinutes(5);

    /// <param name="arguments">Sender id, data directory, history, port, entry node or "", and the first number to send, or "" for none.</param>
    public static async Task RunAsync(string[] arguments)
    {
        var (sender, directory, history, port, entry, first) = (arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
        await using var standard = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
        var output = TextWriter.Synchronized(standard);
        await using var node = await MessagingNode.CreateAsync(new NodeOptions
        {
            DataDirectory = directory,
            ListenAddresses = [Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{port}")],
            EntryNodes = entry.Length == 0 ? [] : [Multiaddr.Parse(entry)],
            Sending = new SendingOptions { Timeout = LongestAbsence },
        });
        await node.StartAsync();
        try
        {
            await using var channel = await node.OpenChannelAsync(Options(sender, HistoryBackend.Parse(history)) with
            {
                Opening = opened =>
                {
                    opened.MessageReceived += (_, received) => output.WriteLine($"received {Encoding.UTF8.GetString(received.Payload.Span)}.");
                    opened.MessageDelivered += (_, ended) => output.WriteLine($"ended {ended.RequestId} confirmed.");
                    opened.MessageSendError += (_, ended) => output.WriteLine($"ended {ended.RequestId} {ended.Failure}.");
                },
            });
            output.WriteLine($"ready {node.Addresses[0]}.");
            await ServeAsync(channel, output, first);
        }
        catch (ChannelOpenException refused)
        {
            output.WriteLine($"refused {refused.Failure}: {refused.Message}.");
        }
    }

    static async Task ServeAsync(ReliableChannel channel, TextWriter output, string first)
    {
        // The console's own asynchronous reading blocks.
        var stop = Task.Run(Console.ReadLine);
        for (var number = long.TryParse(first, CultureInfo.InvariantCulture, out var from) ? from : -1; number >= 0 && !stop.IsCompleted; number++)
        {
            // Each number is tried once: one whose answer is lost in a kill is neither promised nor sent again.
            output.WriteLine($"trying {number}.");
            var sent = await channel.SendAsync(Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)));
            output.WriteLine(sent.IsSuccess ? $"accepted {number} {sent.Value}." : $"refused {sent.Error.Kind}: {number}.");
        }
        await stop;
        output.WriteLine($"stopped {(await channel.GetUnfinishedRequestsAsync()).Count}.");
        await Task.Run(Console.ReadLine);
    }

    static ReliableChannelOptions Options(string sender, HistoryBackend history) => new()
    {
        ChannelId = "numbers",
        ContentTopic = TwoNodes.Topic,
        SenderId = sender,
        HistoryBackend = history,
        RateLimit = new RateLimitOptions { IsEnabled = false },
        // Impatient, so that what a kill costs is over soon.
        Sds = new SdsOptions
        {
            AcknowledgementTimeout = TimeSpan.FromSeconds(1),
            PossiblyAcknowledgedTimeout = TimeSpan.FromSeconds(2),
            LastTimeout = LongestAbsence,
            AcknowledgementDelay = TimeSpan.FromMilliseconds(200),
            RepairMinDelay = TimeSpan.FromMilliseconds(500),
            RepairMaxDelay = TimeSpan.FromSeconds(2),
            RepairSweepInterval = TimeSpan.FromMilliseconds(500),
            JoinTimeout = new SdsOptions().DependencyTimeout,
        },
    };
}
