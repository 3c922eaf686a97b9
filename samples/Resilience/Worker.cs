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
/// <remarks>It reports each message with a line, "received 7.", and answers commands with lines that begin with "> ".</remarks>
internal sealed class Worker : IAsyncDisposable
{
    const string Topic = "/resilience/1/numbers/proto";

    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    readonly TextWriter _output;
    readonly ActorSystem _system;
    readonly MessagingNode _node;
    readonly ReliableChannel _channel;
    readonly CancellationTokenSource _stop = new();

    Worker(TextWriter output, ActorSystem system, MessagingNode node, ReliableChannel channel) =>
        (_output, _system, _node, _channel) = (output, system, node, channel);

    /// <summary>Works until it is killed, or its input ends.</summary>
    /// <param name="role">send or receive.</param>
    /// <param name="directory">What is kept.</param>
    /// <param name="port">Where to listen; 0: anywhere.</param>
    /// <param name="entry">The node to connect to; null: none.</param>
    /// <param name="first">The first number to send.</param>
    public static async Task RunAsync(string role, string directory, int port, string? entry, long first)
    {
        await using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
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
        var lines = TextWriter.Synchronized(output);
        await using var channel = await node.OpenChannelAsync(new ReliableChannelOptions
        {
            ChannelId = "numbers",
            ContentTopic = Topic,
            SenderId = role,
            HistoryBackend = HistoryBackend.Sqlite,
            RateLimit = new RateLimitOptions { MessagesPerEpoch = 1_000_000 },
            Sds = new SdsOptions { AcknowledgementTimeout = TimeSpan.FromSeconds(2), AcknowledgementDelay = TimeSpan.FromMilliseconds(200) },
            // Attached before anything happens in it: what came while the process was away is not missed.
            Opening = opening =>
            {
                opening.MessageReceived += (_, received) => lines.WriteLine($"received {Encoding.UTF8.GetString(received.Payload.Span)}.");
                opening.MessageDelivered += (_, delivered) => lines.WriteLine($"confirmed {delivered.RequestId}.");
                opening.MessageSendError += (_, failed) => lines.WriteLine($"failed {failed.RequestId}.");
            },
        });
        await using var worker = new Worker(lines, system, node, channel);
        await worker.ServeAsync(isSender: role == "send", first);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _stop.Dispose();
    }

    async Task ServeAsync(bool isSender, long first)
    {
        _output.WriteLine($"> ready {_node.Addresses[0]}");
        var sending = isSender ? SendAsync(first, _stop.Token) : Task.CompletedTask;
        var saboteur = new Saboteur(_system);
        while (await Console.In.ReadLineAsync() is { } command)
        {
            switch (command.Split(' '))
            {
                case ["actors"]:
                    foreach (var target in await saboteur.FindAsync())
                        _output.WriteLine($"> actor {target.Kind} {target.Actor.Path.ToStringWithoutAddress()}");
                    _output.WriteLine("> end");
                    break;
                case ["fail", var path]:
                    var actor = (await saboteur.FindAsync()).FirstOrDefault(target => target.Actor.Path.ToStringWithoutAddress() == path);
                    var (outcome, time) = actor is null ? (Outcome.Stopped, TimeSpan.Zero) : await saboteur.FailAsync(actor.Actor);
                    _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"> failed {outcome} {time.TotalMilliseconds:F0}"));
                    break;
                case ["stop"]:
                    await _stop.CancelAsync();
                    await sending;
                    break;
                case ["unfinished"]:
                    _output.WriteLine($"> unfinished {(await _channel.GetUnfinishedRequestsAsync()).Count}");
                    break;
            }
        }
    }

    async Task SendAsync(long number, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            // Each number is tried once: what an answer got lost of is neither promised nor sent again.
            var text = WorkerProcess.Text(number);
            _output.WriteLine($"trying {text}.");
            var sent = await _channel.SendAsync(Encoding.UTF8.GetBytes(text), CancellationToken.None);
            if (sent.IsSuccess)
                _output.WriteLine($"accepted {text} {sent.Value}.");
            number++;
            await Task.Delay(Interval, CancellationToken.None);
        }
    }
}
