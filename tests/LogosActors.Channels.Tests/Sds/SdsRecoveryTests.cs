using LogosActors.Channels.Sds;

namespace LogosActors.Channels.Tests.Sds;

public sealed class SdsRecoveryTests
{
    const long Start = Participant.Start;

    [Fact]
    public void Events_rebuild_what_they_came_from()
    {
        var alice = Eventful(seed: 7);
        AssertSame(alice.Channel.TakeSnapshot(), alice.Restarted(alice.Journal.Count, Start, begins: false).Channel.TakeSnapshot());
    }

    [Fact]
    public void A_snapshot_and_the_events_since_rebuild_what_they_came_from()
    {
        var alice = Eventful(seed: 8);
        for (var at = 0; at <= alice.Journal.Count; at += 7)
        {
            var snapshot = alice.Restarted(at, Start, begins: false).Channel.TakeSnapshot();
            var restored = new SdsChannel("lobby", "alice", new SdsOptions(), new Random(1));
            restored.Restore(snapshot);
            AssertSame(snapshot, restored.TakeSnapshot());
            foreach (var change in alice.Journal.Skip(at))
                restored.Apply(change);
            AssertSame(alice.Channel.TakeSnapshot(), restored.TakeSnapshot());
        }
    }

    [Fact]
    public void After_a_restart_at_any_event_nothing_is_delivered_twice_and_all_that_waits_is_delivered_in_the_end()
    {
        var alice = Eventful(seed: 9);
        for (var at = 1; at <= alice.Journal.Count; at++)
        {
            var restarted = alice.Restarted(at, Start + 200_000);
            restarted.RunUntil(Start + 2_000_000);
            var delivered = restarted.Journal.OfType<SdsEvent.Delivered>().Select(change => change.MessageId)
                .Concat(restarted.Journal.OfType<SdsEvent.Accepted>().Where(change => change.IsDelivered).Select(change => change.Message.MessageId)).ToList();
            Assert.Equal(delivered.Distinct().Count(), delivered.Count);
            Assert.Equal(restarted.Journal.OfType<SdsEvent.Accepted>().Select(change => change.Message.MessageId).Order(), delivered.Order());
        }
    }

    [Fact]
    public void After_a_restart_at_any_event_every_message_of_ours_ends_once()
    {
        var alice = Eventful(seed: 10);
        for (var at = 1; at <= alice.Journal.Count; at++)
        {
            var restarted = alice.Restarted(at, Start + 200_000);
            restarted.RunUntil(Start + 2_000_000);
            var ended = restarted.Journal.Select(change => change switch
            {
                SdsEvent.Acknowledged acknowledged => acknowledged.MessageId,
                SdsEvent.GaveUp gaveUp => gaveUp.MessageId,
                _ => null,
            }).OfType<string>();
            Assert.Equal(restarted.Journal.OfType<SdsEvent.Sent>().Select(change => change.Message.MessageId).Order(), ended.Order());
            Assert.Equal(0, restarted.Channel.Unacknowledged);
        }
    }

    [Fact]
    public void Retransmissions_count_across_restarts()
    {
        var alice = new Participant("alice");
        alice.Send("1");
        for (var life = 0; life < 10; life++)
        {
            var now = Start + (life * 5000L) + 5000;
            alice.RunUntil(now);
            alice = alice.Restarted(alice.Journal.Count, now);
        }
        Assert.Equal(5, alice.Journal.OfType<SdsEvent.Retransmitted>().Count());
        alice.RunUntil(Start + 50_000 + 30_000);
        Assert.Single(alice.Journal.OfType<SdsEvent.GaveUp>());
    }

    [Fact]
    public void Whoever_is_there_has_time_to_acknowledge_after_a_restart_what_was_sent_often_before()
    {
        var before = new Participant("alice");
        before.Send("1");
        before.RunUntil(Start + 54_999);

        var after = before.Restarted(before.Journal.Count, Start + 54_999);
        after.RunUntil(Start + 84_998);

        Assert.Empty(after.GivenUp);
        Assert.NotEmpty(after.Transmitted(TransmitKind.Retransmission));
        after.Receive(Messages.Sync(1, "bob", "1"), Start + 84_998);
        Assert.Equal(["1"], after.Acknowledged);
    }

    [Fact]
    public void What_is_missing_has_its_time_anew_after_a_restart()
    {
        var alice = new Participant("alice");
        alice.Receive(Messages.Content("0", 0, "bob", "before"));
        alice.Receive(Messages.Content("2", 20_000, "bob", "1").WithHints(), Start + 20_000);
        alice = alice.Restarted(alice.Journal.Count, Start + 10_000_000);
        alice.RunUntil(Start + 10_001_000);
        Assert.Empty(alice.Lost);
        Assert.Equal(["1"], alice.Of(SdsEffectKind.Retrieve).Select(effect => effect.MessageId));
    }

    [Fact]
    public void Events_come_before_what_follows_from_them()
    {
        var channel = new SdsChannel("lobby", "alice", new SdsOptions(), new Random(1));
        channel.Begin(Start);
        channel.Send("1", new byte[] { 1 }, Start);
        channel.Receive(Messages.Content("2", 1, "bob", "1"), SdsDialect.Specification, default, Start);
        var kinds = new List<SdsEffectKind>();
        while (channel.TryTakeEffect(out var effect))
            kinds.Add(effect.Kind);
        Assert.Equal(
            [
                SdsEffectKind.Persist, SdsEffectKind.Persist, SdsEffectKind.Transmit, SdsEffectKind.Persist, SdsEffectKind.Acknowledged,
                SdsEffectKind.Persist, SdsEffectKind.Accepted, SdsEffectKind.Deliver,
            ],
            kinds);
    }

    [Fact]
    public void Events_that_could_not_have_happened_change_nothing()
    {
        var alice = Eventful(seed: 11);
        var before = alice.Channel.TakeSnapshot();
        foreach (var change in alice.Journal.Where(change => change is not SdsEvent.Retransmitted and not SdsEvent.Lost and not SdsEvent.Resolved))
            alice.Channel.Apply(change);
        alice.Channel.Apply(new SdsEvent.Delivered("nobody's"));
        alice.Channel.Apply(new SdsEvent.Acknowledged("nobody's"));
        alice.Channel.Apply(new SdsEvent.HintSet("nobody's", new byte[] { 1 }));
        AssertSame(before, alice.Channel.TakeSnapshot());
    }

    /// <summary>A participant that has sent, received in order and out of it, lost, resolved and been acknowledged.</summary>
    static Participant Eventful(int seed)
    {
        var random = new Random(seed);
        var alice = new Participant("alice", seed: seed);
        var now = Start;
        var sent = 0;
        for (var i = 0; i < 60; i++)
        {
            now += random.Next(3000);
            switch (random.Next(5))
            {
                case 0:
                    alice.Send($"a{sent++}", now);
                    break;
                case 1 when sent > 0:
                    alice.Receive(Messages.Sync((int)(now - Start), "carol", $"a{random.Next(sent)}"), now);
                    break;
                case 2:
                    alice.Do(channel => channel.Resolved($"b{random.Next(40)}", now));
                    break;
                case 3:
                    alice.RunUntil(now);
                    break;
                default:
                    var number = random.Next(40);
                    alice.Receive(Messages.Content($"b{number}", number, "bob", $"b{number - 1}", $"b{number - 2}"), now);
                    break;
            }
        }
        return alice;
    }

    static void AssertSame(SdsSnapshot expected, SdsSnapshot actual)
    {
        // Sync messages also move the clock and end the joining, and no event tells of them.
        Assert.Equal((expected.JoinedAt, expected.OldHorizon), (actual.JoinedAt, actual.OldHorizon));
        Assert.Equal(expected.Log.Select(entry => (entry.Lamport, entry.Name)), actual.Log.Select(entry => (entry.Lamport, entry.Name)));
        Assert.Equal(expected.Kept, actual.Kept);
        Assert.Equal(expected.Unnamed.Order(), actual.Unnamed.Order());
        Assert.Equal(expected.Old.ToArray(), actual.Old.ToArray());
        Assert.Equal(expected.Met, actual.Met);
        Assert.Equal(
            expected.Outgoing.OrderBy(message => message.Message.MessageId, StringComparer.Ordinal),
            actual.Outgoing.OrderBy(message => message.Message.MessageId, StringComparer.Ordinal));
        Assert.Equal(
            expected.Incoming.OrderBy(waiting => waiting.Message.MessageId, StringComparer.Ordinal),
            actual.Incoming.OrderBy(waiting => waiting.Message.MessageId, StringComparer.Ordinal));
    }
}
