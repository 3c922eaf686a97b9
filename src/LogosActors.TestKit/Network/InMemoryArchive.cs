using LogosActors.Delivery;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;

namespace LogosActors.TestKit.Network;

/// <summary>An archive in memory: for a node that is a store (<see cref="NodeOptions.Archive"/>). It outlives its node's kills, as a database does.</summary>
public sealed class InMemoryArchive : IMessageArchive
{
    readonly SortedList<ArchivePosition, ArchivedMessage> _messages = [];
    readonly Dictionary<MessageHash, ArchivePosition> _positions = [];

    /// <summary>The messages, in the order of their times.</summary>
    public IEnumerable<WakuMessage> Messages => _messages.Values.Select(message => message.Message!);

    /// <inheritdoc/>
    public Task InitializeAsync(CancellationToken cancellation = default) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<int> AppendAsync(IReadOnlyList<ArchivedMessage> messages, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var added = 0;
        foreach (var message in messages)
        {
            var position = new ArchivePosition(message.Time, message.Hash);
            if (!_positions.TryAdd(message.Hash, position))
                continue;
            _messages.Add(position, message);
            added++;
        }
        return Task.FromResult(added);
    }

    /// <inheritdoc/>
    public Task<ArchivePage?> QueryAsync(ArchiveQuery query, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Hashes.Count > 0)
        {
            var known = query.Hashes.Distinct().Where(_positions.ContainsKey).Select(hash => _positions[hash])
                .Where(position => ArchiveRange.Of(query, null).Contains(position) && IsWanted(_messages[position], query)).Order().Take(ArchiveQuery.MaxLimit);
            return Task.FromResult<ArchivePage?>(new ArchivePage([.. known.Select(position => Read(position, query))], null));
        }
        ArchivePosition? cursor = null;
        if (query.Cursor is { } hash)
        {
            if (!_positions.TryGetValue(hash, out var position))
                return Task.FromResult<ArchivePage?>(null);
            cursor = position;
        }
        var range = ArchiveRange.Of(query, cursor);
        var positions = query.IsForward ? _messages.Keys : _messages.Keys.Reverse();
        var found = positions.Where(position => range.Contains(position) && IsWanted(_messages[position], query)).Take(query.Limit + 1).ToList();
        var page = found.Take(query.Limit).ToList();
        MessageHash? next = found.Count > page.Count ? page[^1].Hash : null;
        if (!query.IsForward)
            page.Reverse();
        return Task.FromResult<ArchivePage?>(new ArchivePage([.. page.Select(position => Read(position, query))], next));
    }

    /// <inheritdoc/>
    public Task RetainAsync(RetentionPolicy policy, long now, CancellationToken cancellation = default) => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    static bool IsWanted(ArchivedMessage message, ArchiveQuery query) =>
        (query.PubsubTopic is null || message.PubsubTopic == query.PubsubTopic)
        && (query.ContentTopics.Count == 0 || query.ContentTopics.Contains(message.Message!.ContentTopic, StringComparer.Ordinal));

    ArchivedMessage Read(ArchivePosition position, ArchiveQuery query) =>
        query.IncludesData ? _messages[position] : _messages[position] with { Message = null };
}
