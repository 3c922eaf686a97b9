using LogosActors.Channels;
using LogosActors.LoadTests.Libp2p;

namespace LogosActors.LoadTests.Channels;

/// <summary>Scalable data sync by itself: the state machine and the codec of both ends, on one thread, by processor time.</summary>
internal static class SdsRows
{
    const int Short = 1_000, Usual = 10_000, Long = 1_000_000;
    const string UsualName = "SDS, history of 10,000", AlikeName = "SDS like js-waku, history of 10,000";

    public static IEnumerable<Row> All()
    {
        var usual = new SharedMeasurement<Exchanged>(budget => ExchangedAsync(budget, new SdsOptions(), Usual));
        // The causal history of js-waku and, as there, a filter in every message.
        var alike = new SharedMeasurement<Exchanged>(
            budget => ExchangedAsync(budget, new SdsOptions { CausalHistorySize = 200, FilterInterval = TimeSpan.Zero }, 1000));
        var js = new SharedMeasurement<(Peer Rate, double? Bytes)>(_ => Js.JsSdsLoad.ExchangeAsync(Usual));
        return
        [
            new ExchangeRow(UsualName, usual, _ => Task.FromResult(new Peer("nothing", double.NaN)), new Target.AtLeast(100_000)),
            new WireRow(UsualName, usual, _ => Task.FromResult(new Peer("content", SdsPair.Size))),
            new FlatRow(Short),
            new FlatRow(Long),
            new ExchangeRow(AlikeName, alike, async budget => (await js.GetAsync(budget)).Rate, new Target.TimesPeer(1000)),
            new WireRow(AlikeName, alike, async budget => new Peer("@waku/sds", (await js.GetAsync(budget)).Bytes ?? double.NaN)),
        ];
    }

    // By the time of all threads, as garbage is collected by others.
    static Load Exchange(SdsPair pair) => async times =>
    {
        var time = await Processor.TimeAsync(() => Work.Repeat(pair.Exchange)(times));
        pair.Check();
        return time;
    };

    // A message runs through much code, which the JIT improves for longer than elsewhere.
    static Budget Longer(Budget budget) => budget with { WarmUp = budget.WarmUp * 3 };

    static async Task<Exchanged> ExchangedAsync(Budget budget, SdsOptions options, int measured)
    {
        var pair = new SdsPair(Usual, options);
        var rate = await Rounds.BestAsync(Longer(budget), int.MaxValue, Exchange(pair));
        var (bytes, sent) = (pair.WireBytes, pair.Sent);
        await Exchange(pair)(measured);
        return new(rate, (double)(pair.WireBytes - bytes) / (pair.Sent - sent));
    }

    /// <param name="Rate">Messages per second.</param>
    /// <param name="BytesPerMessage">Of all that is sent.</param>
    sealed record Exchanged(double Rate, double BytesPerMessage);

    sealed class ExchangeRow(string name, SharedMeasurement<Exchanged> exchanged, Func<Budget, Task<Peer>> peer, Target target) : Row
    {
        public override string Name => name;

        public override async Task<Outcome> MeasureAsync(Budget budget) =>
            new((await exchanged.GetAsync(budget)).Rate, "msg/s", await peer(budget), target);
    }

    /// <summary>Another length of the log, beside the usual one, round by round.</summary>
    sealed class FlatRow(int history) : Row
    {
        public override string Name => $"SDS, history of {history:N0}";

        public override async Task<Outcome> MeasureAsync(Budget budget)
        {
            var (rate, usual) = await Rounds.PairAsync(
                budget, int.MaxValue, Exchange(new SdsPair(history, new SdsOptions())), Exchange(new SdsPair(Usual, new SdsOptions())));
            return new(rate, "msg/s", new($"history of {Usual:N0}", usual), new Target.Within(0.2));
        }
    }

    /// <summary>How long the messages of a row are.</summary>
    sealed class WireRow(string row, SharedMeasurement<Exchanged> exchanged, Func<Budget, Task<Peer>> peer) : Row
    {
        public override string Name => $"{row}, on the wire";

        public override async Task<Outcome> MeasureAsync(Budget budget) =>
            new((await exchanged.GetAsync(budget)).BytesPerMessage, "B/msg", await peer(budget), new Target.Printed());
    }
}
