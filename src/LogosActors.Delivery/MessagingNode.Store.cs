using LogosActors.Delivery.Store;

namespace LogosActors.Delivery;

/// <summary>What was before this node came.</summary>
public sealed partial class MessagingNode
{
    /// <inheritdoc/>
    public IMessageStore Store { get; }

    internal async Task<Result<StoreHistory, StoreQueryError>> QueryStoreAsync(StoreQuery query, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (Volatile.Read(ref _running) is not { } running)
            return new StoreQueryError(StoreQueryErrorKind.NotStarted, NotStarted);
        if (!HistoryQuestions.TryMake(query, _options.Network, out var questions, out var problem))
            return new StoreQueryError(StoreQueryErrorKind.InvalidQuery, problem);
        var sources = new HistorySources(_options.Archive, running.Stores, (store, question) => running.Client.QueryAsync(store, question), _system);
        return await HistoryReader.ReadAsync(query, questions, sources.Begin(), cancellation);
    }
}
