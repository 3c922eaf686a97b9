using LogosActors.Channels.Sds;
using LogosActors.Configuration;

namespace LogosActors.Channels.Tests.Sds;

public sealed class SdsReceivingTests
{
    const long Start = Participant.Start;

    static readonly SdsOptions Defaults = new();

    readonly Participant _alice = new("alice");

    [Fact]
    public void A_message_whose_predecessors_are_known_is_accepted_and_delivered_at_once()
    {
        Assert.Equal(SdsReceiveOutcome.Delivered, _alice.Receive(Messages.Content("1")));
        Assert.Equal([SdsEffectKind.Accepted, SdsEffectKind.Deliver], _alice.Effects.Select(effect => effect.Kind));
    }

    [Fact]
    public void A_message_waits_for_those_that_it_names_and_all_are_delivered_in_order()
    {
        _alice.Receive(Messages.Content("3", 3, "bob", "1", "2"));
        _alice.Receive(Messages.Content("2", 2, "bob", "1"));
        Assert.Empty(_alice.Delivered);
        Assert.Equal(2, _alice.Channel.Waiting);
        _alice.Receive(Messages.Content("1", 1));
        Assert.Equal(["1", "2", "3"], _alice.Delivered);
        Assert.Equal(0, _alice.Channel.Waiting);
    }

    [Fact]
    public void A_waiting_message_is_accepted_at_once_and_only_once()
    {
        _alice.Receive(Messages.Content("2", 2, "bob", "1"));
        _alice.Receive(Messages.Content("2", 2, "bob", "1"));
        _alice.Receive(Messages.Content("1", 1));
        Assert.Equal(["2", "1"], _alice.Of(SdsEffectKind.Accepted).Select(effect => effect.Message!.MessageId));
    }

    [Fact]
    public void Messages_that_were_held_up_by_the_same_one_are_delivered_by_time_then_by_id()
    {
        _alice.Receive(Messages.Content("z", 2, "bob", "1"));
        _alice.Receive(Messages.Content("y", 3, "bob", "1"));
        _alice.Receive(Messages.Content("a", 3, "carol", "1"));
        _alice.Receive(Messages.Content("1", 1));
        Assert.Equal(["1", "z", "a", "y"], _alice.Delivered);
    }

    [Fact]
    public void The_log_is_in_order_of_time_and_then_of_id_whatever_order_they_came_in()
    {
        foreach (var (id, time) in new[] { ("c", 5), ("b", 7), ("a", 7), ("d", 1) })
            _alice.Receive(Messages.Content(id, time));
        Assert.Equal(["d", "c", "a", "b"], _alice.Channel.Log.Select(entry => entry.Id));
    }

    [Fact]
    public void A_message_is_delivered_once()
    {
        _alice.Receive(Messages.Content("1"));
        Assert.Equal(SdsReceiveOutcome.Duplicate, _alice.Receive(Messages.Content("1")));
        Assert.Equal(["1"], _alice.Delivered);
    }

    [Fact]
    public void A_message_that_has_left_the_log_is_still_not_delivered_again_nor_waited_for()
    {
        var alice = new Participant("alice", Defaults with { LogCapacity = 2 });
        for (var i = 1; i <= 5; i++)
            alice.Receive(Messages.Content($"{i}", i));
        Assert.Equal(SdsReceiveOutcome.Duplicate, alice.Receive(Messages.Content("1", 1)));
        Assert.Equal(SdsReceiveOutcome.Delivered, alice.Receive(Messages.Content("6", 6, "bob", "2")));
        Assert.Equal(["5", "6"], alice.Channel.Log.Select(entry => entry.Id));
    }

    [Fact]
    public void A_message_older_than_all_that_is_remembered_is_refused()
    {
        var alice = new Participant("alice", Defaults with { LogCapacity = 2, MaxOldIds = 1 });
        for (var i = 1; i <= 5; i++)
            alice.Receive(Messages.Content($"{i}", i));
        Assert.Equal(SdsReceiveOutcome.TooOld, alice.Receive(Messages.Content("1", 1)));
        Assert.Equal(SdsReceiveOutcome.TooOld, alice.Receive(Messages.Content("new", 2)));
    }

    [Fact]
    public void Our_own_messages_and_those_of_other_channels_are_ignored()
    {
        Assert.Equal(SdsReceiveOutcome.Own, _alice.Receive(Messages.Content("1", sender: "alice")));
        Assert.Equal(SdsReceiveOutcome.ForeignChannel, _alice.Receive(Messages.Content("2") with { ChannelId = "attic" }));
        Assert.Empty(_alice.Effects);
        Assert.Equal(1, _alice.Channel.Counters[SdsReceiveOutcome.Own]);
    }

    [Fact]
    public void Nobody_waits_for_a_message_of_ours_that_we_have_forgotten() =>
        Assert.Equal(SdsReceiveOutcome.Delivered, _alice.Receive(Messages.Content("2") with { CausalHistory = [new HistoryEntry("1", SenderId: "alice")] }));

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData((ulong)Start + 604_800_001)]
    public void A_time_too_far_ahead_is_refused_and_does_not_move_the_clock(ulong time)
    {
        Assert.Equal(SdsReceiveOutcome.TooFarAhead, _alice.Receive(Messages.Content("1") with { LamportTimestamp = time }));
        Assert.Equal(SdsReceiveOutcome.TooFarAhead, _alice.Receive(Messages.Sync() with { LamportTimestamp = time }));
        Assert.Equal((ulong)Start + 1, _alice.Send("2", Start + 1).LamportTimestamp);
    }

    [Fact]
    public void Messages_that_name_each_other_do_not_wait_for_ever()
    {
        _alice.Receive(Messages.Content("1", 1, "mallory", "2"));
        _alice.Receive(Messages.Content("2", 2, "mallory", "1", "2"));
        Assert.Equal(["1", "2"], _alice.Delivered);
        Assert.Equal((0, 0), (_alice.Channel.Waiting, _alice.Channel.Awaited));
    }

    [Fact]
    public void Messages_of_one_time_that_name_each_other_do_not_wait_for_ever()
    {
        _alice.Receive(Messages.Content("1", 1, "mallory", "2"));
        _alice.Receive(Messages.Content("2", 1, "mallory", "1"));
        Assert.Equal(["1", "2"], _alice.Delivered.Order());
        Assert.Equal((0, 0), (_alice.Channel.Waiting, _alice.Channel.Awaited));
    }

    [Fact]
    public void A_missing_message_is_looked_for_by_its_hint_less_and_less_often()
    {
        _alice.Receive(Messages.Content("2", 2, "bob", "1").WithHints());
        Assert.Empty(_alice.Of(SdsEffectKind.Retrieve));
        _alice.RunUntil(Start + 1000);
        var effect = Assert.Single(_alice.Of(SdsEffectKind.Retrieve));
        Assert.Equal(("1", (byte)7), (effect.MessageId, effect.RetrievalHint.Span[0]));
        _alice.RunUntil(Start + 2999);
        Assert.Single(_alice.Of(SdsEffectKind.Retrieve));
        _alice.RunUntil(Start + 3000);
        Assert.Equal(2, _alice.Of(SdsEffectKind.Retrieve).Count());
        _alice.Receive(Messages.Content("1", 1), Start + 3000);
        _alice.RunUntil(Start + 100_000);
        Assert.Equal(2, _alice.Of(SdsEffectKind.Retrieve).Count());
    }

    [Fact]
    public void A_message_that_a_sync_message_names_is_looked_for()
    {
        _alice.Receive(Messages.Sync(2, "bob", "1").WithHints());
        _alice.RunUntil(Start + 1000);
        Assert.Equal(["1"], _alice.Of(SdsEffectKind.Retrieve).Select(effect => effect.MessageId));
    }

    [Fact]
    public void A_message_that_never_comes_is_lost_and_what_waits_for_it_is_delivered()
    {
        var alice = Settled();
        alice.Receive(Messages.Content("2", 20_002, "bob", "1"), Start + 20_002);
        alice.RunUntil(Start + 20_002 + 599_999);
        Assert.Empty(alice.Lost);
        alice.RunUntil(Start + 20_002 + 600_000);
        Assert.Equal(["1"], alice.Lost);
        Assert.Equal(["first", "2"], alice.Delivered);
        Assert.Equal((0, 0), (alice.Channel.Waiting, alice.Channel.Awaited));
    }

    [Fact]
    public void A_lost_message_that_comes_after_all_is_delivered()
    {
        var alice = Settled();
        alice.Receive(Messages.Content("2", 20_002, "bob", "1"), Start + 20_002);
        alice.RunUntil(Start + 700_000);
        alice.Receive(Messages.Content("1", 20_001), Start + 700_000);
        Assert.Equal(["first", "2", "1"], alice.Delivered);
    }

    [Fact]
    public void A_message_that_was_rebuilt_is_not_waited_for_and_acknowledged_but_not_delivered()
    {
        _alice.Receive(Messages.Content("2", 2, "bob", "1"));
        _alice.Do(channel => channel.Resolved("1", Start + 1));
        Assert.Equal(["2"], _alice.Delivered);
        Assert.Equal(SdsReceiveOutcome.Duplicate, _alice.Receive(Messages.Content("1", 1)));
        Assert.True(_alice.Send("3", Start + 2).BloomFilter!.MayContain(LogosActors.Channels.Sds.Bloom.BloomKey.Of("1")));
    }

    [Fact]
    public void An_ephemeral_message_is_delivered_at_once_and_leaves_no_trace()
    {
        var message = Messages.Content("e", 1, "bob", "missing") with { LamportTimestamp = null };
        Assert.Equal(SdsReceiveOutcome.Delivered, _alice.Receive(message));
        Assert.Equal(["e"], _alice.Delivered);
        Assert.Empty(_alice.Channel.Log);
        Assert.Single(_alice.Journal);
    }

    [Fact]
    public void One_sender_has_a_quarter_of_the_room_for_waiting_messages()
    {
        var alice = new Participant("alice", Defaults with { MaxIncoming = 8 });
        Assert.Equal(SdsReceiveOutcome.Waiting, alice.Receive(Messages.Content("m1", 2, "mallory", "x")));
        Assert.Equal(SdsReceiveOutcome.Waiting, alice.Receive(Messages.Content("m2", 2, "mallory", "x")));
        Assert.Equal(SdsReceiveOutcome.OverQuota, alice.Receive(Messages.Content("m3", 2, "mallory", "x")));
        Assert.Equal(SdsReceiveOutcome.Waiting, alice.Receive(Messages.Content("b1", 2, "bob", "y")));
        Assert.Equal(SdsReceiveOutcome.Delivered, alice.Receive(Messages.Content("m4", 2, "mallory")));
    }

    [Fact]
    public void A_message_that_others_wait_for_is_accepted_however_many_wait()
    {
        var alice = new Participant("alice", Defaults with { MaxIncoming = 4 });
        Assert.Equal(SdsReceiveOutcome.Waiting, alice.Receive(Messages.Content("3", 3, "bob", "2")));
        Assert.Equal(SdsReceiveOutcome.OverQuota, alice.Receive(Messages.Content("4", 4, "bob", "3")));
        Assert.Equal(SdsReceiveOutcome.Waiting, alice.Receive(Messages.Content("2", 2, "bob", "1")));
        alice.Receive(Messages.Content("1", 1, "bob"));
        Assert.Equal(["1", "2", "3"], alice.Delivered);
    }

    [Fact]
    public void A_message_counts_once_as_missing_however_many_name_it()
    {
        var alice = new Participant("alice", Defaults with { MaxMissing = 8 });
        for (var i = 0; i < 10; i++)
            Assert.Equal(SdsReceiveOutcome.Waiting, alice.Receive(Messages.Content($"{i}", 2, "bob", "x", "y")));
        alice.Receive(Messages.Content("x", 1, "bob"));
        alice.Receive(Messages.Content("y", 1, "bob"));
        Assert.Equal(SdsReceiveOutcome.Waiting, alice.Receive(Messages.Content("later", 3, "bob", "v", "w")));
    }

    [Fact]
    public void The_names_in_a_message_that_waits_take_room_as_its_content_does()
    {
        var alice = new Participant("alice", Defaults with { MaxIncomingSize = DataSize.FromKibibytes(4) });
        Assert.Equal(SdsReceiveOutcome.OverQuota, alice.Receive(Messages.Content("m1", 2, "mallory", "v", "w", "x", "y")));
        Assert.Equal(SdsReceiveOutcome.Waiting, alice.Receive(Messages.Content("m2", 2, "mallory", "v", "w", "x")));
    }

    [Fact]
    public void One_sender_has_a_quarter_of_the_room_for_missing_messages()
    {
        var alice = new Participant("alice", Defaults with { MaxMissing = 8 });
        Assert.Equal(SdsReceiveOutcome.OverQuota, alice.Receive(Messages.Content("m1", 2, "mallory", "x", "y", "z")));
        Assert.Equal(SdsReceiveOutcome.Waiting, alice.Receive(Messages.Content("m2", 2, "mallory", "x", "y")));
        Assert.Equal(SdsReceiveOutcome.OverQuota, alice.Receive(Messages.Content("m3", 2, "mallory", "z")));
        Assert.Equal(SdsReceiveOutcome.Waiting, alice.Receive(Messages.Content("b1", 2, "bob", "z")));
    }

    [Fact]
    public void Sync_messages_have_others_looked_for_only_so_many()
    {
        var alice = new Participant("alice", Defaults with { MaxMissing = 8 });
        alice.Receive(Messages.Sync(1, "mallory", "a", "b", "c", "d"));
        Assert.Equal(2, alice.Channel.Awaited);
    }

    [Fact]
    public void A_message_that_names_more_than_anybody_may_is_refused()
    {
        var names = Enumerable.Range(0, SdsOptions.MaxCausalHistorySize + 1).Select(i => $"{i}").ToArray();
        Assert.Equal(SdsReceiveOutcome.TooManyNamed, _alice.Receive(Messages.Content("1", 1, "mallory", names)));
        Assert.Equal(SdsReceiveOutcome.TooManyNamed, _alice.Receive(Messages.Sync(1, "mallory", names)));
    }

    [Fact]
    public void A_message_without_an_id_or_without_time_and_content_is_refused()
    {
        Assert.Equal(SdsReceiveOutcome.Malformed, _alice.Receive(Messages.Content("")));
        Assert.Equal(SdsReceiveOutcome.Malformed, _alice.Receive(Messages.Content("1") with { LamportTimestamp = null, Content = default }));
    }

    [Fact]
    public void A_clock_that_is_set_back_does_not_stop_anything()
    {
        _alice.Send("1", Start + 10_000);
        _alice.Tick(Start - 1_000_000);
        Assert.Equal((ulong)Start + 10_001, _alice.Send("2", Start - 1_000_000).LamportTimestamp);
        _alice.RunUntil(Start + 15_000);
        Assert.Equal(2, _alice.Transmitted(TransmitKind.Retransmission).Count());
    }

    /// <summary>One who has joined long ago.</summary>
    static Participant Settled()
    {
        var alice = new Participant("alice");
        alice.Receive(Messages.Content("first", 1, "bob", "from before"));
        alice.RunUntil(Start + 20_000);
        return alice;
    }
}
