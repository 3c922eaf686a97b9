using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Tests.Store;

/// <summary>The archive's contract over a sorted list.</summary>
internal sealed class ListArchive : IMessageArchive
{
    public const string Topic = "/waku/2/rs/0/0";

    List<ArchivedMessage> _messages = [];

    /// <summary>What queries do instead; null: they find messages.</summary>
    public Func<CancellationToken, Task<ArchivePage?>>? Instead { get; set; }

    public IReadOnlyList<ArchivedMessage> Messages => _messages;

    /// <summary>Messages of the times 0 – <paramref name="count"/> − 1, of the content topics /a, /b and /c in turn.</summary>
    public static ListArchive Of(int count, int payload = 1)
    {
        var archive = new ListArchive();
        archive.Add(Enumerable.Range(0, count).Select(i => new WakuMessage
        {
            ContentTopic = ((string[])["/a", "/b", "/c"])[i % 3],
            Timestamp = i,
            Payload = new byte[payload],
        }));
        return archive;
    }

    public void Add(IEnumerable<WakuMessage> messages) => _messages =
    [
        .. _messages
            .Concat(messages.Select(message =>
                new ArchivedMessage(MessageHash.Compute(Topic, message), Topic, message.Timestamp ?? 0, message)))
            .OrderBy(message => message.Time)
            .ThenBy(message => message.Hash),
    ];

    public Task InitializeAsync(CancellationToken cancellation = default) => Task.CompletedTask;

    public Task<int> AppendAsync(IReadOnlyList<ArchivedMessage> messages, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public Task<ArchivePage?> QueryAsync(ArchiveQuery query, CancellationToken cancellation = default)
    {
        if (Instead is { } instead)
            return instead(cancellation);
        var found = _messages
            .Where(message => query.PubsubTopic is null || message.PubsubTopic == query.PubsubTopic)
            .Where(message => query.ContentTopics.Count == 0 || query.ContentTopics.Contains(message.Message!.ContentTopic, StringComparer.Ordinal))
            .Where(message => !(message.Time < query.Start) && !(message.Time > query.End))
            .Where(message => query.Hashes.Count == 0 || query.Hashes.Contains(message.Hash))
            .ToList();
        if (query.Hashes.Count > 0)
            return Task.FromResult<ArchivePage?>(new ArchivePage(found, null));
        if (!query.IsForward)
            found.Reverse();
        if (query.Cursor is { } cursor)
        {
            if (_messages.All(message => message.Hash != cursor))
                return Task.FromResult<ArchivePage?>(null);
            found = [.. found.SkipWhile(message => message.Hash != cursor).Skip(1)];
        }
        var page = found.Take(query.Limit).ToList();
        MessageHash? next = found.Count > page.Count ? page[^1].Hash : null;
        if (!query.IsForward)
            page.Reverse();
        return Task.FromResult<ArchivePage?>(new ArchivePage(page, next));
    }

    public Task RetainAsync(RetentionPolicy policy, long now, CancellationToken cancellation = default) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
