using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Tests.Sds;

public sealed class SdsSyncTests
{
    const long Start = Participant.Start;

    static readonly SdsOptions Defaults = new();

    readonly Participant _alice = new("alice");

    [Fact]
    public void Who_only_listens_tells_what_it_has_before_the_sender_sends_again()
    {
        _alice.Receive(Messages.Content("1"));
        _alice.RunUntil(Start + 1500);
        var sync = Assert.Single(_alice.Transmitted(TransmitKind.Sync));
        Assert.True(sync.IsSync);
        Assert.True(sync.BloomFilter!.MayContain(BloomKey.Of("1")));
        Assert.Equal(["1"], sync.CausalHistory.Select(name => name.MessageId));
    }

    [Fact]
    public void Who_answers_with_content_needs_not_tell_again()
    {
        _alice.Receive(Messages.Content("1"));
        _alice.Send("2");
        _alice.RunUntil(Start + 1500);
        Assert.Empty(_alice.Transmitted(TransmitKind.Sync));
    }

    [Fact]
    public void Nobody_repeats_what_another_has_told()
    {
        _alice.Receive(Messages.Content("1"));
        _alice.Receive(Messages.Sync(2, "carol").Holding(Defaults, others: 0, "1"));
        _alice.Receive(Messages.Content("2", 3));
        _alice.Receive(Messages.Sync(4, "carol", "2"));
        _alice.RunUntil(Start + 1500);
        Assert.Empty(_alice.Transmitted(TransmitKind.Sync));
    }

    [Fact]
    public void A_senders_own_word_on_its_messages_is_not_an_acknowledgement()
    {
        _alice.Receive(Messages.Content("1"));
        _alice.Receive(Messages.Sync(2, "bob", "1").Holding(Defaults, others: 0, "1"));
        _alice.RunUntil(Start + 1500);
        Assert.Single(_alice.Transmitted(TransmitKind.Sync));
    }

    [Fact]
    public void A_quarter_of_the_filters_capacity_is_told_at_once()
    {
        var alice = new Participant("alice", Defaults with { BloomCapacity = 40 });
        for (var i = 0; i < 10; i++)
            alice.Receive(Messages.Content($"{i}", i));
        Assert.Single(alice.Transmitted(TransmitKind.Sync));
    }

    [Fact]
    public void A_message_that_is_sent_again_is_acknowledged_again()
    {
        _alice.Receive(Messages.Content("1"));
        _alice.RunUntil(Start + 2000);
        _alice.Receive(Messages.Content("1"), Start + 5000);
        _alice.RunUntil(Start + 6500);
        Assert.Equal(2, _alice.Transmitted(TransmitKind.Sync).Count());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(3)]
    public void A_message_that_is_sent_again_is_acknowledged_by_its_name(int logCapacity)
    {
        // Also when the log has forgotten it: its sender may be unable to believe a filter.
        var alice = new Participant("alice", Defaults with { LogCapacity = logCapacity });
        for (var i = 0; i < 5; i++)
            alice.Receive(i == 0 ? Messages.Content("0", 0) : Messages.Content($"{i}", i, "bob", $"{i - 1}"));
        alice.RunUntil(Start + 2000);
        alice.Receive(Messages.Content("0", 0), Start + 5000);
        alice.RunUntil(Start + 6500);
        Assert.Equal("0", alice.Transmitted(TransmitKind.Sync).Last().CausalHistory[0].MessageId);
        Assert.Equal("bob", alice.Transmitted(TransmitKind.Sync).Last().CausalHistory[0].SenderId);
    }

    [Fact]
    public void A_quiet_channel_is_told_what_we_have_about_every_30_s()
    {
        _alice.Send("1");
        _alice.RunUntil(Start + 30_000);
        var before = _alice.Transmitted(TransmitKind.Sync).Count();
        _alice.RunUntil(Start + 330_000);
        Assert.InRange(_alice.Transmitted(TransmitKind.Sync).Count() - before, 300 / 45, 300 / 15);
    }

    [Fact]
    public void A_channel_without_any_message_stays_quiet()
    {
        Assert.Equal(long.MaxValue, _alice.Channel.NextDeadline);
        _alice.RunUntil(Start + 1_000_000);
        Assert.Empty(_alice.Effects);
    }

    [Fact]
    public void While_others_speak_no_sync_message_is_needed()
    {
        _alice.Send("1");
        for (var time = 0; time < 300; time += 10)
            _alice.Do(channel => channel.Receive(Messages.Sync(time, "bob", "1").Holding(Defaults, 0, "1"), SdsDialect.Specification, default, Start + (time * 1000)));
        _alice.RunUntil(Start + 300_000);
        Assert.Empty(_alice.Transmitted(TransmitKind.Sync));
    }

    [Fact]
    public void Sync_messages_are_neither_logged_nor_named_nor_acknowledged_nor_in_filters()
    {
        var sync = Messages.Sync(5);
        Assert.Equal(SdsReceiveOutcome.Sync, _alice.Receive(sync));
        Assert.Empty(_alice.Channel.Log);
        var message = _alice.Send("1");
        Assert.Empty(message.CausalHistory);
        Assert.False(message.BloomFilter!.MayContain(BloomKey.Of(sync.MessageId)));
    }

    [Fact]
    public void A_sync_message_names_messages_that_no_other_names()
    {
        for (var i = 0; i < 5; i++)
            _alice.Receive(Messages.Content($"{i}", i, $"sender {i}"));
        _alice.RunUntil(Start + 1500);
        Assert.Equal(["0", "1", "2", "3", "4"], _alice.Transmitted(TransmitKind.Sync).First().CausalHistory.Select(name => name.MessageId));
    }

    [Fact]
    public void A_sync_message_names_messages_that_another_lacks()
    {
        for (var i = 0; i < 5; i++)
            _alice.Send($"{i}", Start + i);
        _alice.Receive(Messages.Sync(9000, "bob", "4").Holding(Defaults, 0, "1", "4"), Start + 9000);
        _alice.RunUntil(Start + 60_000);
        Assert.Equal(["0", "2", "3", "4"], _alice.Transmitted(TransmitKind.Sync).First().CausalHistory.Select(name => name.MessageId));
    }
}
