namespace LogosActors.Delivery.Store;

/// <summary>A node's view of the past.</summary>
internal sealed class NodeStore(MessagingNode node) : IMessageStore
{
    public Task<Result<StoreHistory, StoreQueryError>> QueryAsync(StoreQuery query, CancellationToken cancellation = default) =>
        node.QueryStoreAsync(query, cancellation);
}
