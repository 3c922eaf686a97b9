using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.StoreSync;
using LogosActors.Delivery.Tests.Messages;

namespace LogosActors.Delivery.Tests.StoreSync;

/// <summary>Any payload that can be on the wire.</summary>
internal static class ReconciliationArbitrary
{
    public static Arbitrary<ReconciliationPayload> Payloads { get; } = Arb.From(
        from pubsubTopics in MessageArbitrary.Texts.ListOf()
        from contentTopics in MessageArbitrary.Texts.ListOf()
        from first in Times(1L << 62)
        from parts in Parts().NonEmptyListOf()
        select new ReconciliationPayload
        {
            PubsubTopics = [.. pubsubTopics],
            ContentTopics = [.. contentTopics],
            Ranges = Chain(first, parts),
        });

    delegate ReconciliationRange Part(ArchivePosition lower, ArchivePosition upper);

    static ReconciliationRange[] Chain(long first, IEnumerable<(long Delta, MessageHash Hash, Part Make)> parts)
    {
        List<ReconciliationRange> ranges = [];
        var time = first;
        foreach (var (delta, hash, make) in parts)
        {
            var upper = new ArchivePosition(time + delta, delta == 0 ? hash : default);
            ranges.Add(make(new ArchivePosition(time, default), upper));
            time = upper.Time;
        }
        return [.. ranges];
    }

    static Gen<(long Delta, MessageHash Hash, Part Make)> Parts() =>
        from delta in Times(1L << 40)
        from hash in MessageArbitrary.Hashes
        from kind in Gen.Choose(0, 2)
        from sum in MessageArbitrary.Hashes
        from ids in Ids()
        from isReconciled in ArbMap.Default.GeneratorFor<bool>()
        select (delta, hash, (Part)((lower, upper) => kind switch
        {
            0 => new ReconciliationRange.Skip(lower, upper),
            1 => new ReconciliationRange.Summary(lower, upper, Fingerprint.Of(sum)),
            _ => new ReconciliationRange.ItemSet(lower, upper, ids, isReconciled),
        }));

    static Gen<ArchivePosition[]> Ids() =>
        from times in Times(1L << 62).ListOf()
        from hashes in MessageArbitrary.Hashes.ListOf()
        select times.Zip(hashes, (time, hash) => new ArchivePosition(time, hash)).Order().Distinct().ToArray();

    // Zero, which is written otherwise, is as likely as any size.
    static Gen<long> Times(long most) =>
        from bits in Gen.Choose(0, 62)
        from value in ArbMap.Default.GeneratorFor<long>()
        select (value & long.MaxValue) % Math.Min(most, 1L << bits);
}
