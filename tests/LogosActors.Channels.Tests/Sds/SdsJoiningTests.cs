using LogosActors.Channels.Sds;

namespace LogosActors.Channels.Tests.Sds;

public sealed class SdsJoiningTests
{
    const long Start = Participant.Start;

    readonly Participant _alice = new("alice");

    [Fact]
    public void Nobody_has_joined_in_the_future_whenever_the_clock_is_put_right()
    {
        const long Day = 24 * 60 * 60 * 1000;
        var bob = new Participant("bob", now: Participant.Start + Day);

        // While it runs, where what waits goes on, and in another life.
        bob.Channel.WallLead = -Day;
        bob.Tick(Participant.Start + Day + 1);
        var again = new Participant("bob", now: Participant.Start + Day).Restarted(1, Participant.Start + 5);

        Assert.Equal(Participant.Start + 1, bob.Journal.OfType<SdsEvent.Joined>().Last().At);
        Assert.Equal(Participant.Start + 5, again.Journal.OfType<SdsEvent.Joined>().Last().At);
        Assert.True(again.Channel.JoinedAt <= Participant.Start + 5);
    }

    [Fact]
    public void A_newcomer_waits_for_10_s_for_what_was_before_and_is_not_told_that_it_is_lost()
    {
        _alice.Receive(Messages.Content("2", 60_000, "bob", "1"), Start + 60_000);
        Assert.Empty(_alice.Delivered);
        _alice.RunUntil(Start + 70_000);
        Assert.Equal(["2"], _alice.Delivered);
        Assert.Empty(_alice.Lost);
    }

    [Fact]
    public void What_was_before_is_known_from_then_on()
    {
        _alice.Receive(Messages.Content("2", 1, "bob", "1"));
        _alice.RunUntil(Start + 100_000);
        Assert.Equal(SdsReceiveOutcome.Delivered, _alice.Receive(Messages.Content("3", 100_000, "carol", "1"), Start + 100_000));
    }

    [Fact]
    public void A_message_from_before_that_is_found_waits_for_nothing_so_that_nobody_fetches_the_whole_history()
    {
        _alice.Receive(Messages.Content("2", 1, "bob", "1"));
        Assert.Equal(SdsReceiveOutcome.Delivered, _alice.Receive(Messages.Content("1", -5, "bob", "0")));
        Assert.Equal(["1", "2"], _alice.Delivered);
        Assert.Equal(0, _alice.Channel.Awaited);
    }

    [Fact]
    public void A_message_from_before_that_comes_too_late_is_not_delivered_among_newer_ones()
    {
        _alice.Receive(Messages.Content("2", 1, "bob", "1"));
        _alice.RunUntil(Start + 100_000);
        Assert.Equal(SdsReceiveOutcome.TooOld, _alice.Receive(Messages.Content("1", -5), Start + 100_000));
    }

    [Fact]
    public void A_recent_message_that_was_taken_to_be_from_before_is_delivered_when_it_comes()
    {
        _alice.Receive(Messages.Content("2", 2, "bob", "1"));
        _alice.RunUntil(Start + 100_000);
        Assert.Equal(SdsReceiveOutcome.Delivered, _alice.Receive(Messages.Content("1", 1), Start + 100_000));
    }

    [Fact]
    public void Seconds_in_a_message_of_nim_sds_are_not_taken_to_be_long_before()
    {
        var message = Messages.Content("2", 0, "bob", "1") with { LamportTimestamp = ((ulong)Start / 1000) + 5 };
        Assert.Equal(SdsReceiveOutcome.Waiting, _alice.Receive(message, dialect: SdsDialect.Nim));
    }
}
