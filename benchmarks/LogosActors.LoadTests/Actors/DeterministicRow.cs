using System.Diagnostics;
using LogosActors.Actors;
using LogosActors.Actors.TestKit;

namespace LogosActors.LoadTests.Actors;

/// <summary>Messages per second of real time on the deterministic host: pairs of actors that play, in an order that a seed decides.</summary>
/// <remarks>The ceiling is the same play without actors: bare queues, of which a seeded random source picks the next.</remarks>
internal sealed class DeterministicRow : Row
{
    const int Pairs = 50;
    const int InFlight = 4;

    public override string Name => $"deterministic host, {Pairs} pairs, {InFlight} in flight";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        var (ours, ceiling) = await Rounds.PairAsync(budget, int.MaxValue, PlayOnHost, PlayOnQueues);
        return new(ours, "msg/s", new Peer("seeded bare queues", ceiling), new Target.AtLeast(1_000_000));
    }

    static Task<TimeSpan> PlayOnHost(int messages)
    {
        using var host = DeterministicHost.Create(1);
        var returns = messages / 2 / Pairs + 1;
        for (var i = 0; i < Pairs; i++)
        {
            var pong = host.System.Spawn(Props.Create(() => new Pong()));
            var ping = host.System.Spawn(Props.Create(() => new Ping(returns)));
            for (var ball = 0; ball < InFlight; ball++)
                pong.Tell(Ball.Instance, ping);
        }

        var started = Stopwatch.GetTimestamp();
        host.RunUntilIdle();
        return Task.FromResult(Stopwatch.GetElapsedTime(started));
    }

    static Task<TimeSpan> PlayOnQueues(int messages)
    {
        var random = new Random(1);
        var queues = Enumerable.Range(0, Pairs * 2).Select(_ => new Queue<Ball>()).ToArray();
        var left = messages;
        for (var i = 0; i < queues.Length; i += 2)
        {
            for (var ball = 0; ball < InFlight; ball++)
                queues[i].Enqueue(Ball.Instance);
        }

        var started = Stopwatch.GetTimestamp();
        while (left > 0)
        {
            var i = random.Next(queues.Length);
            if (!queues[i].TryDequeue(out var ball))
                continue;
            left--;
            queues[i ^ 1].Enqueue(ball);
        }

        return Task.FromResult(Stopwatch.GetElapsedTime(started));
    }

    sealed class Ball
    {
        public static readonly Ball Instance = new();
    }

    sealed class Pong : Actor
    {
        protected override void Receive(object message) => Reply(message);
    }

    sealed class Ping(int returns) : Actor
    {
        int _left = returns;

        protected override void Receive(object message)
        {
            if (_left-- > 0)
                Reply(message);
        }
    }
}
