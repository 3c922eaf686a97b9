using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Bloom;
using LogosActors.Configuration;

namespace LogosActors.Channels.Tests.Sds;

public sealed class SdsSendingTests
{
    const long Start = Participant.Start;

    static readonly SdsOptions Defaults = new();

    [Fact]
    public void A_message_has_the_time_of_day_in_ms() =>
        Assert.Equal((ulong)Start + 5, new Participant("alice").Send("1", Start + 5).LamportTimestamp);

    [Fact]
    public void Messages_of_the_same_ms_have_ascending_times()
    {
        var alice = new Participant("alice");
        Assert.Equal([(ulong)Start, (ulong)Start + 1], [alice.Send("1").LamportTimestamp!.Value, alice.Send("2").LamportTimestamp!.Value]);
    }

    [Fact]
    public void A_message_comes_after_what_was_delivered_even_if_our_clock_is_behind()
    {
        var alice = new Participant("alice");
        alice.Receive(Messages.Content("b", time: 60_000));
        Assert.Equal((ulong)Start + 60_001, alice.Send("1").LamportTimestamp);
    }

    [Fact]
    public void A_message_names_the_two_that_precede_it_oldest_first_with_their_senders_and_hints()
    {
        var alice = new Participant("alice");
        alice.Send("1");
        alice.Receive(Messages.Content("2", time: 1, "bob", "1"), hint: new byte[] { 9 });
        alice.Receive(Messages.Content("3", time: 2, "bob", "2"));
        var history = alice.Send("4", Start + 3).CausalHistory;
        Assert.Equal(["2", "3"], history.Select(name => name.MessageId));
        Assert.Equal("bob", history[0].SenderId);
        Assert.Equal(new byte[] { 9 }, history[0].RetrievalHint.ToArray());
    }

    [Fact]
    public void A_message_also_names_what_others_have_sent_meanwhile_and_nobody_has_named()
    {
        var alice = new Participant("alice");
        alice.Send("1");
        foreach (var sender in (string[])["bob", "carol", "dave"])
            alice.Receive(Messages.Content(sender, time: 1, sender));

        Assert.Equal(["1", "bob", "carol", "dave"], alice.Send("2", Start + 3).CausalHistory.Select(name => name.MessageId));
        Assert.Equal(["dave", "2"], alice.Send("3", Start + 4).CausalHistory.Select(name => name.MessageId));
    }

    [Fact]
    public void A_hint_that_is_known_after_dispatch_is_named_from_then_on()
    {
        var alice = new Participant("alice");
        alice.Send("1");
        alice.Do(channel => channel.SetRetrievalHint("1", new byte[] { 3 }));
        Assert.Equal(new byte[] { 3 }, alice.Send("2").CausalHistory[0].RetrievalHint.ToArray());
        Assert.Single(alice.Journal.OfType<SdsEvent.HintSet>());
    }

    [Fact]
    public void A_message_carries_a_filter_of_what_was_received()
    {
        var alice = new Participant("alice");
        alice.Receive(Messages.Content("b"));
        Assert.True(alice.Send("1").BloomFilter!.MayContain(BloomKey.Of("b")));
    }

    [Fact]
    public void In_a_burst_only_the_first_message_carries_a_filter()
    {
        var alice = new Participant("alice");
        alice.Send("1");
        Assert.Null(alice.Send("2", Start + 999).BloomFilter);
        Assert.NotNull(alice.Send("3", Start + 1000).BloomFilter);
    }

    [Fact]
    public void Every_message_carries_a_filter_if_so_wished()
    {
        var alice = new Participant("alice", Defaults with { FilterInterval = TimeSpan.Zero });
        alice.Send("1");
        Assert.NotNull(alice.Send("2").BloomFilter);
    }

    [Fact]
    public void A_message_that_a_later_one_names_is_acknowledged_once()
    {
        var alice = new Participant("alice");
        alice.Send("1");
        alice.Receive(Messages.Content("b", 1, "bob", "1"));
        alice.Receive(Messages.Sync(2, "carol", "1"));
        alice.RunUntil(Start + 1_000_000);
        Assert.Equal(["1"], alice.Acknowledged);
        Assert.Empty(alice.Transmitted(TransmitKind.Retransmission));
        Assert.Empty(alice.GivenUp);
    }

    [Fact]
    public void One_sparse_filter_acknowledges_a_message()
    {
        var alice = new Participant("alice");
        alice.Send("1");
        alice.Receive(Messages.Sync().Holding(Defaults, others: 100, "1"));
        Assert.Equal(["1"], alice.Acknowledged);
    }

    [Fact]
    public void Full_filters_acknowledge_a_message_when_there_are_two()
    {
        var alice = new Participant("alice");
        alice.Send("1");
        alice.Receive(Messages.Sync(1).Holding(Defaults, others: 9_000, "1"));
        Assert.Empty(alice.Acknowledged);
        alice.Receive(Messages.Sync(2, "carol").Holding(Defaults, others: 9_000, "1"));
        Assert.Equal(["1"], alice.Acknowledged);
    }

    [Fact]
    public void A_filter_of_all_ones_acknowledges_nothing()
    {
        var alice = new Participant("alice");
        alice.Send("1");
        for (var time = 1; time < 10; time++)
            alice.Receive(Messages.Sync(time) with { BloomFilter = AllOnes() });
        Assert.Empty(alice.Acknowledged);
        Assert.Equal(9, alice.Channel.Counters.OverfullFilters);
    }

    [Fact]
    public void A_filter_says_nothing_about_an_id_that_filters_held_before_it_was_sent()
    {
        var options = Defaults with { BloomCapacity = 10, BloomErrorRate = 0.5 };
        var alice = new Participant("alice", options);
        for (var i = 0; i < 11; i++)
            alice.Receive(Messages.Content($"other-{i}", i));
        var held = Messages.Sync(100).Holding(options, others: 11).BloomFilter!;
        var id = Enumerable.Range(0, 1000).Select(i => $"mine-{i}").First(name => held.MayContain(BloomKey.Of(name)));
        alice.Send(id, Start + 100);
        alice.Receive(Messages.Sync(200, "bob") with { BloomFilter = held }, Start + 200);
        alice.Receive(Messages.Sync(201, "carol") with { BloomFilter = held }, Start + 201);
        Assert.Empty(alice.Acknowledged);
        alice.Receive(Messages.Sync(202, "carol", id), Start + 202);
        Assert.Equal([id], alice.Acknowledged);
    }

    [Fact]
    public void An_unacknowledged_message_is_sent_again_every_5_s_five_times_and_then_given_up_once()
    {
        var alice = new Participant("alice");
        alice.Send("1");
        var times = new List<long>();
        while (alice.Channel.Unacknowledged > 0)
        {
            var before = alice.Transmitted(TransmitKind.Retransmission).Count();
            alice.Tick(alice.Channel.NextDeadline);
            var now = alice.Channel.NextDeadline;
            times.AddRange(Enumerable.Repeat(now, alice.Transmitted(TransmitKind.Retransmission).Count() - before));
        }
        Assert.Equal(5, times.Count);
        Assert.Equal(["1"], alice.GivenUp);
        Assert.Empty(alice.Acknowledged);
    }

    [Fact]
    public void A_message_is_given_up_when_its_time_is_over_and_not_before()
    {
        var alice = new Participant("alice");
        alice.Send("1");
        alice.RunUntil(Start + 54_999);
        Assert.Empty(alice.GivenUp);
        alice.RunUntil(Start + 55_000);
        Assert.Equal(["1"], alice.GivenUp);
    }

    [Fact]
    public void A_possibly_acknowledged_message_waits_longer_and_ends_within_the_promised_time()
    {
        var alice = new Participant("alice");
        alice.Send("1");
        alice.Receive(Messages.Sync().Holding(Defaults, others: 9_000, "1"), Start + 1);
        alice.RunUntil(Start + 14_999);
        Assert.Empty(alice.Transmitted(TransmitKind.Retransmission));
        alice.RunUntil(Start + 15_000);
        Assert.Single(alice.Transmitted(TransmitKind.Retransmission));
        alice.RunUntil(Start + (long)Defaults.LongestSend.TotalMilliseconds);
        Assert.Equal(["1"], alice.GivenUp);
    }

    [Fact]
    public void A_message_is_sent_again_as_it_was()
    {
        var alice = new Participant("alice");
        var first = alice.Send("1");
        alice.Send("2", Start + 1);
        alice.RunUntil(Start + 5000);
        var again = Assert.Single(alice.Transmitted(TransmitKind.Retransmission));
        Assert.Equal((first.MessageId, first.LamportTimestamp, first.CausalHistory), (again.MessageId, again.LamportTimestamp, again.CausalHistory));
    }

    [Fact]
    public void A_message_that_is_held_back_has_its_time_once_it_is_out()
    {
        var alice = new Participant("alice");
        alice.Send("1");
        alice.Do(channel => channel.Postpone("1", Start + 600_000));
        alice.RunUntil(Start + 604_999);
        Assert.Empty(alice.Transmitted(TransmitKind.Retransmission));
        alice.RunUntil(Start + 605_000);
        Assert.Single(alice.Transmitted(TransmitKind.Retransmission));
    }

    [Fact]
    public void A_message_has_its_time_once_it_is_out_however_many_were_sent_since()
    {
        var alice = new Participant("alice", Defaults with { LogCapacity = 2 });
        foreach (var id in (string[])["1", "2", "3"])
        {
            alice.Send(id);
            alice.Do(channel => channel.Postpone(id, Start + 600_000));
        }
        alice.Do(channel => channel.Dispatched("1", new byte[] { 7 }, Start + 1));
        alice.RunUntil(Start + 5001);
        Assert.Equal("1", Assert.Single(alice.Transmitted(TransmitKind.Retransmission)).MessageId);
    }

    [Fact]
    public void No_more_messages_are_taken_than_may_be_unacknowledged()
    {
        var alice = new Participant("alice", Defaults with { MaxOutgoing = 1 });
        alice.Send("1");
        Assert.Equal(SdsSendOutcome.Full, alice.Do(channel => channel.Send("2", new byte[] { 1 }, Start)));
        alice.Receive(Messages.Sync(1, "bob", "1"));
        alice.Send("2");
    }

    [Fact]
    public void No_larger_messages_are_taken_than_may_be_unacknowledged()
    {
        var alice = new Participant("alice", Defaults with { MaxOutgoingSize = DataSize.FromKibibytes(1) });
        Assert.Equal(SdsSendOutcome.Full, alice.Do(channel => channel.Send("1", new byte[1025], Start)));
    }

    [Fact]
    public void No_more_goes_out_than_may_be_in_flight_and_the_rest_follows_in_order_as_it_is_acknowledged()
    {
        var alice = new Participant("alice", Defaults with { MaxInFlightSize = DataSize.FromKibibytes(3) });
        foreach (var id in (string[])["1", "2", "3", "4", "5"])
            SendKibibyte(alice, id);
        Assert.Equal(["1", "2"], Out(alice));

        alice.Receive(Messages.Sync(1, "bob", "1"), Start + 1);
        Assert.Equal(["1", "2", "3"], Out(alice));
        alice.Receive(Messages.Sync(2, "bob", "2", "3"), Start + 2);
        Assert.Equal(["1", "2", "3", "4", "5"], Out(alice));
    }

    [Fact]
    public void No_more_messages_go_out_than_may_be_in_flight_however_small_they_are()
    {
        var alice = new Participant("alice", Defaults with { MaxInFlight = 2 });
        foreach (var id in (string[])["1", "2", "3", "4"])
            alice.Do(channel => channel.Send(id, new byte[] { 1 }, Start));
        Assert.Equal(["1", "2"], Out(alice));

        alice.Receive(Messages.Sync(1, "bob", "1"), Start + 1);
        Assert.Equal(["1", "2", "3"], Out(alice));
    }

    [Fact]
    public void Behind_a_message_that_is_not_acknowledged_no_more_goes_out_than_a_receiver_lets_wait()
    {
        var alice = new Participant("alice", Defaults with { MaxInFlight = 2 });
        for (var i = 1; i <= 8; i++)
            alice.Do(channel => channel.Send($"{i}", new byte[] { 1 }, Start));
        for (var i = 2; i <= 4; i++)
            alice.Receive(Messages.Sync(i, "bob", $"{i}"), Start + i);
        Assert.Equal(["1", "2", "3", "4"], Out(alice));

        alice.Receive(Messages.Sync(5, "bob", "1"), Start + 5);
        Assert.Equal(["1", "2", "3", "4", "5", "6"], Out(alice));
    }

    [Fact]
    public void Behind_a_message_that_is_not_acknowledged_no_larger_ones_go_out_than_a_receiver_lets_wait()
    {
        var alice = new Participant("alice", Defaults with { MaxInFlightSize = DataSize.FromKibibytes(3) });
        for (var i = 1; i <= 8; i++)
            SendKibibyte(alice, $"{i}");
        for (var i = 2; i <= 8; i++)
            alice.Receive(Messages.Sync(i, "bob", $"{i}"), Start + i);
        Assert.Equal(["1", "2", "3", "4"], Out(alice));
    }

    [Fact]
    public void A_message_that_no_filter_tells_anything_about_does_not_hold_up_what_follows()
    {
        var options = Defaults with { MaxInFlight = 2, BloomCapacity = 100, BloomErrorRate = 0.5 };
        var alice = new Participant("alice", options);
        var filter = new RollingBloomFilter(new BloomParameters(options.BloomCapacity, options.BloomErrorRate));
        for (var i = 0; i < 100; i++)
        {
            alice.Receive(Messages.Content($"before {i}"));
            filter.Add(BloomKey.Of($"before {i}"));
        }
        var ambiguous = Enumerable.Range(0, 100).Select(static i => $"ambiguous {i}").First(id => filter.MayContain(BloomKey.Of(id)));

        foreach (var id in (string[])[ambiguous, "2", "3", "4", "5", "6"])
            alice.Do(channel => channel.Send(id, new byte[] { 1 }, Start + 2));
        for (var i = 2; i <= 5; i++)
            alice.Receive(Messages.Sync(i, "bob", $"{i}"), Start + i);

        Assert.Equal([ambiguous, "2", "3", "4", "5", "6"], Out(alice));
    }

    [Fact]
    public void What_somebody_lacks_who_has_several_later_messages_is_sent_again_at_once()
    {
        var alice = new Participant("alice");
        foreach (var id in (string[])["lost", "2", "3", "4"])
            alice.Send(id);

        alice.Receive(Messages.Sync(1, "bob").Holding(Defaults, others: 9_000, "2", "3"), Start + 600);
        alice.RunUntil(Start + 600);
        Assert.Empty(alice.Transmitted(TransmitKind.Retransmission));

        alice.Send("5", Start + 600);
        alice.Receive(Messages.Sync(2, "bob").Holding(Defaults, others: 9_000, "2", "3", "4", "5"), Start + 700);
        alice.RunUntil(Start + 700);
        Assert.Equal("lost", Assert.Single(alice.Transmitted(TransmitKind.Retransmission)).MessageId);

        alice.Receive(Messages.Sync(3, "bob").Holding(Defaults, others: 9_000, "2", "3", "4", "5"), Start + 1300);
        alice.RunUntil(Start + 1300);
        Assert.Single(alice.Transmitted(TransmitKind.Retransmission));
    }

    [Fact]
    public void What_may_only_have_been_overtaken_is_not_sent_again()
    {
        var alice = new Participant("alice");
        foreach (var id in (string[])["late", "2", "3", "4", "5"])
            alice.Send(id);

        alice.Receive(Messages.Sync(1, "bob").Holding(Defaults, others: 9_000, "2", "3", "4", "5"), Start + 499);
        alice.RunUntil(Start + 499);

        Assert.Empty(alice.Transmitted(TransmitKind.Retransmission));
    }

    [Fact]
    public void What_was_sent_for_the_last_time_is_sent_again_as_soon_as_somebody_acknowledges_another()
    {
        var alice = new Participant("alice");
        alice.Send("1");
        alice.RunUntil(Start + 25_000);
        Assert.Equal(5, alice.Transmitted(TransmitKind.Retransmission).Count());

        alice.Send("2", Start + 26_000);
        alice.Receive(Messages.Sync(1, "bob", "2"), Start + 26_500);

        alice.RunUntil(Start + 31_499);
        Assert.Equal(5, alice.Transmitted(TransmitKind.Retransmission).Count());
        alice.RunUntil(Start + 31_500);
        Assert.Equal(6, alice.Transmitted(TransmitKind.Retransmission).Count());
    }

    [Fact]
    public void What_is_held_back_is_neither_sent_again_nor_given_up_before_it_was_sent()
    {
        var alice = new Participant("alice", Defaults with { MaxInFlightSize = DataSize.FromKibibytes(1) });
        SendKibibyte(alice, "1");
        SendKibibyte(alice, "2");
        alice.Receive(Messages.Sync().Holding(Defaults, others: 9_000, "2"), Start + 1);
        alice.RunUntil(Start + 54_999);
        Assert.Equal(["1"], Out(alice));
        Assert.Empty(alice.GivenUp);
    }

    [Fact]
    public void When_nobody_acknowledges_all_of_it_goes_out_and_ends_a_second_time_out_later()
    {
        var alice = new Participant("alice", Defaults with { MaxInFlightSize = DataSize.FromKibibytes(1) });
        for (var i = 0; i < 10; i++)
            SendKibibyte(alice, $"{i}");
        alice.RunUntil(Start + 55_000);
        Assert.Equal(10, Out(alice).Count());
        alice.RunUntil(Start + 110_000);
        Assert.Equal(10, alice.GivenUp.Count());
    }

    [Fact]
    public void When_somebody_is_heard_after_that_no_more_is_in_flight_than_may_be()
    {
        var alice = new Participant("alice", Defaults with { MaxInFlight = 2 });
        for (var i = 1; i <= 8; i++)
            alice.Do(channel => channel.Send($"{i}", new byte[] { 1 }, Start));
        alice.RunUntil(Start + 56_000);
        Assert.Equal(8, Out(alice).Count());
        DispatchAll(alice, Start + 56_000);

        alice.Receive(Messages.Sync(1, "bob", "3"), Start + 56_001);
        Assert.Equal(["6", "7", "8"], ((string[])["4", "5", "6", "7", "8"]).Where(alice.Channel.IsHeldBack));
        alice.Effects.Clear();
        alice.RunUntil(Start + 70_000);
        Assert.Equal(["4", "5"], alice.Transmitted(TransmitKind.Retransmission).Select(static message => message.MessageId).Distinct());

        alice.Effects.Clear();
        alice.Receive(Messages.Sync(2, "bob", "4", "5"), Start + 70_001);
        Assert.Equal(["6", "7"], alice.Transmitted(TransmitKind.Retransmission).Select(static message => message.MessageId));
        Assert.Empty(alice.Transmitted(TransmitKind.New));
    }

    [Fact]
    public void What_is_held_back_after_it_was_sent_is_acknowledged_by_a_filter()
    {
        var alice = new Participant("alice", Defaults with { MaxInFlight = 1 });
        for (var i = 1; i <= 4; i++)
            alice.Do(channel => channel.Send($"{i}", new byte[] { 1 }, Start));
        alice.RunUntil(Start + 56_000);
        DispatchAll(alice, Start + 56_000);
        alice.Receive(Messages.Sync(1, "bob", "2"), Start + 56_001);
        Assert.True(alice.Channel.IsHeldBack("4"));

        alice.Receive(Messages.Sync(2, "bob").Holding(Defaults, others: 0, "4"), Start + 56_002);
        Assert.Contains("4", alice.Acknowledged);
    }

    [Fact]
    public void What_was_sent_for_the_last_time_is_sent_once_more_to_one_who_lacks_it_and_has_no_more_time_for_that()
    {
        var alice = new Participant("alice");
        alice.Send("1");
        alice.RunUntil(Start + 25_000);
        // It may be on its way.
        alice.Receive(Messages.Sync(1).Holding(Defaults, others: 10), Start + 26_000);
        Assert.Equal(5, alice.Transmitted(TransmitKind.Retransmission).Count());

        alice.Receive(Messages.Sync(2).Holding(Defaults, others: 10), Start + 40_000);
        Assert.Equal(6, alice.Transmitted(TransmitKind.Retransmission).Count());
        alice.Receive(Messages.Sync(3).Holding(Defaults, others: 10), Start + 50_000);
        alice.RunUntil(Start + 54_999);
        Assert.Equal(6, alice.Transmitted(TransmitKind.Retransmission).Count());
        Assert.Empty(alice.GivenUp);
        alice.RunUntil(Start + 55_000);
        Assert.Equal(["1"], alice.GivenUp);
    }

    [Fact]
    public void A_message_that_is_given_up_though_others_are_acknowledged_lets_no_more_go_than_may_be_in_flight()
    {
        var alice = new Participant("alice", Defaults with { MaxInFlight = 2, MaxPatience = TimeSpan.Zero });
        alice.Do(channel => channel.Send("slow", new byte[] { 1 }, Start));
        for (var i = 1; i <= 9; i++)
            alice.Do(channel => channel.Send($"{i}", new byte[] { 1 }, Start));
        alice.RunUntil(Start + 54_000);
        alice.Receive(Messages.Sync(1, "bob", "1"), Start + 54_000);
        alice.RunUntil(Start + 65_000);

        Assert.Equal(["slow"], alice.GivenUp);
        Assert.Equal(["slow", "1", "2", "3"], Out(alice));
    }

    [Fact]
    public void After_a_restart_no_more_goes_out_than_may_be_in_flight()
    {
        var before = new Participant("alice", Defaults with { MaxInFlightSize = DataSize.FromKibibytes(3) });
        foreach (var id in (string[])["1", "2", "3", "4"])
            SendKibibyte(before, id);
        before.Do(channel => channel.Dispatched("1", new byte[] { 7 }, Start));

        var after = before.Restarted(before.Journal.Count, Start + 1);

        Assert.Equal([false, false, true, true], ((string[])["1", "2", "3", "4"]).Select(after.Channel.IsHeldBack));
        after.Receive(Messages.Sync(2, "bob", "1", "2"), Start + 2);
        Assert.Equal(["3", "4"], Out(after));
    }

    [Fact]
    public void A_message_is_not_given_up_while_others_are_acknowledged()
    {
        var alice = new Participant("alice", Defaults with { MaxPatience = TimeSpan.FromMinutes(10) });
        alice.Send("slow");
        for (var second = 0; second < 300; second += 10)
        {
            alice.Send($"{second}", Start + (second * 1000));
            alice.RunUntil(Start + (second * 1000) + 1);
            alice.Receive(Messages.Sync(second + 1, "bob", $"{second}"), Start + (second * 1000) + 1);
        }
        alice.RunUntil(Start + 300_000);
        Assert.Empty(alice.GivenUp);

        alice.RunUntil(Start + 330_000);
        Assert.Equal(["slow"], alice.GivenUp);
    }

    [Fact]
    public void Patience_has_an_end()
    {
        var alice = new Participant("alice", Defaults with { MaxPatience = TimeSpan.FromMinutes(1) });
        alice.Send("slow");
        for (var second = 0; second < 200; second += 10)
        {
            alice.Send($"{second}", Start + (second * 1000));
            alice.RunUntil(Start + (second * 1000) + 1);
            alice.Receive(Messages.Sync(second + 1, "bob", $"{second}"), Start + (second * 1000) + 1);
        }
        Assert.Equal(["slow"], alice.GivenUp);
    }

    static void SendKibibyte(Participant participant, string id) =>
        Assert.Equal(SdsSendOutcome.Taken, participant.Do(channel => channel.Send(id, new byte[1024], Start)));

    static void DispatchAll(Participant participant, long now)
    {
        foreach (var id in Out(participant).ToList())
            participant.Do(channel => channel.Dispatched(id, new byte[] { 7 }, now));
    }

    static IEnumerable<string> Out(Participant participant) => participant.Transmitted(TransmitKind.New).Select(static message => message.MessageId);

    [Fact]
    public void A_message_without_content_or_with_an_id_in_use_is_refused()
    {
        var alice = new Participant("alice");
        alice.Send("1");
        Assert.Equal(SdsSendOutcome.Duplicate, alice.Do(channel => channel.Send("1", new byte[] { 1 }, Start)));
        Assert.Equal(SdsSendOutcome.Empty, alice.Do(channel => channel.Send("2", default, Start)));
    }

    [Fact]
    public void An_ephemeral_message_has_neither_time_nor_history_nor_filter_and_is_forgotten()
    {
        var alice = new Participant("alice");
        alice.Send("1");
        alice.Do(channel => channel.SendEphemeral("e", new byte[] { 1 }, Start));
        var sent = Assert.Single(alice.Transmitted(TransmitKind.Ephemeral));
        Assert.True(sent.IsEphemeral);
        Assert.Empty(sent.CausalHistory);
        Assert.Null(sent.BloomFilter);
        Assert.Equal(1, alice.Channel.Unacknowledged);
        Assert.Equal(["1"], alice.Channel.Log.Select(entry => entry.Id));
    }

    static BloomFilter AllOnes()
    {
        var parameters = new BloomParameters(Defaults.BloomCapacity, Defaults.BloomErrorRate);
        var shape = parameters.ShapeIn(SdsDialect.Specification);
        var words = new ulong[shape.Words];
        Array.Fill(words, ulong.MaxValue);
        Assert.True(BloomFilter.TryCreate(parameters, shape, words, out var filter));
        return filter;
    }
}
