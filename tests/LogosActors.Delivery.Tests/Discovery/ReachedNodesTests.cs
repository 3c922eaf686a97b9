using LogosActors.Delivery.Discovery;
using LogosActors.Delivery.Tests.Discovery.DnsLists;

namespace LogosActors.Delivery.Tests.Discovery;

public sealed class ReachedNodesTests
{
    readonly ReachedNodes _nodes = new();

    [Fact]
    public void Only_who_has_answered_lately_is_named()
    {
        var (answered, dialed, silent) = (PublishedTree.Node(1), PublishedTree.Node(2), PublishedTree.Node(3));
        foreach (var record in new[] { answered, dialed, silent })
            _nodes.Found(record);
        _nodes.Reached(answered, TimeSpan.Zero);
        _nodes.Reached(dialed.Peer, TimeSpan.FromMinutes(1));

        Assert.Equal([answered, dialed], _nodes.At(ReachedNodes.Lifetime).OrderBy(record => ReferenceEquals(record, dialed)));
        Assert.Equal([dialed], _nodes.At(ReachedNodes.Lifetime + TimeSpan.FromSeconds(30)));
        Assert.Empty(_nodes.At(ReachedNodes.Lifetime + TimeSpan.FromMinutes(2)));
    }

    [Fact]
    public void The_newest_record_of_a_node_is_named()
    {
        _nodes.Reached(PublishedTree.Node(1, sequence: 2), TimeSpan.Zero);
        _nodes.Found(PublishedTree.Node(1, sequence: 1));
        Assert.Equal(2UL, Assert.Single(_nodes.At(TimeSpan.Zero)).Sequence);

        _nodes.Found(PublishedTree.Node(1, sequence: 3));
        Assert.Equal(3UL, Assert.Single(_nodes.At(TimeSpan.Zero)).Sequence);
    }

    [Fact]
    public void A_peer_without_a_record_is_not_named()
    {
        _nodes.Reached(PublishedTree.Node(1).Peer, TimeSpan.Zero);

        Assert.Empty(_nodes.At(TimeSpan.Zero));
    }
}
