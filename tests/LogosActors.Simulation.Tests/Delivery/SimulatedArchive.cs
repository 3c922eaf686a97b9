using System.Buffers.Binary;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;

namespace LogosActors.Simulation.Tests.Delivery;

/// <summary>The archive's contract in memory, for questions that go forward; it outlives its node's crashes, as a database does.</summary>
sealed class SimulatedArchive : IMessageArchive
{
    readonly SortedList<ArchivePosition, ArchivedMessage> _messages = [];
    readonly Dictionary<MessageHash, ArchivePosition> _positions = [];

    /// <summary>Whether it keeps the message whose data begins with a number.</summary>
    public bool Has(int number) => _messages.Values.Any(message => BinaryPrimitives.ReadInt32BigEndian(message.Message!.Payload.Span) == number);

    public Task InitializeAsync(CancellationToken cancellation = default) => Task.CompletedTask;

    public Task<int> AppendAsync(IReadOnlyList<ArchivedMessage> messages, CancellationToken cancellation = default)
    {
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

    public Task<ArchivePage?> QueryAsync(ArchiveQuery query, CancellationToken cancellation = default)
    {
        if (!query.IsForward)
            throw new NotSupportedException("Receivers go forward.");
        if (query.Hashes.Count > 0)
        {
            var known = query.Hashes.Where(_positions.ContainsKey).Select(hash => _positions[hash]).Order();
            return Task.FromResult<ArchivePage?>(new ArchivePage([.. known.Select(position => _messages[position])], null));
        }
        ArchivePosition? cursor = null;
        if (query.Cursor is { } hash)
        {
            if (!_positions.TryGetValue(hash, out var position))
                return Task.FromResult<ArchivePage?>(null);
            cursor = position;
        }
        var range = ArchiveRange.Of(query, cursor);
        var found = _messages.Values
            .Where(message => range.Contains(new ArchivePosition(message.Time, message.Hash)))
            .Where(message => query.PubsubTopic is null || message.PubsubTopic == query.PubsubTopic)
            .Where(message => query.ContentTopics.Count == 0 || query.ContentTopics.Contains(message.Message!.ContentTopic, StringComparer.Ordinal))
            .Take(query.Limit + 1)
            .ToList();
        var page = found.Take(query.Limit).ToList();
        return Task.FromResult<ArchivePage?>(new ArchivePage(page, found.Count > page.Count ? page[^1].Hash : null));
    }

    public Task RetainAsync(RetentionPolicy policy, long now, CancellationToken cancellation = default) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
