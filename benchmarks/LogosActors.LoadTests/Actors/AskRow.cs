using System.Diagnostics;
using LogosActors.Actors;

namespace LogosActors.LoadTests.Actors;

/// <summary>Asks from outside the system, one after another or many at once.</summary>
internal sealed class AskRow(int concurrency) : Row
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public override string Name => concurrency == 1 ? "ask, one after another" : $"ask, {concurrency} at once";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        await using var system = ActorSystem.Create("ask");
        var echo = system.Spawn(Props.Create(() => new Echo()));
        var rate = await Rounds.BestAsync(budget, int.MaxValue, asks => AskAsync(echo, asks));
        return new(rate, "ask/s", Akka.Ask, new Target.AtLeast(450_000));
    }

    async Task<TimeSpan> AskAsync(ActorRef echo, int asks)
    {
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(() => AskInTurnAsync(echo, asks / concurrency))));
        return Stopwatch.GetElapsedTime(started);
    }

    static async Task AskInTurnAsync(ActorRef echo, int asks)
    {
        var question = new object();
        for (var i = 0; i < asks; i++)
            await echo.Ask<object>(question, Timeout);
    }

    sealed class Echo : Actor
    {
        protected override void Receive(object message) => Reply(message);
    }
}
