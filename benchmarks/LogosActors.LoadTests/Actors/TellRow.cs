using System.Diagnostics;
using System.Threading.Channels;
using LogosActors.Actors;

namespace LogosActors.LoadTests.Actors;

/// <summary>One producer tells one actor, against one producer and one reader of a bare channel.</summary>
internal sealed class TellRow : Row
{
    // Limits how much memory waits when the producer is faster.
    internal const int MostMessages = 2_000_000;

    public override string Name => "tell, one producer";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        await using var system = ActorSystem.Create("tell");
        var counter = system.Spawn(Props.Create(() => new Counter()));
        // Two threads on two cores: whatever else runs takes one of them away, so that the median of few rounds is a matter of luck.
        var patient = budget with { Rounds = budget.Rounds * 3 };
        var (ours, ceiling) = await Rounds.PairAsync(patient, MostMessages, messages => TellAsync(counter, messages), WriteAsync);
        return new(ours, "msg/s", new("System.Threading.Channels, single reader", ceiling), new Target.TimesPeer(0.8));
    }

    internal static async Task<TimeSpan> TellAsync(ActorRef counter, int messages)
    {
        var message = new object();
        var expect = new Counter.Expect(messages);
        counter.Tell(expect);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < messages; i++)
            counter.Tell(message);
        await expect.Done.Task;
        return Stopwatch.GetElapsedTime(started);
    }

    static async Task<TimeSpan> WriteAsync(int messages)
    {
        var message = new object();
        var channel = Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true });
        var reading = Task.Run(() => ReadAsync(channel.Reader, messages));
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < messages; i++)
            channel.Writer.TryWrite(message);
        await reading;
        return Stopwatch.GetElapsedTime(started);
    }

    static async Task ReadAsync(ChannelReader<object> reader, int messages)
    {
        while (await reader.WaitToReadAsync())
        {
            while (reader.TryRead(out _))
            {
                if (--messages == 0)
                    return;
            }
        }
    }
}
