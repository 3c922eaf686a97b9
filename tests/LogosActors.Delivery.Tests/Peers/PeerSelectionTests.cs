using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.Peers;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Tests.Peers;

public sealed class PeerSelectionTests
{
    const string Relay = "/relay";

    static readonly KnownPeer[] Known = [.. Enumerable.Range(0, 20).Select(number => Peer(number))];

    readonly PeerSelection _selection = new(target: 3, Relay);
    readonly Random _random = new(1);

    [Fact]
    public void As_many_peers_are_dialed_as_are_missing_and_no_more_while_they_are_dialed()
    {
        Assert.Equal(3, Choose(0).Count);
        Assert.Empty(Choose(1));
    }

    [Fact]
    public void Dials_under_way_are_bounded() =>
        Assert.Equal(PeerSelection.MaxDials, new PeerSelection(target: 15, Relay).Choose(Known, TimeSpan.Zero, _random).Count);

    [Fact]
    public void The_best_scores_come_first()
    {
        var chosen = Choose(0, [.. Known.Select((peer, number) => peer with { Score = number % 7 })]);

        Assert.Equal(3, chosen.Intersect([Known[6].Peer, Known[13].Peer, Known[5].Peer, Known[12].Peer, Known[19].Peer]).Count());
        Assert.Contains(Known[6].Peer, chosen);
        Assert.Contains(Known[13].Peer, chosen);
    }

    [Fact]
    public void Equals_are_chosen_at_random() =>
        Assert.NotEqual(Choose(0), new PeerSelection(3, Relay).Choose(Known, TimeSpan.Zero, new Random(2)));

    [Fact]
    public void Peers_that_are_connected_or_kept_or_relay_nothing_or_have_no_address_are_not_dialed()
    {
        _selection.Connected(Known[0].Peer, TimeSpan.Zero);
        _selection.Keep(Known[1].Peer);

        Assert.Equal([Known[4].Peer], Choose(0,
            Known[0], Known[1], Known[2] with { Protocols = ["/store"] }, Known[3] with { Addresses = [] }, Known[4] with { Protocols = [Relay] }));
    }

    [Fact]
    public void A_connected_peer_counts_until_it_says_that_it_does_not_relay()
    {
        for (var number = 0; number < 3; number++)
            _selection.Connected(Known[number].Peer, TimeSpan.Zero);
        _selection.Identified(Known[0].Peer, [Relay]);
        Assert.Empty(Choose(0));

        _selection.Identified(Known[1].Peer, ["/store"]);

        Assert.Single(Choose(0));
        Assert.Equal(2, _selection.WantedPeers);
    }

    [Fact]
    public void A_peer_that_cannot_be_reached_is_left_alone_four_times_as_long_each_time_up_to_an_hour()
    {
        var now = 0.0;
        foreach (var wait in new[] { 10, 40, 160, 640, 2560, 3600, 3600 })
        {
            Assert.Equal([Known[0].Peer], Choose(now, Known[0]));
            Assert.Equal(PeerStanding.Unreachable, _selection.NotReached(Known[0].Peer, Seconds(now)));
            Assert.Empty(Choose(now + wait - 0.1, Known[0]));
            now += wait;
        }
    }

    [Fact]
    public void A_peer_that_hangs_up_at_once_is_left_alone_and_one_that_stayed_is_not()
    {
        _selection.Connected(Known[0].Peer, Seconds(0));
        Assert.Equal(PeerStanding.Unreachable, _selection.Disconnected(Known[0].Peer, Seconds(29)));
        Assert.Empty(Choose(30, Known[0]));
        Assert.Single(Choose(39, Known[0]));

        _selection.Connected(Known[0].Peer, Seconds(40));
        Assert.Equal(PeerStanding.Lived, _selection.Disconnected(Known[0].Peer, Seconds(70)));
        Assert.Single(Choose(70, Known[0]));
    }

    [Fact]
    public void Whatever_happens_nobody_is_dialed_twice_or_too_early_and_there_are_never_too_many() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(byte What, byte Whom, byte Seconds)[]>(), steps =>
        {
            var selection = new PeerSelection(3, Relay);
            var (now, random) = (TimeSpan.Zero, new Random(3));
            var (dialing, connected, notBefore) = (new HashSet<PeerId>(), new HashSet<PeerId>(), new Dictionary<PeerId, TimeSpan>());
            foreach (var (what, whom, seconds) in steps)
            {
                now += TimeSpan.FromSeconds(seconds);
                var peer = Known[whom % 6].Peer;
                if (what % 4 == 0 && dialing.Remove(peer))
                {
                    if (selection.NotReached(peer, now) < 0)
                        notBefore[peer] = now + PeerSelection.FirstWait;
                }
                else if (what % 4 == 1 && connected.Remove(peer))
                {
                    if (selection.Disconnected(peer, now) < 0)
                        notBefore[peer] = now + PeerSelection.FirstWait;
                }
                else if (what % 4 == 2 && connected.Add(peer))
                {
                    dialing.Remove(peer);
                    selection.Connected(peer, now);
                }
                foreach (var chosen in selection.Choose(Known[..6], now, random))
                {
                    Assert.DoesNotContain(chosen, connected);
                    Assert.True(dialing.Add(chosen));
                    Assert.True(!notBefore.TryGetValue(chosen, out var early) || early <= now);
                    Assert.True(connected.Count + dialing.Count <= 3);
                }
            }
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, PeerStanding.Served, 1)]
    [InlineData(19.5, PeerStanding.Lived, 20)]
    [InlineData(-20, PeerStanding.Unreachable, -20)]
    public void A_standing_has_an_end_both_ways(double score, double change, double expected) =>
        Assert.Equal(expected, PeerStanding.Add(score, change));

    IReadOnlyList<PeerId> Choose(double at, params KnownPeer[] known) =>
        _selection.Choose(known.Length == 0 ? Known : known, Seconds(at), _random);

    static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    static KnownPeer Peer(int number)
    {
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        return new KnownPeer(PeerId.FromPublicKey(key.PublicKey)) { Addresses = [Multiaddr.Parse($"/ip4/192.0.2.{number}/tcp/1")] };
    }
}
