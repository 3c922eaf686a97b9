using FsCheck;
using FsCheck.Fluent;
using LogosActors.Channels.Segmentation;

namespace LogosActors.Channels.Tests.Segmentation;

/// <summary>Any segment that can be on the wire.</summary>
internal static class SegmentArbitrary
{
    public static Gen<KeccakHash> Hashes { get; } =
        Gen.Choose(0, 255).ArrayOf(KeccakHash.Length).Select(bytes => new KeccakHash([.. bytes.Select(value => (byte)value)]));

    public static Arbitrary<SegmentMessage> Segments { get; } = Arb.From(
        from hash in Hashes
        from dataCount in Gen.OneOf(Gen.Choose(1, 3), Gen.Choose(1, 255))
        from parityCount in Gen.Choose(0, 255 - dataCount)
        from isParity in ArbMap.Default.GeneratorFor<bool>().Select(value => value && parityCount > 0)
        from index in Gen.Choose(0, (isParity ? parityCount : dataCount) - 1)
        from payload in ArbMap.Default.GeneratorFor<NonEmptyArray<byte>>()
        from linkage in Linkages(isParity || index > 0, payload.Get.Length, !isParity && dataCount == 1)
        select new SegmentMessage
        {
            MessageHash = hash,
            DataCount = dataCount,
            ParityCount = parityCount,
            IsParity = isParity,
            Index = index,
            Payload = payload.Get,
            Linkage = linkage,
        });

    static Gen<ChunkLinkage?> Linkages(bool hasPrevious, int payloadLength, bool isAlone) =>
        from isLinked in ArbMap.Default.GeneratorFor<bool>()
        from request in Gen.Elements("a", "6f1c1cf03ac14bff8f37cbd0b1b35e0a", new string('ä', 32))
        from timestamp in ArbMap.Default.GeneratorFor<long>()
        from more in Gen.Choose(0, SegmentationOptions.MaxMessageSize - payloadLength)
        from previous in Hashes
        select isLinked ? new ChunkLinkage(request, timestamp, payloadLength + (isAlone ? 0 : more), hasPrevious ? previous : null) : null;
}
