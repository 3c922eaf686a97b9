using System.Diagnostics;
using Akka.Actor;
using LogosActors.Actors;
using LogosActors.TestKit;

namespace LogosActors.LoadTests.Actors;

/// <summary>Turns per second of real time in a simulation: pairs of actors that play, in an order that a seed decides.</summary>
/// <remarks>The ceiling is the same play without actors: bare queues, of which a seeded random source picks the next.</remarks>
internal sealed class SimulationStepsRow : Row
{
    const int Pairs = 50, InFlight = 4;

    public override string Name => $"simulation, {Pairs} pairs, {InFlight} in flight";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        var (ours, ceiling) = await Rounds.PairAsync(budget, int.MaxValue, PlayInSimulation, PlayOnQueues);
        return new(ours, "step/s", new Peer("seeded bare queues", ceiling), new Target.Printed());
    }

    static Task<TimeSpan> PlayInSimulation(int steps)
    {
        using var simulation = new Simulation(1);
        var returns = steps / 2 / Pairs + 1;
        for (var i = 0; i < Pairs; i++)
        {
            var pong = simulation.System.ActorOf(Props.Create(() => new Pong()));
            var ping = simulation.System.ActorOf(Props.Create(() => new Ping(returns)));
            for (var ball = 0; ball < InFlight; ball++)
                pong.Tell(Ball.Instance, ping);
        }

        var (started, before) = (Stopwatch.GetTimestamp(), simulation.Steps);
        simulation.RunUntilIdle();
        return Task.FromResult(Stopwatch.GetElapsedTime(started) * (steps / (double)(simulation.Steps - before)));
    }

    static Task<TimeSpan> PlayOnQueues(int steps)
    {
        var random = new Random(1);
        var queues = Enumerable.Range(0, Pairs * 2).Select(_ => new Queue<Ball>()).ToArray();
        for (var i = 0; i < queues.Length; i += 2)
        {
            for (var ball = 0; ball < InFlight; ball++)
                queues[i].Enqueue(Ball.Instance);
        }

        var (started, left) = (Stopwatch.GetTimestamp(), steps);
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

    sealed class Pong : SupervisedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }

    sealed class Ping(int returns) : SupervisedActor
    {
        int _left = returns;

        protected override void OnReceive(object message)
        {
            if (_left-- > 0)
                Sender.Tell(message);
        }
    }
}
