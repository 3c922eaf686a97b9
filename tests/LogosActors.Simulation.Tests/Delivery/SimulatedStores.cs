using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Store;
using LogosActors.Libp2p.Identity;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.Simulation.Tests.Delivery;

/// <summary>The stores of a simulated network, which questions and answers travel to and from as all else does.</summary>
sealed class SimulatedStores(SimulatedNetwork network, TimeProvider time) : IDisposable
{
    /// <summary>How long an answer is waited for.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    readonly Dictionary<PeerId, (SimulatedNode Node, StoreService Service)> _stores = [];

    public IReadOnlyCollection<PeerId> Peers => _stores.Keys;

    public void Add(SimulatedNode node, IMessageArchive archive) =>
        _stores.Add(node.Id, (node, new StoreService(archive, new StoreServiceOptions(), time, NullLogger.Instance)));

    /// <summary>Asks for a page, as a <see cref="StoreClient"/> does.</summary>
    public Task<StoreResult<StorePage>> AskAsync(SimulatedNode from, PeerId store, ArchiveQuery query)
    {
        var result = new TaskCompletionSource<StoreResult<StorePage>>();
        var (node, service) = _stores[store];
        network.Carry(from, node, () =>
        {
            var answer = service.AnswerAsync(from.Id, StoreClient.ToRequest(query), CancellationToken.None);
            // The archive is in memory: there is nothing to wait for.
            Assert.True(answer.IsCompletedSuccessfully);
#pragma warning disable VSTHRD002 // it has ended
            var response = answer.Result;
#pragma warning restore VSTHRD002
            network.Carry(node, from, () => result.TrySetResult(StoreAnswerCheck.Check(query, response)));
        });
        network.After(Patience, () => result.TrySetResult(new StoreResult<StorePage>(StoreFailure.NotReached, "no answer")));
        return result.Task;
    }

    public void Dispose()
    {
        foreach (var (_, service) in _stores.Values)
            service.Dispose();
    }
}
