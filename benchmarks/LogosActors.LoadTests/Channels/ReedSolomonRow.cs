using LogosActors.Channels.Segmentation;

namespace LogosActors.LoadTests.Channels;

/// <summary>Parity of 32 data shards on one thread, by the bytes of data, against copying those.</summary>
internal sealed class ReedSolomonRow(string name, bool isRebuilding, double target) : Row
{
    const int DataCount = 32;
    const int ParityCount = 4;
    const int ShardLength = 100 << 10;
    const double Gigabyte = 1e9;
    const int MostAtOnce = 250;

    public override string Name => name;

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        var source = Work.Bytes(DataCount * ShardLength);
        var copy = new byte[source.Length];
        ReadOnlyMemory<byte>[] data = [.. Enumerable.Range(0, DataCount).Select(i => source.AsMemory(i * ShardLength, ShardLength))];
        Memory<byte>[] parity = [.. Enumerable.Range(0, ParityCount).Select(_ => new byte[ShardLength])];
        ReedSolomon.Encode(data, parity);
        ReadOnlyMemory<byte>?[] left = [.. data.Select((shard, i) => i % (DataCount / ParityCount) == 0 ? null : (ReadOnlyMemory<byte>?)shard)];
        ReadOnlyMemory<byte>?[] allParity = [.. parity.Select(shard => (ReadOnlyMemory<byte>?)shard)];
        var ours = isRebuilding
            ? Work.Repeat(() => ReedSolomon.Rebuild(left, allParity, out _))
            : Work.Repeat(() => ReedSolomon.Encode(data, parity));
        var (rate, ceiling) = await Rounds.PairAsync(budget, MostAtOnce, ours, Work.Repeat(() => source.CopyTo(copy, 0)));
        var perSecond = source.Length / Gigabyte;
        return new(rate * perSecond, "GB/s", new("copying the data", ceiling * perSecond), new Target.AtLeast(target));
    }
}
