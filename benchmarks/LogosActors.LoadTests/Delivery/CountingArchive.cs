using LogosActors.Delivery.Archive;

namespace LogosActors.LoadTests.Delivery;

/// <summary>An archive that counts what it has made durable.</summary>
internal sealed class CountingArchive(IMessageArchive archive) : IMessageArchive
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    long _appended;

    /// <summary>Waits until it has so many messages.</summary>
    public async Task WaitForAsync(long count)
    {
        using var late = new CancellationTokenSource(Patience);
        while (Interlocked.Read(ref _appended) < count)
            await Task.Delay(1, late.Token);
    }

    public Task InitializeAsync(CancellationToken cancellation = default) => archive.InitializeAsync(cancellation);

    public async Task<int> AppendAsync(IReadOnlyList<ArchivedMessage> messages, CancellationToken cancellation = default)
    {
        var added = await archive.AppendAsync(messages, cancellation);
        Interlocked.Add(ref _appended, added);
        return added;
    }

    public Task<ArchivePage?> QueryAsync(ArchiveQuery query, CancellationToken cancellation = default) => archive.QueryAsync(query, cancellation);

    public Task RetainAsync(RetentionPolicy policy, long now, CancellationToken cancellation = default) => archive.RetainAsync(policy, now, cancellation);

    public ValueTask DisposeAsync() => archive.DisposeAsync();
}
