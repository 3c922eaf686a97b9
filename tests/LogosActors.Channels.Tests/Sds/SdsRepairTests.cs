using LogosActors.Channels.Sds;
using LogosActors.Configuration;

namespace LogosActors.Channels.Tests.Sds;

public sealed class SdsRepairTests
{
    const long Start = Participant.Start;

    static readonly SdsOptions Defaults = new();

    readonly Participant _alice = new("alice");

    [Fact]
    public void A_missing_message_is_asked_for_at_its_time_even_while_others_speak()
    {
        _alice.Receive(Missing("1"));
        var due = Start + RepairHash.RequestDelay("alice", "1", 30_000, 300_000);
        for (var time = 1000; Start + time < due; time += 1000)
            _alice.Receive(Messages.Sync(time), Start + time);
        _alice.RunUntil(due - 1);
        Assert.Empty(Requests(_alice));
        _alice.RunUntil(due + 5000);
        Assert.Equal(["1"], Requests(_alice));
    }

    [Fact]
    public void No_more_than_three_are_asked_for_in_one_message()
    {
        _alice.Receive(Missing("1", "2", "3", "4"));
        _alice.RunUntil(Start + 400_000);
        Assert.All(_alice.Effects, effect => Assert.InRange(effect.Message?.RepairRequest.Count ?? 0, 0, 3));
        Assert.Equal(["1", "2", "3", "4"], Requests(_alice).Distinct().Order());
    }

    [Fact]
    public void A_message_that_has_come_is_not_asked_for()
    {
        _alice.Receive(Missing("1"));
        _alice.Receive(Messages.Content("1", 1));
        _alice.RunUntil(Start + 400_000);
        Assert.Empty(Requests(_alice));
    }

    [Fact]
    public void What_another_asks_for_is_not_asked_for_again_so_soon()
    {
        _alice.Receive(Missing("1"));
        var due = Start + RepairHash.RequestDelay("alice", "1", 30_000, 300_000);
        _alice.Receive(Messages.Sync(5, "carol").AskingFor("1", "bob"), due - 1);
        _alice.RunUntil(due + 14_998);
        Assert.Empty(Requests(_alice));
        _alice.RunUntil(due + 45_000 + 5000);
        Assert.NotEmpty(Requests(_alice));
    }

    [Fact]
    public void What_is_missing_for_long_is_asked_for_together_and_again()
    {
        var missing = Enumerable.Range(0, 3).Select(i => $"{i}").ToArray();
        _alice.Receive(Missing(missing));
        _alice.RunUntil(Start + 400_000);
        var before = _alice.Effects.Count;
        _alice.RunUntil(Start + 460_000);
        var requests = _alice.Effects.Skip(before).Where(effect => effect.Message?.RepairRequest.Count > 0).ToList();
        Assert.InRange(requests.Count, 1, 3);
        Assert.All(requests, request => Assert.Equal(missing, request.Message!.RepairRequest.Select(name => name.MessageId).Order()));
    }

    [Fact]
    public void Our_own_message_is_sent_again_at_once_when_somebody_asks_for_it()
    {
        var sent = _alice.Send("1");
        _alice.Receive(Messages.Sync(1, "bob").AskingFor("1", "alice"));
        _alice.RunUntil(Start);
        var repair = Assert.Single(_alice.Transmitted(TransmitKind.Repair));
        Assert.Equal((sent.MessageId, sent.SenderId, sent.LamportTimestamp), (repair.MessageId, repair.SenderId, repair.LamportTimestamp));
    }

    [Theory]
    [InlineData(2, 10_000)]
    [InlineData(1000, 2)]
    public void Our_own_message_that_nobody_has_acknowledged_is_sent_again_however_many_were_sent_since(int kept, int logged)
    {
        var alice = new Participant("alice", Defaults with { MaxKept = kept, LogCapacity = logged });
        foreach (var id in (string[])["1", "2", "3", "4"])
            alice.Send(id);
        alice.Receive(Messages.Sync(1, "bob").AskingFor("1", "alice"));
        alice.RunUntil(Start);
        Assert.Equal("1", Assert.Single(alice.Transmitted(TransmitKind.Repair)).MessageId);
    }

    [Fact]
    public void Our_own_message_that_a_filter_has_acknowledged_wrongly_is_sent_again_however_many_wait_to_be_sent()
    {
        var alice = new Participant("alice", Defaults with { MaxKept = 2, LogCapacity = 2, MaxInFlight = 1 });
        foreach (var id in (string[])["1", "2", "3", "4", "5"])
            alice.Do(channel => channel.Send(id, new byte[] { 1 }, Start));
        alice.Receive(Messages.Sync(1, "bob", "1"));

        alice.Receive(Messages.Sync(2, "bob").AskingFor("1", "alice"));
        alice.RunUntil(Start);

        Assert.Equal("1", Assert.Single(alice.Transmitted(TransmitKind.Repair)).MessageId);
    }

    [Fact]
    public void Ours_that_come_before_what_somebody_asks_for_are_sent_again_if_they_are_lacked_and_the_earliest_first()
    {
        string[] all = ["1", "2", "3", "4", "5", "6", "7", "8"];
        foreach (var id in all)
            _alice.Send(id);
        _alice.Receive(Messages.Sync(1, "bob", all));
        _alice.Send("9");

        _alice.Receive((Messages.Sync(2, "bob") with { RepairRequest = [new HistoryEntry("7"), new HistoryEntry("6")] }).Holding(Defaults, others: 0, "1", "2", "8"), Start + 1);
        _alice.RunUntil(Start + 1);

        Assert.Equal(["7", "6", "3", "4", "5"], _alice.Transmitted(TransmitKind.Repair).Select(static message => message.MessageId));
    }

    [Fact]
    public void Who_lacks_many_in_a_row_has_them_soon_however_full_it_is()
    {
        var options = Defaults with
        {
            MaxInFlight = 100,
            MaxIncoming = 80,
            MaxMissing = 400,
            RepairMinDelay = TimeSpan.FromSeconds(1),
            RepairMaxDelay = TimeSpan.FromSeconds(2),
            RepairSweepInterval = TimeSpan.FromMilliseconds(500),
            JoinTimeout = Defaults.DependencyTimeout,
        };
        var (alice, bob) = (new Participant("alice", options), new Participant("bob", options));
        // Bob hears the last few, which fill the room that he has for her; she counts all of them as confirmed.
        string[] all = [.. Enumerable.Range(0, 400).Select(static i => $"{i}")];
        foreach (var id in all)
        {
            var sent = alice.Send(id);
            if (alice.Channel.Log.Count() > all.Length - 20)
                bob.Receive(sent);
            alice.Receive(Messages.Sync(1, "carol", id));
        }
        Assert.Empty(bob.Delivered);
        alice.Effects.Clear();

        for (var now = Start; now < Start + 30_000; now += 100)
            Exchange(alice, bob, now);

        Assert.Equal(all, bob.Delivered);
    }

    static void Exchange(Participant one, Participant other, long now)
    {
        foreach (var (from, to) in (ReadOnlySpan<(Participant, Participant)>)[(one, other), (other, one)])
        {
            from.RunUntil(now);
            var sent = from.Of(SdsEffectKind.Transmit).Select(static effect => effect.Message!).ToList();
            from.Effects.RemoveAll(static effect => effect.Kind is SdsEffectKind.Transmit);
            sent.ForEach(message => to.Receive(message, now));
        }
    }

    [Fact]
    public void Somebody_elses_message_is_sent_again_as_it_was_when_our_turn_comes()
    {
        var message = Messages.Content("1");
        _alice.Receive(message);
        _alice.Receive(Messages.Sync(2, "carol").AskingFor("1", "bob"));
        var due = Start + RepairHash.ResponseDelay("alice", "bob", "1", 300_000);
        _alice.RunUntil(due - 1);
        Assert.Empty(_alice.Transmitted(TransmitKind.Repair));
        _alice.RunUntil(due);
        Assert.Equal([message], _alice.Transmitted(TransmitKind.Repair));
    }

    [Fact]
    public void What_another_sends_again_is_not_sent_by_us()
    {
        _alice.Receive(Messages.Content("1"));
        _alice.Receive(Messages.Sync(2, "carol").AskingFor("1", "bob"));
        _alice.Receive(Messages.Content("1"));
        _alice.RunUntil(Start + 400_000);
        Assert.Empty(_alice.Transmitted(TransmitKind.Repair));
    }

    [Fact]
    public void Only_the_response_group_answers()
    {
        var options = Defaults with { ResponseGroups = 4 };
        var answers = Enumerable.Range(0, 40).Count(i =>
        {
            var participant = new Participant($"p{i}", options);
            participant.Receive(Messages.Content("1"));
            participant.Receive(Messages.Sync(2, "carol").AskingFor("1", "bob"));
            participant.RunUntil(Start + 400_000);
            var answers = participant.Transmitted(TransmitKind.Repair).Any();
            Assert.Equal(RepairHash.IsResponder($"p{i}", "bob", "1", 4), answers);
            return answers;
        });
        Assert.InRange(answers, 1, 39);
    }

    [Fact]
    public void Only_so_much_is_kept_for_others()
    {
        var alice = new Participant("alice", Defaults with { MaxKept = 2, MaxKeptSize = new DataSize(1000) });
        foreach (var id in new[] { "1", "2", "3" })
            alice.Receive(Messages.Content(id));
        Assert.Equal(["2", "3"], alice.Channel.TakeSnapshot().Kept.Select(message => message.MessageId));
        alice.Receive(Messages.Content("4") with { Content = new byte[1000] });
        Assert.Equal(["4"], alice.Channel.TakeSnapshot().Kept.Select(message => message.MessageId));
    }

    [Fact]
    public void Without_repair_nobody_asks_or_answers()
    {
        var alice = new Participant("alice", Defaults with { Repair = false });
        alice.Send("0");
        alice.Receive(Missing("1"));
        alice.Receive(Messages.Sync(3).AskingFor("0", "alice"));
        alice.RunUntil(Start + 400_000);
        Assert.Empty(Requests(alice));
        Assert.Empty(alice.Transmitted(TransmitKind.Repair));
        Assert.All(alice.Transmitted(TransmitKind.Sync).SelectMany(sync => sync.CausalHistory), name => Assert.Null(name.SenderId));
    }

    // sha256sum of the text, its first 16 digits: what repair/utils.ts of js-waku makes of it.
    [Theory]
    [InlineData("", 0xe3b0c44298fc1c14)]
    [InlineData("abc", 0xba7816bf8f01cfea)]
    public void Hashes_are_those_of_js_waku(string text, ulong hash) => Assert.Equal(hash, RepairHash.Of(text));

    [Fact]
    public void The_product_behind_a_response_time_is_not_cut_to_64_bits()
    {
        var (distance, hash) = (RepairHash.Of("alice") ^ RepairHash.Of("bob"), RepairHash.Of("1"));
        var exact = (System.Numerics.BigInteger)distance * hash % 300_000;
        Assert.Equal((long)exact, RepairHash.ResponseDelay("alice", "bob", "1", 300_000));
        Assert.Equal(0, RepairHash.ResponseDelay("bob", "bob", "1", 300_000));
    }

    static SdsMessage Missing(params string[] ids) => Messages.Content("last", 2, "bob", ids);

    static IEnumerable<string> Requests(Participant participant) =>
        participant.Of(SdsEffectKind.Transmit).SelectMany(effect => effect.Message!.RepairRequest).Select(name => name.MessageId);
}
