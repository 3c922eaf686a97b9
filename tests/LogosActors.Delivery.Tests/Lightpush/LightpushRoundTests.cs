using LogosActors.Delivery.Lightpush;
using LogosActors.Delivery.Peers;
using LogosActors.Delivery.Tests.Receiving;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Tests.Lightpush;

public sealed class LightpushRoundTests
{
    static readonly PubsubTopic Shard = new(1, 0);

    readonly ServicePeers _peers = new(new Random(1));
    readonly LightpushRound _round;

    public LightpushRoundTests()
    {
        for (var peer = 0; peer < 8; peer++)
            _peers.Add(ReceivingWorld.NewPeer(), null);
        _round = new LightpushRound(Shard, _peers);
    }

    [Fact]
    public void Two_service_nodes_are_asked_at_once_and_the_first_that_accepts_ends_it()
    {
        var asked = _round.Begin(Seconds(0));
        Assert.Equal(2, asked.Distinct().Count());

        Assert.Empty(_round.Answered(asked[1], PushAnswer.Accepted, Seconds(1)));

        Assert.Equal(LightpushOutcome.Accepted, _round.Outcome);
        Assert.False(_round.IsOver);
        _round.Answered(asked[0], PushAnswer.Failed, Seconds(2));
        Assert.True(_round.IsOver);
        Assert.Equal(LightpushOutcome.Accepted, _round.Outcome);
    }

    [Theory]
    [InlineData(PushAnswer.Failed)]
    [InlineData(PushAnswer.Silent)]
    [InlineData(PushAnswer.Busy)]
    [InlineData(PushAnswer.Rejected)]
    public void Another_one_is_asked_in_place_of_one_that_does_not_serve(object answer)
    {
        var asked = _round.Begin(Seconds(0));

        var next = Assert.Single(_round.Answered(asked[0], (PushAnswer)answer, Seconds(1)));

        Assert.DoesNotContain(next, asked);
        Assert.Null(_round.Outcome);
    }

    [Fact]
    public void A_further_one_is_asked_when_nobody_has_answered_for_two_seconds_and_six_in_all_at_most()
    {
        var asked = _round.Begin(Seconds(0)).ToList();
        Assert.Empty(_round.Tick(Seconds(1.9)));
        for (var second = 2; second <= 60; second += 2)
            asked.AddRange(_round.Tick(Seconds(second)));

        Assert.Equal(LightpushRound.MaxTries, asked.Distinct().Count());
        Assert.Equal(LightpushRound.MaxTries, asked.Count);
        Assert.Null(_round.Wake);
    }

    [Fact]
    public void The_network_does_not_take_what_two_service_nodes_reject()
    {
        var asked = _round.Begin(Seconds(0));
        _round.Answered(asked[0], PushAnswer.Rejected, Seconds(1));
        Assert.Null(_round.Outcome);
        _round.Answered(asked[1], PushAnswer.Rejected, Seconds(1));

        Assert.Equal(LightpushOutcome.Rejected, _round.Outcome);
    }

    [Fact]
    public void Nobody_has_relayed_it_when_all_say_that_they_cannot()
    {
        Assert.Equal(LightpushOutcome.NotAccepted, Run(static _ => PushAnswer.Failed));
        Assert.Equal(2, _peers.CountProven);
    }

    [Fact]
    public void It_is_uncertain_when_one_of_them_has_not_answered()
    {
        var number = 0;
        Assert.Equal(LightpushOutcome.Uncertain, Run(_ => number++ == 0 ? PushAnswer.Silent : PushAnswer.NoRelayPeers));
        // Those that may have had it from the silent one are not blamed.
        Assert.Equal(7, _peers.CountProven);
    }

    [Fact]
    public void One_that_has_no_peers_to_relay_to_is_not_blamed_when_another_has_relayed()
    {
        var asked = _round.Begin(Seconds(0));
        Assert.Empty(_round.Answered(asked[0], PushAnswer.NoRelayPeers, Seconds(1)));
        _round.Answered(asked[1], PushAnswer.Accepted, Seconds(1));

        Assert.Equal(LightpushOutcome.Accepted, _round.Outcome);
        Assert.Equal(8, _peers.CountProven);
    }

    [Fact]
    public void Without_service_nodes_it_ends_at_once()
    {
        var round = new LightpushRound(Shard, new ServicePeers(new Random(1)));

        Assert.Empty(round.Begin(Seconds(0)));

        Assert.Equal(LightpushOutcome.NotAccepted, round.Outcome);
        Assert.True(round.IsOver);
    }

    [Fact]
    public void Later_messages_do_not_begin_at_one_that_failed()
    {
        var failing = _round.Begin(Seconds(0))[0];
        _round.Answered(failing, PushAnswer.Failed, Seconds(1));

        for (var message = 0; message < 50; message++)
            Assert.DoesNotContain(failing, new LightpushRound(Shard, _peers).Begin(Seconds(10 + message)));
    }

    LightpushOutcome? Run(Func<PeerId, PushAnswer> answer)
    {
        var open = new Queue<PeerId>(_round.Begin(Seconds(0)));
        while (open.TryDequeue(out var peer))
        {
            foreach (var next in _round.Answered(peer, answer(peer), Seconds(1)))
                open.Enqueue(next);
        }
        Assert.True(_round.IsOver);
        return _round.Outcome;
    }

    static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
