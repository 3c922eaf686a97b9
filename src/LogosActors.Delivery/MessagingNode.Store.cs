using LogosActors.Delivery.Store;

namespace LogosActors.Delivery;

/// <summary>What was before this node came.</summary>
public sealed partial class MessagingNode
{
    /// <summary>Finds messages of the past: in the node's own archive when it has one, else in the stores that it is connected to.</summary>
    /// <remarks>
    /// What stores send is checked against the query and the messages' hashes; that one has left something out cannot be seen. A query of
    /// more than ten content topics, or of topics on several shards, is answered group by group: only what is in one answer is in order.
    /// </remarks>
    /// <param name="query">What is wanted.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The messages; or why there are none: failures of the network are no exceptions.</returns>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public async Task<Result<StoreHistory, StoreQueryError>> QueryStoreAsync(StoreQuery query, CancellationToken cancellation = default)
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
