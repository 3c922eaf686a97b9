namespace LogosActors.LoadTests.Libp2p;

/// <summary>One stream, one way, over Noise and Yamux and loopback TCP, against the bare cipher.</summary>
internal sealed class StreamRow(SharedMeasurement<(double Ours, double Ceiling)> rates) : Row
{
    public override string Name => "one stream, 64 KiB writes";

    public static async Task<(double Ours, double Ceiling)> RatesAsync(Budget budget)
    {
        using var nodes = new Nodes();
        await using var streams = await StreamPairs.OpenAsync(nodes, 1);
        using var cipher = new BareCipher();
        var (ours, ceiling) = await Rounds.PairAsync(budget, int.MaxValue, streams.CopyAsync, cipher.EncryptAsync);
        return (Megabytes(ours), Megabytes(ceiling));
    }

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        var (ours, ceiling) = await rates.GetAsync(budget);
        return new(ours, "MB/s", new("ChaCha20-Poly1305 alone, 64 KiB", ceiling), new Target.TimesPeer(0.6));
    }

    internal static double Megabytes(double writes) => writes * StreamPairs.WriteSize / 1e6;
}

/// <summary>The same against the cipher at both ends at once, which is what the machine's cores leave to any channel within one process.</summary>
internal sealed class StreamBesideBothCiphersRow : Row
{
    public override string Name => "one stream, beside both ends' ciphers";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        using var nodes = new Nodes();
        await using var streams = await StreamPairs.OpenAsync(nodes, 1);
        using var here = new BareCipher();
        using var there = new BareCipher();
        var (ours, ceiling) = await Rounds.PairAsync(
            budget, int.MaxValue, streams.CopyAsync, async times => (await Task.WhenAll(here.EncryptAsync(times), there.EncryptAsync(times))).Max());
        return new(StreamRow.Megabytes(ours), "MB/s", new("ChaCha20-Poly1305 on two threads, each", StreamRow.Megabytes(ceiling)), new Target.Printed());
    }
}

/// <summary>Four streams of one connection at once, against one.</summary>
internal sealed class FourStreamsRow : Row
{
    public override string Name => "four streams, 64 KiB writes";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        using var nodes = new Nodes();
        await using var four = await StreamPairs.OpenAsync(nodes, 4);
        await using var one = await StreamPairs.OpenAsync(nodes, 1);
        var (ours, single) = await Rounds.PairAsync(budget, int.MaxValue, four.CopyAsync, one.CopyAsync);
        return new(StreamRow.Megabytes(ours), "MB/s", new("one stream", StreamRow.Megabytes(single)), new Target.TimesPeer(0.9));
    }
}
