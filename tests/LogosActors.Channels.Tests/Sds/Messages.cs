using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Tests.Sds;

/// <summary>Messages of somebody called bob, unless told otherwise.</summary>
internal static class Messages
{
    public static SdsMessage Content(string id, int time = 1, string sender = "bob", params string[] after) => new()
    {
        SenderId = sender,
        MessageId = id,
        ChannelId = "lobby",
        LamportTimestamp = (ulong)(Participant.Start + time),
        CausalHistory = [.. after.Select(name => new HistoryEntry(name))],
        Content = new byte[] { 1 },
    };

    public static SdsMessage Sync(int time = 1, string sender = "bob", params string[] after) =>
        Content($"sync-{time}", time, sender, after) with { Content = default };

    /// <summary>With a filter that holds those ids, and so many others.</summary>
    public static SdsMessage Holding(this SdsMessage message, SdsOptions options, int others, params string[] ids)
    {
        var bloom = new RollingBloomFilter(new BloomParameters(options.BloomCapacity, options.BloomErrorRate));
        for (var i = 0; i < others; i++)
            bloom.Add(BloomKey.Of($"other-{i}"));
        foreach (var id in ids)
            bloom.Add(BloomKey.Of(id));
        return message with { BloomFilter = bloom.Snapshot() };
    }

    public static SdsMessage AskingFor(this SdsMessage message, string id, string sender) =>
        message with { RepairRequest = [new HistoryEntry(id, SenderId: sender)] };

    public static SdsMessage WithHints(this SdsMessage message) =>
        message with { CausalHistory = [.. message.CausalHistory.Select(name => name with { RetrievalHint = new byte[] { 7 } })] };
}
