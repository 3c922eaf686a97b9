namespace LogosActors.LoadTests;

/// <summary>Two processes of which this one sends as fast as the other receives.</summary>
internal interface ILoadedPair : IStampedSender
{
    /// <summary>Sends so many messages, and waits until they have arrived.</summary>
    /// <returns>How long it took.</returns>
    Task<TimeSpan> SendAsync(int count);

    /// <summary>What both processes have taken.</summary>
    Task<(Costs Sender, Costs Receiver)> CostsAsync();
}

/// <summary>What two processes do at most.</summary>
/// <param name="Rate">Messages per second.</param>
/// <param name="Costs">What one message costs each of them.</param>
internal sealed record Throughput(double Rate, (Costs Sender, Costs Receiver) Costs)
{
    /// <param name="pair">The processes.</param>
    /// <param name="budget">How much time it may take.</param>
    /// <param name="limit">The most messages of a round.</param>
    public static async Task<Throughput> MeasureAsync(ILoadedPair pair, Budget budget, int limit = int.MaxValue)
    {
        var rate = await Rounds.BestAsync(budget, limit, pair.SendAsync);
        var before = await pair.CostsAsync();
        var messages = Math.Max(1, (int)(rate * budget.Round.TotalSeconds * 2));
        await pair.SendAsync(messages);
        var after = await pair.CostsAsync();
        return new(rate, (after.Sender.PerMessage(before.Sender, messages), after.Receiver.PerMessage(before.Receiver, messages)));
    }
}
