using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Tests.Archive;

/// <summary>Messages for archives.</summary>
internal static class ArchiveSamples
{
    public const string Shard0 = "/waku/2/rs/1/0";
    public const string Shard1 = "/waku/2/rs/1/1";

    /// <summary>A time on a full hour, so that tests can say where partitions begin.</summary>
    public const long Noon = 1_800_000_000L * Second;

    public const long Second = 1_000_000_000;

    public static ArchivedMessage Message(
        long time, string content = "/app/1/chat/proto", string pubsub = Shard0, string payload = "hello", bool saysWhen = true)
    {
        var message = new WakuMessage
        {
            ContentTopic = content,
            Payload = System.Text.Encoding.UTF8.GetBytes(payload),
            Timestamp = saysWhen ? time : null,
        };
        return new(MessageHash.Compute(pubsub, message), pubsub, time, message);
    }

    /// <summary>One message each second.</summary>
    public static ArchivedMessage[] Series(int count, long from = Noon, string content = "/app/1/chat/proto", string pubsub = Shard0) =>
        [.. Enumerable.Range(0, count).Select(i => Message(from + (i * Second), content, pubsub))];

    /// <summary>Text that no database makes shorter.</summary>
    public static string RandomText(Random random, int length) => string.Create(length, random, static (text, source) =>
    {
        for (var i = 0; i < text.Length; i++)
            text[i] = (char)source.Next(' ', '~');
    });

    /// <summary>Hashes, which say what a message is.</summary>
    public static IEnumerable<MessageHash> Hashes(this ArchivePage? page) => Assert.IsType<ArchivePage>(page).Messages.Select(message => message.Hash);

    /// <summary>As <see cref="Hashes(ArchivePage?)"/>.</summary>
    public static IEnumerable<MessageHash> Hashes(this IEnumerable<ArchivedMessage> messages) => messages.Select(message => message.Hash);

    /// <summary>All messages that a query finds, page by page, in the order of the pages.</summary>
    public static async Task<List<ArchivedMessage>> AllAsync(this IMessageArchive archive, ArchiveQuery? query = null)
    {
        query ??= new ArchiveQuery { Limit = ArchiveQuery.MaxLimit };
        var found = new List<ArchivedMessage>();
        while (true)
        {
            var page = Assert.IsType<ArchivePage>(await archive.QueryAsync(query));
            Assert.InRange(page.Messages.Count, 0, query.Limit);
            found.AddRange(page.Messages);
            if (page.Cursor is null)
                return found;
            Assert.Equal(query.Limit, page.Messages.Count);
            query = query with { Cursor = page.Cursor };
        }
    }
}
