using System.Diagnostics;
using LogosActors.Actors;

namespace LogosActors.LoadTests.Actors;

/// <summary>Pairs of actors that send messages to and fro; each message that is received counts.</summary>
internal sealed class PingPongRow(int pairs, int inFlight, Peer akka) : Row
{
    public override string Name => $"ping-pong, {pairs} {(pairs == 1 ? "pair" : "pairs")}, {inFlight} in flight";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        await using var system = ActorSystem.Create("ping-pong");
        var pings = Enumerable.Range(0, pairs)
            .Select(_ => system.Spawn(Props.Create(() => new Ping(system.Spawn(Props.Create(() => new Pong()))))))
            .ToArray();
        var rate = await Rounds.BestAsync(budget, int.MaxValue, messages => PlayAsync(pings, messages));
        return new(rate, "msg/s", akka, new Target.TimesPeer(1.5));
    }

    async Task<TimeSpan> PlayAsync(ActorRef[] pings, int messages)
    {
        // A rally is two messages for each return.
        var rallies = pings.Select(_ => new Rally(Math.Max(inFlight, messages / 2 / pairs), inFlight)).ToArray();
        var started = Stopwatch.GetTimestamp();
        foreach (var (ping, rally) in pings.Zip(rallies))
            ping.Tell(rally);
        await Task.WhenAll(rallies.Select(rally => rally.Done.Task));
        return Stopwatch.GetElapsedTime(started);
    }

    sealed record Rally(int Returns, int InFlight)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    sealed class Ball
    {
        public static readonly Ball Instance = new();
    }

    sealed class Ping(ActorRef pong) : Actor
    {
        Rally? _rally;
        int _toSend;
        int _toReceive;

        protected override void Receive(object message)
        {
            switch (message)
            {
                case Ball:
                    if (_toSend > 0)
                        Send();
                    if (--_toReceive == 0)
                        _rally!.Done.SetResult();
                    break;
                case Rally rally:
                    (_rally, _toSend, _toReceive) = (rally, rally.Returns, rally.Returns);
                    for (var i = 0; i < rally.InFlight; i++)
                        Send();
                    break;
            }
        }

        void Send()
        {
            _toSend--;
            pong.Tell(Ball.Instance, Self);
        }
    }

    sealed class Pong : Actor
    {
        protected override void Receive(object message) => Reply(message);
    }
}
