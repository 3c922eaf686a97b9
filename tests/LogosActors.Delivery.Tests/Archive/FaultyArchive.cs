using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Tests.Archive;

/// <summary>An archive in memory that is slow, or fails, as a test says.</summary>
internal sealed class FaultyArchive(TimeProvider time) : IMessageArchive
{
    readonly Dictionary<MessageHash, ArchivedMessage> _kept = [];

    /// <summary>What an append or a retention fails with; null: it succeeds.</summary>
    public Func<IReadOnlyList<ArchivedMessage>, ArchiveException?> Fault { get; set; } = static _ => null;

    /// <summary>How long each append takes.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The batches that were appended or refused, in their order.</summary>
    public List<IReadOnlyList<ArchivedMessage>> Batches { get; } = [];

    /// <summary>What was appended, in its order; what was appended twice is there twice.</summary>
    public List<ArchivedMessage> Appended { get; } = [];

    /// <summary>When retention was asked for, in nanoseconds since 1970.</summary>
    public List<long> Retentions { get; } = [];

    /// <summary>What was to be kept each time.</summary>
    public List<RetentionPolicy> Policies { get; } = [];

    public IReadOnlyCollection<ArchivedMessage> Kept => _kept.Values;

    /// <summary>The most appends that went on at once.</summary>
    public int MostAtOnce { get; private set; }

    int _atOnce;

    public Task InitializeAsync(CancellationToken cancellation = default) => Task.CompletedTask;

    public async Task<int> AppendAsync(IReadOnlyList<ArchivedMessage> messages, CancellationToken cancellation = default)
    {
        MostAtOnce = Math.Max(MostAtOnce, ++_atOnce);
        Batches.Add(messages);
        await Task.Delay(Latency, time, cancellation);
        _atOnce--;
        if (Fault(messages) is { } fault)
            throw fault;
        Appended.AddRange(messages);
        return messages.Count(message => _kept.TryAdd(message.Hash, message));
    }

    public Task<ArchivePage?> QueryAsync(ArchiveQuery query, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task RetainAsync(RetentionPolicy policy, long now, CancellationToken cancellation = default)
    {
        Retentions.Add(now);
        Policies.Add(policy);
        return Fault([]) is { } fault ? Task.FromException(fault) : Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
