using System.Globalization;
using System.Text;
using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Channels;
using LogosActors.Delivery;
using LogosActors.Libp2p.Addresses;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.Samples.Resilience;

/// <summary>A process that is attacked: a node and a channel, with everything that must survive in a directory.</summary>
/// <remarks>It reports what happens to messages with lines such as "received 7.", and answers commands with lines that begin with "> ".</remarks>
internal sealed class Worker(TextWriter output)
{
    const string Topic = "/resilience/1/numbers/proto";

    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    /// <summary>Works until it is killed, or its input ends.</summary>
    /// <param name="role">send or receive.</param>
    /// <param name="directory">What is kept.</param>
    /// <param name="port">Where to listen; 0: anywhere.</param>
    /// <param name="entry">The node to connect to; null: none.</param>
    /// <param name="first">The first number to send.</param>
    public static async Task RunAsync(string role, string directory, int port, string? entry, long first)
    {
        await using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
        var worker = new Worker(TextWriter.Synchronized(output));
        var system = LogosSystem.Create("resilience", NullLoggerFactory.Instance);
        await using var node = await MessagingNode.CreateAsync(
            new NodeOptions
            {
                DataDirectory = directory,
                ListenAddresses = [Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{port}")],
                EntryNodes = entry is null ? [] : [Multiaddr.Parse(entry)],
            },
            NullLoggerFactory.Instance,
            system);
        await node.StartAsync();
        await using var channel = await node.OpenChannelAsync(new ReliableChannelOptions
        {
            ChannelId = "numbers",
            ContentTopic = Topic,
            SenderId = role,
            HistoryBackend = HistoryBackend.Sqlite,
            RateLimit = new RateLimitOptions { MessagesPerEpoch = 1_000_000 },
            // Impatient, so that what an attack costs is over soon.
            Sds = new SdsOptions
            {
                AcknowledgementTimeout = TimeSpan.FromSeconds(2),
                AcknowledgementDelay = TimeSpan.FromMilliseconds(200),
                RepairMinDelay = TimeSpan.FromMilliseconds(500),
                RepairMaxDelay = TimeSpan.FromSeconds(2),
                RepairSweepInterval = TimeSpan.FromMilliseconds(500),
            },
            // Attached before anything happens in it: what came while the process was away is not missed.
            Opening = worker.Listen,
        });
        // A channel's actors live in the small system of its history.
        var saboteurs = new[] { new Saboteur(system), new Saboteur(((ActorRefWithCell)channel.Actor).Underlying.System) };
        output.WriteLine($"> ready {node.Addresses[0]}");
        await worker.ServeAsync(channel, saboteurs, role == "send" ? first : null);
        await system.Terminate();
    }

    void Listen(ReliableChannel channel)
    {
        channel.MessageReceived += (_, received) => output.WriteLine($"received {Encoding.UTF8.GetString(received.Payload.Span)}.");
        channel.MessageDelivered += (_, delivered) => End(delivered, "confirmed");
        channel.MessageSendError += (_, failed) => End(failed, $"failed {failed.Failure}");
    }

    void End(ReliableSendEvent ended, string how)
    {
        output.WriteLine($"{how} {ended.RequestId}.");
    }

    async Task ServeAsync(ReliableChannel channel, Saboteur[] saboteurs, long? first)
    {
        using var stop = new CancellationTokenSource();
        var sending = first is { } number ? SendAsync(channel, number, stop.Token) : Task.CompletedTask;
        while (await Console.In.ReadLineAsync() is { } command)
        {
            switch (command.Split(' '))
            {
                case ["actors"]:
                    foreach (var saboteur in saboteurs)
                    {
                        foreach (var target in await saboteur.FindAsync())
                            output.WriteLine($"> actor {target.Kind} {target.Actor.Path}");
                    }
                    output.WriteLine("> end");
                    break;
                case ["fail", var path]:
                    var (outcome, time) = await saboteurs.Single(saboteur => saboteur.Has(path)).FailAsync(path);
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"> failed {outcome} {time.TotalMilliseconds:F0}"));
                    break;
                case ["stop"]:
                    await stop.CancelAsync();
                    await sending;
                    break;
                case ["unfinished"]:
                    output.WriteLine($"> unfinished {(await channel.GetUnfinishedRequestsAsync()).Count}");
                    break;
            }
        }
    }

    async Task SendAsync(ReliableChannel channel, long number, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(Interval, CancellationToken.None);
            // Each number is tried once: one whose answer is lost in a kill is neither promised nor sent again.
            var text = WorkerProcess.Text(number++);
            output.WriteLine($"trying {text}.");
            var sent = await channel.SendAsync(Encoding.UTF8.GetBytes(text), CancellationToken.None);
            if (!sent.IsSuccess)
                continue;
            output.WriteLine($"accepted {text} {sent.Value}.");
        }
    }
}
