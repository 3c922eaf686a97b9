using System.Globalization;
using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Tests.Sds.Simulation;

/// <summary>What somebody might write into a channel to do harm. They do not take others' names or ids: SDS cannot tell those apart.</summary>
internal static class Hostile
{
    public static SdsMessage Message(Random random, long now, SdsOptions options, IEnumerable<string> others)
    {
        var real = others.Where(_ => random.Next(4) == 0).ToList();
        var message = new SdsMessage
        {
            SenderId = $"mallory{random.Next(5)}",
            MessageId = Name(random),
            ChannelId = "lobby",
            LamportTimestamp = random.Next(6) switch
            {
                0 => ulong.MaxValue,
                1 => 0,
                2 => (ulong)now + 3_600_000,
                3 => (ulong)now - 1000,
                _ => (ulong)now,
            },
            CausalHistory = [.. Enumerable.Range(0, random.Next(6)).Select(_ => Entry(random, real, isFake: true))],
            RepairRequest = [.. Enumerable.Range(0, random.Next(20)).Select(_ => Entry(random, real, isFake: random.Next(2) == 0))],
            Content = new byte[random.Next(3)],
        };
        return random.Next(3) == 0 ? message with { BloomFilter = Full(options, random) } : message;
    }

    static HistoryEntry Entry(Random random, List<string> real, bool isFake) =>
        new(isFake || real.Count == 0 ? Name(random) : real[random.Next(real.Count)], new byte[random.Next(40)], random.Next(2) == 0 ? "mallory" : null);

    // Few names, so that they meet: messages that name each other, and the same one twice with another content.
    static string Name(Random random) => string.Create(CultureInfo.InvariantCulture, $"evil-{random.Next(50)}");

    static BloomFilter Full(SdsOptions options, Random random)
    {
        var parameters = new BloomParameters(options.BloomCapacity, options.BloomErrorRate);
        var shape = parameters.ShapeIn(SdsDialect.Specification);
        var words = new ulong[shape.Words];
        for (var i = 0; i < words.Length; i++)
            words[i] = random.Next(10) == 0 ? 0 : ulong.MaxValue;
        return BloomFilter.TryCreate(parameters, shape, words, out var filter) ? filter : throw new InvalidOperationException("The shape is that of the parameters.");
    }
}
