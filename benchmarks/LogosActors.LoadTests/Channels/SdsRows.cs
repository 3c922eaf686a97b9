using LogosActors.Channels;
using LogosActors.LoadTests.Libp2p;

namespace LogosActors.LoadTests.Channels;

/// <summary>Scalable data sync by itself: the state machine and the codec of both ends, on one thread, by processor time.</summary>
internal static class SdsRows
{
    const int Short = 1_000, Usual = 10_000, Long = 1_000_000;

    public static IEnumerable<Row> All()
    {
        var usual = new HistoryRow();
        var alike = new BesideJsRow();
        return
        [
            usual,
            new WireRow(usual.Name, () => usual.BytesPerMessage, "content", () => SdsPair.Size),
            new FlatRow(Short),
            new FlatRow(Long),
            alike,
            new WireRow(alike.Name, () => alike.BytesPerMessage, "@waku/sds", () => alike.JsBytesPerMessage),
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

    static async Task<double> BytesPerMessageAsync(SdsPair pair, int messages)
    {
        var (bytes, sent) = (pair.WireBytes, pair.Sent);
        await Exchange(pair)(messages);
        return (double)(pair.WireBytes - bytes) / (pair.Sent - sent);
    }

    /// <summary>The defaults, and a log of the usual length.</summary>
    sealed class HistoryRow : Row
    {
        public override string Name => "SDS, history of 10,000";

        public double? BytesPerMessage { get; private set; }

        public override async Task<Outcome> MeasureAsync(Budget budget)
        {
            var pair = new SdsPair(Usual, new SdsOptions());
            var rate = await Rounds.BestAsync(Longer(budget), int.MaxValue, Exchange(pair));
            BytesPerMessage = await BytesPerMessageAsync(pair, Usual);
            return new(rate, "msg/s", new("nothing", double.NaN), new Target.AtLeast(100_000));
        }
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

    /// <summary>The causal history of js-waku and, as there, a filter in every message.</summary>
    sealed class BesideJsRow : Row
    {
        public override string Name => "SDS like js-waku, history of 10,000";

        public double? BytesPerMessage { get; private set; }

        public double? JsBytesPerMessage { get; private set; }

        public override async Task<Outcome> MeasureAsync(Budget budget)
        {
            var pair = new SdsPair(Usual, new SdsOptions { CausalHistorySize = 200, FilterInterval = TimeSpan.Zero });
            var rate = await Rounds.BestAsync(Longer(budget), int.MaxValue, Exchange(pair));
            BytesPerMessage = await BytesPerMessageAsync(pair, 1000);
            (var js, JsBytesPerMessage) = await Js.JsSdsLoad.ExchangeAsync(Usual);
            return new(rate, "msg/s", js, new Target.TimesPeer(1000));
        }
    }

    /// <summary>How long the messages of a row are.</summary>
    sealed class WireRow(string row, Func<double?> bytes, string peer, Func<double?> peerBytes) : Row
    {
        public override string Name => $"{row}, on the wire";

        public override Task<Outcome> MeasureAsync(Budget budget) => Task.FromResult(new Outcome(
            bytes() ?? throw new InvalidOperationException($"It is measured by the row “{row}”, which has not run."),
            "B/msg", new(peer, peerBytes() ?? double.NaN), new Target.Printed()));
    }
}
