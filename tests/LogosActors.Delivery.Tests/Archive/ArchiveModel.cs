using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Tests.Archive;

/// <summary>What an archive is to find, said in the simplest way.</summary>
internal sealed class ArchiveModel
{
    static readonly string[] Contents = [.. Enumerable.Range(0, 6).Select(i => $"/app/1/topic-{i}/proto")];
    static readonly string[] Pubsubs = [ArchiveSamples.Shard0, ArchiveSamples.Shard1, "/waku/2/rs/1/2"];

    readonly Dictionary<MessageHash, ArchivedMessage> _kept = [];

    public IEnumerable<ArchivedMessage> InOrder => _kept.Values.OrderBy(message => message.Time).ThenBy(message => message.Hash);

    public int Append(IEnumerable<ArchivedMessage> messages) => messages.Count(message => _kept.TryAdd(message.Hash, message));

    public IEnumerable<ArchivedMessage> Find(ArchiveQuery query) => InOrder.Where(message =>
        (query.PubsubTopic is null || query.PubsubTopic == message.PubsubTopic)
        && (query.ContentTopics.Count == 0 || query.ContentTopics.Contains(message.Message!.ContentTopic))
        && (query.Start is null || message.Time >= query.Start)
        && (query.End is null || message.Time <= query.End)
        && (query.Hashes.Count == 0 || query.Hashes.Contains(message.Hash)));

    /// <summary>A message of few times and topics, whose hash often begins as another one's does.</summary>
    public static ArchivedMessage RandomMessage(Random random)
    {
        var hash = new byte[MessageHash.Length];
        random.NextBytes(hash.AsSpan(random.Next(3) * 8));
        hash[0] = (byte)(random.Next(4) * 85);
        var saysWhen = random.Next(4) > 0;
        var time = ArchiveSamples.Noon + (random.Next(40) * 300 * ArchiveSamples.Second);
        return new(new MessageHash(hash), Pubsubs[random.Next(Pubsubs.Length)], time, new WakuMessage
        {
            ContentTopic = Contents[random.Next(Contents.Length)],
            Payload = RandomBytes(random, 300),
            Meta = RandomBytes(random, 20),
            RateLimitProof = RandomBytes(random, 20),
            Version = (uint)random.Next(3),
            Timestamp = saysWhen ? time : null,
        });
    }

    public static ArchiveQuery RandomQuery(Random random) => new()
    {
        PubsubTopic = random.Next(2) == 0 ? null : Pubsubs[random.Next(Pubsubs.Length)],
        ContentTopics = [.. Enumerable.Range(0, random.Next(2) * random.Next(5)).Select(_ => Contents[random.Next(Contents.Length)])],
        Start = random.Next(2) == 0 ? null : ArchiveSamples.Noon + (random.Next(-5, 45) * 300 * ArchiveSamples.Second),
        End = random.Next(2) == 0 ? null : ArchiveSamples.Noon + (random.Next(-5, 45) * 300 * ArchiveSamples.Second),
        IsForward = random.Next(2) == 0,
        Limit = random.Next(10) == 0 ? 1 : random.Next(5, 40),
    };

    public IReadOnlyList<MessageHash> RandomHashes(Random random) =>
        [.. _kept.Keys.OrderBy(hash => hash).Where(_ => random.Next(20) == 0).Take(40), RandomMessage(random).Hash];

    static byte[] RandomBytes(Random random, int most)
    {
        var bytes = new byte[random.Next(2) * random.Next(most)];
        random.NextBytes(bytes);
        return bytes;
    }
}
