using LogosActors.Delivery.Peers;
using LogosActors.Delivery.Tests.Receiving;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Tests.Peers;

public sealed class ServicePeersTests
{
    static readonly PubsubTopic Shard = new(1, 0);

    readonly PeerId[] _ids = [.. Enumerable.Range(0, 4).Select(_ => ReceivingWorld.NewPeer())];
    readonly ServicePeers _peers = new(new Random(1));

    [Fact]
    public void Two_that_are_asked_at_once_are_of_different_networks()
    {
        _peers.Add(_ids[0], "10.1");
        _peers.Add(_ids[1], "10.1");
        _peers.Add(_ids[2], "10.1");
        _peers.Add(_ids[3], "10.2");

        for (var round = 0; round < 20; round++)
            Assert.Contains(_ids[3], Choose(2));
    }

    [Fact]
    public void Those_that_the_operator_has_named_are_asked_first_unless_they_fail()
    {
        var peers = new ServicePeers(new Random(1), Named(_ids[0]), Named(_ids[1]));
        foreach (var id in _ids)
            peers.Add(id, id == _ids[2] ? "10.2" : "10.1");

        Assert.Equal(_ids[..2].Order(), peers.Choose(Shard, 2, [], TimeSpan.Zero).Order());
        peers.Failed(_ids[0], TimeSpan.Zero);
        Assert.Equal([_ids[1], _ids[2]], peers.Choose(Shard, 2, [], TimeSpan.FromSeconds(10)));

        static Multiaddr Named(PeerId peer) => Multiaddr.Parse($"/ip4/127.0.0.1/tcp/1/p2p/{peer}");
    }

    [Fact]
    public void One_that_has_failed_comes_after_those_that_have_not_even_of_another_network()
    {
        _peers.Add(_ids[0], "10.1");
        _peers.Add(_ids[1], "10.1");
        _peers.Add(_ids[2], "10.2");
        _peers.Failed(_ids[2], TimeSpan.Zero);

        Assert.DoesNotContain(_ids[2], Choose(2, at: 10));
        Assert.Contains(_ids[2], Choose(3, at: 10));
    }

    [Fact]
    public void One_that_fails_again_and_again_rests_longer_each_time_up_to_a_minute_and_is_never_excluded_for_ever()
    {
        _peers.Add(_ids[0], null);
        var rests = new List<double>();
        for (var (failure, now) = (0, TimeSpan.Zero); failure < 12; failure++)
        {
            _peers.Failed(_ids[0], now);
            var rested = _peers.NextRested(now)!.Value;
            rests.Add((rested - now).TotalSeconds);
            Assert.Empty(_peers.Choose(Shard, 1, [], rested - TimeSpan.FromMilliseconds(1)));
            Assert.Single(_peers.Choose(Shard, 1, [], rested));
            now = rested;
        }

        Assert.InRange(rests[0], 0.8, 1.2);
        Assert.InRange(rests[3], 6.4, 9.6);
        Assert.All(rests, static rest => Assert.InRange(rest, 0.8, 72));
    }

    [Fact]
    public void One_that_rests_is_better_than_none_when_it_is_urgent()
    {
        _peers.Add(_ids[0], null);
        _peers.Failed(_ids[0], TimeSpan.Zero);

        Assert.Empty(_peers.Choose(Shard, 1, [], TimeSpan.Zero));
        Assert.Equal([_ids[0]], _peers.Choose(Shard, 1, [], TimeSpan.Zero, isUrgent: true));
    }

    [Fact]
    public void What_failed_once_is_forgotten_when_it_serves()
    {
        _peers.Add(_ids[0], null);
        _peers.Add(_ids[1], null);
        _peers.Failed(_ids[0], TimeSpan.Zero);
        Assert.Equal(1, _peers.CountProven);

        _peers.Served(_ids[0]);

        Assert.Equal(2, _peers.CountProven);
    }

    [Fact]
    public void A_liar_is_asked_last_for_an_hour_also_when_it_connects_again()
    {
        _peers.Add(_ids[0], null);
        _peers.Add(_ids[1], null);
        _peers.Lied(_ids[0], TimeSpan.Zero);
        _peers.Remove(_ids[0]);
        _peers.Add(_ids[0], null);

        for (var minute = 0; minute < 60; minute++)
            Assert.Equal([_ids[1]], Choose(1, at: 60 * minute));
        Assert.Equal([_ids[1], _ids[0]], Choose(2, at: 60));
    }

    [Fact]
    public void One_that_serves_other_shards_is_not_asked_and_one_that_does_not_say_is()
    {
        _peers.Add(_ids[0], null);
        _peers.Add(_ids[1], null);
        _peers.Add(_ids[2], null);
        _peers.SetShards(_ids[0], [1, 2]);
        _peers.SetShards(_ids[1], [0, 2]);
        _peers.SetShards(_ids[2], []);

        Assert.Equal(_ids[1..3].ToHashSet(), Choose(3).ToHashSet());
    }

    [Fact]
    public void What_is_remembered_of_peers_that_are_gone_is_bounded()
    {
        _peers.Add(_ids[0], null);
        _peers.Failed(_ids[0], TimeSpan.Zero);
        for (var peer = 0; peer < ServicePeers.MaxRemembered + 10; peer++)
            _peers.Failed(ReceivingWorld.NewPeer(), TimeSpan.Zero);

        Assert.Empty(Choose(1));
    }

    [Theory]
    [InlineData("/ip4/192.0.2.7/tcp/1", "192.0")]
    [InlineData("/ip6/2001:db8:1::1/tcp/1", "20010DB8")]
    [InlineData("/dns4/node.example.org/tcp/443/wss", "node.example.org")]
    [InlineData("/ip4/127.0.0.1/tcp/1", null)]
    public void The_network_of_an_address_is_its_sixteen_or_thirty_two_bits_or_its_name(string address, string? group) =>
        Assert.Equal(group, AddressGroup.Of(Multiaddr.Parse(address)));

    List<PeerId> Choose(int count, double at = 0) => _peers.Choose(Shard, count, [], TimeSpan.FromSeconds(at));
}
