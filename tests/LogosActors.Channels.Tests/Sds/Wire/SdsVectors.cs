using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Tests.Sds.Wire;

/// <summary>The same messages as js-waku and as nim-sds write them.</summary>
static class SdsVectors
{
    /// <summary>What the filters are made for: 100 bits, 7 hashes.</summary>
    public static BloomParameters Bloom { get; } = new(10, 0.01);

    /// <summary>A filter with the ids a1 and b2, of @waku/sds 0.0.8's <c>DefaultBloomFilter</c>: two words, big-endian.</summary>
    public const string SpecificationFilter = "100001c000100061" + "0000000000010300";

    /// <summary>A filter with the ids a1 and b2 by nim-sds <c>serializeBloomFilter</c>; the bits are computed with the farmhash-modern package of npm.</summary>
    public const string NimFilter =
        "0a10" + "208000c200000490" + "4100008007000000" + // pb.write(1, bytes), with littleEndian64
        "100a" +              // pb.write(2, uint64(filter.capacity)): 10
        "18904e" +            // pb.write(3, uint64(filter.errorRate * 1_000_000)): 10,000
        "2007" +              // pb.write(4, uint64(filter.kHashes))
        "2864";               // pb.write(5, uint64(filter.mBits)): 100

    /// <summary>A message with everything, by @waku/sds 0.0.8 (<c>ContentMessage.encode</c>).</summary>
    public const string SpecificationContent =
        "0a05616c696365" + "12026333" + "1a056c6f626279" + "5080d095ffbc31" + "5a0e" + "0a026131" + "1203010203" + "1a03626f62" + "5a04" + "0a026232" +
        "6210" + SpecificationFilter + "6a0b" + "0a027a39" + "1a056361726f6c" + "a201026869";

    /// <summary>A sync message, by @waku/sds 0.0.8 (<c>SyncMessage.encode</c>).</summary>
    public const string SpecificationSync =
        "0a05616c696365" + "120673796e632d31" + "1a056c6f626279" + "5005" + "5a09" + "0a026131" + "1a03626f62" + "6210" + SpecificationFilter;

    /// <summary>An ephemeral message, by @waku/sds 0.0.8 (<c>EphemeralMessage.encode</c>).</summary>
    public const string SpecificationEphemeral = "0a05616c696365" + "12026535" + "1a056c6f626279" + "a20101ff";

    /// <summary>The message with everything by nim-sds, from the lines of <c>encode</c> and <c>encodeHistoryEntry</c> in sds/protobuf.nim.</summary>
    public const string NimContent =
        "0a026333" +                                          // pb.write(1, msg.messageId)
        "1080d095ffbc31" +                                    // pb.write(2, uint64(msg.lamportTimestamp))
        "1a0e" + "0a026131" + "1203010203" + "1a03626f62" +   // pb.write(3, entryPb.buffer), with write(1), write(2), write(3)
        "1a04" + "0a026232" +                                 // an entry without hint and sender
        "22056c6f626279" +                                    // pb.write(4, msg.channelId)
        "2a026869" +                                          // pb.write(5, msg.content)
        "321b" + NimFilter +                                  // pb.write(6, msg.bloomFilter)
        "3a05616c696365" +                                    // pb.write(7, msg.senderId.string)
        "6a0b" + "0a027a39" + "1a056361726f6c";               // pb.write(13, entryPb.buffer)

    /// <summary>The least that nim-sds writes: it writes content and filter even when they are empty, and a time of 0.</summary>
    public const string NimLeast = "0a026333" + "1000" + "22056c6f626279" + "2a00" + "3200";

    /// <summary>The message with everything.</summary>
    public static SdsMessage Content(SdsDialect dialect) => new()
    {
        SenderId = "alice",
        MessageId = "c3",
        ChannelId = "lobby",
        LamportTimestamp = 1_700_000_000_000,
        CausalHistory = [new HistoryEntry("a1", new byte[] { 1, 2, 3 }, "bob"), new HistoryEntry("b2")],
        BloomFilter = Filter(dialect),
        RepairRequest = [new HistoryEntry("z9", SenderId: "carol")],
        Content = "hi"u8.ToArray(),
    };

    /// <summary>The sync message.</summary>
    public static SdsMessage Sync(SdsDialect dialect) => new()
    {
        SenderId = "alice",
        MessageId = "sync-1",
        ChannelId = "lobby",
        LamportTimestamp = 5,
        CausalHistory = [new HistoryEntry("a1", SenderId: "bob")],
        BloomFilter = Filter(dialect),
    };

    /// <summary>The ephemeral message.</summary>
    public static SdsMessage Ephemeral { get; } = new() { SenderId = "alice", MessageId = "e5", ChannelId = "lobby", Content = new byte[] { 0xff } };

    static BloomFilter Filter(SdsDialect dialect)
    {
        var filter = new RollingBloomFilter(Bloom, dialect);
        filter.Add(BloomKey.Of("a1"));
        filter.Add(BloomKey.Of("b2"));
        return filter.Snapshot();
    }
}
