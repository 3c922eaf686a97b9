using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery;

/// <summary>The messages of the past: in the node's own archive when it has one, else in the stores that it is connected to.</summary>
/// <remarks>What stores send is checked against the query and the messages' hashes; that one has left something out cannot be seen.</remarks>
public interface IMessageStore
{
    /// <summary>Finds messages of the past.</summary>
    /// <remarks>A query of more than ten content topics, or of topics on several shards, is answered group by group: only what is in one answer is in
    /// order.</remarks>
    /// <param name="query">What is wanted.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The messages; or why there are none: failures of the network are no exceptions.</returns>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    Task<Result<StoreHistory, StoreQueryError>> QueryAsync(StoreQuery query, CancellationToken cancellation = default);

    /// <summary>Looks messages up by their hashes.</summary>
    /// <param name="hashes">The hashes, at most 100,000.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The messages that there are, in the order of their time; or why nothing could be looked up.</returns>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    async Task<Result<StoreHistory, StoreQueryError>> FindAsync(IReadOnlyCollection<MessageHash> hashes, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(hashes);
        return hashes.Count == 0
            ? new StoreHistory([], Cursor: null)
            : await QueryAsync(new StoreQuery { Hashes = [.. hashes], Limit = hashes.Count }, cancellation);
    }
}
