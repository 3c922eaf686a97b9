using System.Net;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Tests.Gossipsub;

/// <summary>The parameters of the score function, one by one, by the numbers of the specification's formulas.</summary>
public sealed class PeerScoreTests
{
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    static readonly PeerId Peer = NumberedPeer.Id(1);

    [Fact]
    public void P1_grows_with_the_time_in_the_mesh_up_to_its_cap()
    {
        var (score, stats, topic) = Scored(new TopicScoreParameters { TopicWeight = 2, TimeInMeshWeight = 0.5, TimeInMeshQuantum = Second * 2, TimeInMeshCap = 10 });
        stats.Graft(topic, Second);

        score.Refresh(Second * 6);
        Assert.Equal(2 * 0.5 * 2, score.Of(stats)); // 2.5 quanta
        score.Refresh(Second * 100);
        Assert.Equal(2 * 0.5 * 10, score.Of(stats));
        score.Prune(stats, topic);
        Assert.Equal(0, score.Of(stats));
    }

    [Fact]
    public void P2_counts_first_deliveries_up_to_its_cap_and_decays_to_zero()
    {
        var (score, stats, topic) = Scored(new TopicScoreParameters { FirstMessageDeliveriesWeight = 2, FirstMessageDeliveriesDecay = 0.5, FirstMessageDeliveriesCap = 8 });
        for (var i = 0; i < 20; i++)
            score.FirstDelivery(stats, topic);

        Assert.Equal(16, score.Of(stats));
        Decay(score, 1);
        Assert.Equal(8, score.Of(stats));
        Decay(score, 20);
        Assert.Equal(0, score.Of(stats));
    }

    [Fact]
    public void P3_is_the_square_of_the_deficit_once_active_and_sticks_as_p3b_after_a_prune()
    {
        var (score, stats, topic) = Scored(new TopicScoreParameters
        {
            MeshMessageDeliveriesWeight = -1,
            MeshMessageDeliveriesDecay = 0.9,
            MeshMessageDeliveriesCap = 20,
            MeshMessageDeliveriesThreshold = 10,
            MeshMessageDeliveriesActivation = Second * 5,
            MeshFailurePenaltyWeight = -2,
            MeshFailurePenaltyDecay = 0.5,
        });
        stats.Graft(topic, TimeSpan.Zero);
        score.MeshDelivery(stats, topic);
        score.FirstDelivery(stats, topic);

        score.Refresh(Second * 5);
        Assert.Equal(0, score.Of(stats));
        score.Refresh(Second * 6);
        Assert.Equal(-8 * 8, score.Of(stats));
        score.Prune(stats, topic);
        Assert.Equal(-2 * 8 * 8, score.Of(stats));
        score.MeshDelivery(stats, topic);
        Assert.Equal(-2 * 8 * 8, score.Of(stats)); // no longer in the mesh: does not count
    }

    [Fact]
    public void P4_is_the_square_of_invalid_messages()
    {
        var (score, stats, topic) = Scored(new TopicScoreParameters { TopicWeight = 0.5, InvalidMessageDeliveriesWeight = -10, InvalidMessageDeliveriesDecay = 0.5 });
        for (var i = 0; i < 4; i++)
            stats.InvalidDelivery(topic);

        Assert.Equal(0.5 * -10 * 16, score.Of(stats));
        Decay(score, 1);
        Assert.Equal(0.5 * -10 * 4, score.Of(stats));
    }

    [Fact]
    public void P5_is_what_the_application_says()
    {
        var (score, stats, _) = Scored(new TopicScoreParameters(), new PeerScoreOptions { ApplicationWeight = 3 });
        stats.SetApplicationScore(-7);
        Assert.Equal(-21, score.Of(stats));
    }

    [Fact]
    public void P6_is_the_square_of_the_peers_over_the_threshold_at_one_address()
    {
        var score = new PeerScore(new PeerScoreOptions { IpColocationWeight = -1, IpColocationThreshold = 2 });
        var address = IPAddress.Parse("192.0.2.1");
        var all = Enumerable.Range(1, 5).Select(i => score.Connect(NumberedPeer.Id(i), address)).ToList();

        Assert.All(all, stats => Assert.Equal(-9, score.Of(stats)));
        Assert.Equal(0, score.Of(score.Connect(NumberedPeer.Id(6), IPAddress.Parse("192.0.2.2"))));
        Assert.Equal(0, score.Of(score.Connect(NumberedPeer.Id(7), address: null)));
    }

    [Fact]
    public void P7_is_the_square_of_the_penalty_over_its_threshold()
    {
        var (score, stats, _) = Scored(
            new TopicScoreParameters(), new PeerScoreOptions { BehaviourPenaltyWeight = -1, BehaviourPenaltyThreshold = 2, BehaviourPenaltyDecay = 0.5 });
        stats.AddPenalty(2);
        Assert.Equal(0, score.Of(stats));
        stats.AddPenalty(4);
        Assert.Equal(-16, score.Of(stats));
        Decay(score, 1);
        Assert.Equal(-1, score.Of(stats));
    }

    [Fact]
    public void Topics_together_add_no_more_than_the_cap_but_take_away_all_they_have()
    {
        var (score, stats, topic) = Scored(
            new TopicScoreParameters { FirstMessageDeliveriesWeight = 1, FirstMessageDeliveriesCap = 100, InvalidMessageDeliveriesWeight = -100 },
            new PeerScoreOptions { TopicScoreCap = 30 });
        for (var i = 0; i < 50; i++)
            score.FirstDelivery(stats, topic);
        Assert.Equal(30, score.Of(stats));
        stats.InvalidDelivery(topic);
        Assert.Equal(-50, score.Of(stats));
    }

    [Fact]
    public void A_bad_score_waits_for_its_peer_without_decay_and_is_forgotten_in_time()
    {
        var (score, stats, _) = Scored(new TopicScoreParameters(), new PeerScoreOptions { RetainScore = Second * 600 });
        stats.AddPenalty(3);
        score.Disconnect(Peer, Second);
        Decay(score, 10);

        Assert.Equal(-90, score.Of(Peer));
        Assert.Equal(-90, score.Of(score.Connect(Peer, null)));
        score.Disconnect(Peer, Second * 200);
        score.Refresh(Second * 799);
        Assert.Equal(-90, score.Of(Peer));
        score.Refresh(Second * 800);
        Assert.Equal(0, score.Of(Peer));
        Assert.Equal(0, score.Count);
    }

    [Fact]
    public void A_good_score_is_not_kept_and_retained_ones_are_bounded()
    {
        var score = new PeerScore(new PeerScoreOptions { ApplicationWeight = 1, MaxRetainedScores = 10 });
        for (var i = 0; i < 100; i++)
        {
            score.Connect(NumberedPeer.Id(i), null).SetApplicationScore(i % 2 == 0 ? 5 : -5);
            score.Disconnect(NumberedPeer.Id(i), Second);
        }

        Assert.Equal(10, score.Count);
        Assert.Equal(-5, score.Of(NumberedPeer.Id(99)));
        Assert.Equal(0, score.Of(NumberedPeer.Id(98)));
    }

    [Fact]
    public void Without_scoring_every_score_is_zero()
    {
        var (score, stats, topic) = Scored(new TopicScoreParameters { InvalidMessageDeliveriesWeight = -1 }, new PeerScoreOptions { Enabled = false });
        stats.InvalidDelivery(topic);
        stats.AddPenalty(9);
        Assert.Equal(0, score.Of(stats));
    }

    static (PeerScore Score, PeerStats Stats, int Topic) Scored(TopicScoreParameters parameters, PeerScoreOptions? options = null)
    {
        var score = new PeerScore((options ?? new PeerScoreOptions()) with { DefaultTopic = parameters, DecayInterval = Second * 10 });
        score.Refresh(TimeSpan.Zero);
        return (score, score.Connect(Peer, null), score.IndexOf("t"));
    }

    static void Decay(PeerScore score, int intervals)
    {
        for (var i = 1; i <= intervals; i++)
            score.Refresh(Second * 10 * i);
    }
}
