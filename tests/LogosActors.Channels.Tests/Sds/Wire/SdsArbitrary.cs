using FsCheck;
using FsCheck.Fluent;
using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Tests.Sds.Wire;

/// <summary>Any message of a channel.</summary>
internal static class SdsArbitrary
{
    /// <summary>What the filters of these messages are made for.</summary>
    public static BloomParameters Bloom { get; } = new(20, 0.01);

    /// <summary>Messages as a dialect has them.</summary>
    public static Arbitrary<SdsMessage> Messages(SdsDialect dialect) => Arb.From(
        from sender in Gen.OneOf(Ids, Gen.Constant(""))
        from id in Ids
        from channel in Ids
        from lamport in ArbMap.Default.GeneratorFor<ulong?>()
        from history in Entries.ListOf()
        from filter in Gen.OneOf(Gen.Constant<BloomFilter?>(null), Filters(dialect))
        from repair in Entries.ListOf()
        from content in ArbMap.Default.GeneratorFor<byte[]>()
        select new SdsMessage
        {
            SenderId = sender,
            MessageId = id,
            ChannelId = channel,
            LamportTimestamp = lamport,
            CausalHistory = history,
            BloomFilter = filter,
            RepairRequest = [.. repair.Take(32)],
            Content = content,
        });

    /// <summary>Asserts that two messages say the same.</summary>
    public static void AssertSame(SdsMessage expected, SdsMessage actual)
    {
        Assert.Equal((expected.SenderId, expected.MessageId, expected.ChannelId, expected.LamportTimestamp), (actual.SenderId, actual.MessageId, actual.ChannelId, actual.LamportTimestamp));
        Assert.Equal(expected.CausalHistory.Select(Text), actual.CausalHistory.Select(Text));
        Assert.Equal(expected.RepairRequest.Select(Text), actual.RepairRequest.Select(Text));
        Assert.Equal(expected.Content, actual.Content);
        Assert.Equal(expected.BloomFilter?.Shape, actual.BloomFilter?.Shape);
        Assert.Equal(expected.BloomFilter?.Words.ToArray(), actual.BloomFilter?.Words.ToArray());
    }

    static Gen<string> Ids => from text in ArbMap.Default.GeneratorFor<NonEmptyString>()
                              select string.Concat(text.Get.EnumerateRunes().Take(60));

    static Gen<HistoryEntry> Entries =>
        from id in Ids
        from hint in ArbMap.Default.GeneratorFor<byte[]>()
        from sender in Gen.OneOf(Ids.Select(id => (string?)id), Gen.Constant<string?>(null))
        select new HistoryEntry(id, hint, sender);

    static Gen<BloomFilter?> Filters(SdsDialect dialect) =>
        from ids in Ids.ListOf()
        select (BloomFilter?)Filter(dialect, ids);

    static BloomFilter Filter(SdsDialect dialect, IReadOnlyList<string> ids)
    {
        var filter = new RollingBloomFilter(Bloom, dialect);
        foreach (var id in ids)
            filter.Add(BloomKey.Of(id));
        return filter.Snapshot();
    }

    static string Text(HistoryEntry entry) => $"{entry.MessageId} {Convert.ToHexString(entry.RetrievalHint.Span)} {entry.SenderId}";
}
