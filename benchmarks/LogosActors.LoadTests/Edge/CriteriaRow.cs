using LogosActors.Delivery.Filter;
using LogosActors.Libp2p.Identity;

namespace LogosActors.LoadTests.Edge;

/// <summary>What 500 subscribers with 1,000 criteria each cost a filter service.</summary>
/// <param name="limit">How much at most, in MB.</param>
internal sealed class CriteriaRow(double limit) : Row
{
    const int Subscribers = 500, Criteria = 1000;

    public override string Name => "500 subscribers, 1,000 criteria each";

    public override Task<Outcome> MeasureAsync(Budget budget)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var filter = new FilterSubscriptions(new FilterServiceOptions { PeerLimit = null });
        for (var subscriber = 0; subscriber < Subscribers; subscriber++)
        {
            using var key = PrivateKey.Generate(KeyType.Ed25519);
            var peer = PeerId.FromPublicKey(key.PublicKey);
            for (var first = 0; first < Criteria; first += FilterLimits.TopicsPerRequest)
            {
                var topics = Enumerable.Range(first, FilterLimits.TopicsPerRequest).Select(topic => $"/load/1/topic-{subscriber}-{topic}/proto").ToArray();
                filter.Handle(peer, new FilterSubscribeRequest { RequestId = "1", Type = FilterRequestType.Subscribe, PubsubTopic = "/waku/2/rs/0/0", ContentTopics = topics }, TimeSpan.Zero);
            }
        }
        var taken = GC.GetTotalMemory(forceFullCollection: true) - before;
        return Task.FromResult(new Outcome(taken / 1e6, "MB", new Peer("criteria", filter.CriteriaCount), new Target.AtMost(limit)));
    }
}
