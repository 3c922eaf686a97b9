using System.Buffers.Binary;
using System.CommandLine;
using System.Diagnostics;
using LogosActors.Configuration;
using LogosActors.Delivery;
using LogosActors.Delivery.Hosting;
using LogosActors.Libp2p.Addresses;
using Spectre.Console;

namespace LogosActors.Node.Cli;

/// <summary><c>logos bench</c>: what this machine does.</summary>
internal static class BenchCommand
{
    const string Topic = "/logos/1/bench/bytes";
    const int Window = 500;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Command Create(Terminal terminal)
    {
        var messages = new Option<int>("--messages", "-n") { Description = "How many.", DefaultValueFactory = _ => 10_000, HelpName = "N" };
        var size = new Option<string>("--size") { Description = "The payload of each, such as 1KiB.", DefaultValueFactory = _ => "1KiB", HelpName = "SIZE" };
        var command = new Command("bench", "Sends messages from one node to another in this process, by TCP, and says how fast.") { messages, size };
        command.Teaching($"""
            At most {Window} are on their way at once, and their wait for each other is part of what each takes.
            """);
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!DataSize.TryParse(parsed.GetValue(size), out var payload) || payload.Bytes is < sizeof(int) or > 140 * 1024)
                throw new CommandException(ExitCode.Usage, "usage", $"--size: '{parsed.GetValue(size)}' is not a size of 4 B to 140 KiB.");
            var count = parsed.GetValue(messages);
            if (count < 1)
                throw new CommandException(ExitCode.Usage, "usage", "--messages: 1 is the least.");
            var result = await RunAsync(terminal, count, (int)payload.Bytes, cancellation);
            terminal.Result(result, (console, shown) => Show(console, shown));
            return ExitCode.Done;
        });
        return command;
    }

    static async Task<BenchResult> RunAsync(Terminal terminal, int count, int size, CancellationToken cancellation)
    {
        var options = new NodeOptions { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] };
        await using var sender = await MessagingNode.CreateAsync(options, cancellation: cancellation);
        await sender.StartAsync(cancellation);
        await using var receiver = await MessagingNode.CreateAsync(options with { EntryNodes = sender.Addresses }, cancellation: cancellation);
        await receiver.StartAsync(cancellation);
        await receiver.SubscribeAsync([Topic], cancellation);
        await sender.SubscribeAsync([Topic], cancellation);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(Patience);
        try
        {
            while ((await sender.RelayStatusAsync(sender.ShardOf(Topic))).Mesh.Count == 0)
                await Task.Delay(50, late.Token);
            return await terminal.ProgressAsync("Sending", count, report => MeasureAsync(sender, receiver, count, size, late, report));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandException(ExitCode.NotDelivered, "not-delivered", $"Nothing has come for {Patience.TotalSeconds} s: a message is lost.");
        }
    }

    static async Task<BenchResult> MeasureAsync(
        MessagingNode sender, MessagingNode receiver, int count, int size, CancellationTokenSource late, Action<double> report)
    {
        var (sentAt, took) = (new long[count], new double[count]);
        using var window = new SemaphoreSlim(Window);
        await using var messages = receiver.Messages(late.Token).GetAsyncEnumerator(); // from this call on: before the first is sent
        var start = Stopwatch.GetTimestamp();
        var sending = SendAsync(sender, sentAt, size, window, late.Token);
        var received = 0;
        while (received < count && await messages.MoveNextAsync())
        {
            var index = BinaryPrimitives.ReadInt32LittleEndian(messages.Current.Message.Payload.Span);
            took[received++] = Stopwatch.GetElapsedTime(Volatile.Read(ref sentAt[index])).TotalMilliseconds;
            window.Release();
            late.CancelAfter(Patience);
            report(received);
        }
        var elapsed = Stopwatch.GetElapsedTime(start);
        await sending;
        Array.Sort(took);
        return new BenchResult(
            count, size, elapsed.TotalSeconds, count / elapsed.TotalSeconds, (double)count * size / elapsed.TotalSeconds,
            took[count / 2], took[count * 99 / 100], took[^1]);
    }

    static async Task SendAsync(MessagingNode sender, long[] sentAt, int size, SemaphoreSlim window, CancellationToken cancellation)
    {
        for (var i = 0; i < sentAt.Length; i++)
        {
            await window.WaitAsync(cancellation);
            var payload = new byte[size];
            BinaryPrimitives.WriteInt32LittleEndian(payload, i);
            Volatile.Write(ref sentAt[i], Stopwatch.GetTimestamp());
            if (await sender.SendAsync(new MessageEnvelope(Topic, payload), cancellation) is { IsSuccess: false, Error: var error })
                throw new CommandException(ExitCode.NotDelivered, "not-delivered", error.Message);
        }
    }

    static void Show(IAnsiConsole console, BenchResult result)
    {
        console.WriteLine($"{result.Messages} messages of {result.PayloadBytes} B in {result.Seconds:F2} s");
        console.WriteLine($"{result.MessagesPerSecond:F0} messages/s, {result.BytesPerSecond / 1e6:F1} MB/s");
        console.WriteLine($"from send to receive: median {result.MedianMs:F1} ms, 99 % {result.P99Ms:F1} ms, longest {result.LongestMs:F1} ms");
    }

    sealed record BenchResult(
        int Messages, int PayloadBytes, double Seconds, double MessagesPerSecond, double BytesPerSecond, double MedianMs, double P99Ms, double LongestMs);
}
