using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Tests.Sds;

public sealed class SdsDialectTests
{
    const long Start = Participant.Start;

    readonly Participant _alice = new("alice");

    [Fact]
    public void Before_anything_was_heard_messages_are_written_as_the_specification_has_it()
    {
        _alice.Send("1");
        Assert.Equal([SdsDialect.Specification], Written("1"));
    }

    [Fact]
    public void Where_only_one_dialect_was_heard_that_one_is_written()
    {
        _alice.Receive(Messages.Content("n"), dialect: SdsDialect.Nim);
        _alice.Send("1");
        Assert.Equal([SdsDialect.Nim], Written("1"));
    }

    [Fact]
    public void Where_both_were_heard_both_are_written_each_with_its_own_filter()
    {
        HearBoth();
        _alice.Send("1", Start + 5000);
        var copies = _alice.Of(SdsEffectKind.Transmit).Where(effect => effect.Message!.MessageId is "1").ToList();
        Assert.Equal([SdsDialect.Specification, SdsDialect.Nim], copies.Select(copy => copy.Dialect));
        Assert.Equal([BloomHash.Murmur, BloomHash.Farm], copies.Select(copy => copy.Message!.BloomFilter!.Shape.Hash));
        Assert.All(copies, copy => Assert.True(copy.Message!.BloomFilter!.MayContain(BloomKey.Of("n"))));
    }

    [Fact]
    public void A_message_is_written_once_for_those_who_cannot_read_it()
    {
        HearBoth();
        var message = Messages.Content("n2", 6000);
        _alice.Receive(message, Start + 6000, SdsDialect.Nim);
        _alice.RunUntil(Start + 8000);
        var bridged = Assert.Single(_alice.Of(SdsEffectKind.Transmit), effect => effect.Message!.MessageId is "n2");
        Assert.Equal((TransmitKind.Bridge, SdsDialect.Specification, message), (bridged.Transmit, bridged.Dialect, bridged.Message));
    }

    [Fact]
    public void A_message_that_is_heard_in_both_dialects_is_not_written_again()
    {
        HearBoth();
        _alice.Receive(Messages.Content("n2", 6000), Start + 6000, SdsDialect.Nim);
        _alice.Receive(Messages.Content("n2", 6000), Start + 6100, SdsDialect.Specification);
        _alice.RunUntil(Start + 8000);
        Assert.DoesNotContain(_alice.Of(SdsEffectKind.Transmit), effect => effect.Message!.MessageId is "n2");
    }

    [Fact]
    public void Those_who_write_both_are_no_reason_to_write_both_for_ever()
    {
        HearBoth();
        const int Hours = 3;
        for (var minute = 1; minute < Hours * 60; minute++)
        {
            var now = Start + (minute * 60_000);
            _alice.Receive(Messages.Content($"{minute}", minute * 60_000), now);
            _alice.Receive(Messages.Content($"{minute}", minute * 60_000), now + 10, SdsDialect.Nim);
            _alice.Receive(Messages.Content($"s{minute}", (minute * 60_000) + 1), now + 20);
            _alice.RunUntil(now + 30_000);
        }
        _alice.Send("last", Start + (Hours * 3_600_000));
        Assert.Equal([SdsDialect.Specification], Written("last"));
    }

    [Fact]
    public void Who_asks_in_a_dialect_is_answered_in_it()
    {
        _alice.Send("1");
        _alice.Receive(Messages.Sync(1).AskingFor("1", "alice"), dialect: SdsDialect.Nim);
        _alice.RunUntil(Start);
        Assert.Equal([SdsDialect.Nim], _alice.Of(SdsEffectKind.Transmit).Where(effect => effect.Transmit is TransmitKind.Repair).Select(effect => effect.Dialect));
    }

    [Fact]
    public void An_ephemeral_message_in_two_dialects_comes_once()
    {
        var message = Messages.Content("e") with { LamportTimestamp = null };
        _alice.Receive(message);
        _alice.Receive(message, dialect: SdsDialect.Nim);
        Assert.Equal(["e"], _alice.Delivered);
    }

    void HearBoth()
    {
        _alice.Receive(Messages.Content("s", 1));
        _alice.Receive(Messages.Content("n", 2), dialect: SdsDialect.Nim);
        _alice.RunUntil(Start + 4000);
    }

    IEnumerable<SdsDialect> Written(string id) =>
        _alice.Of(SdsEffectKind.Transmit).Where(effect => effect.Message!.MessageId == id).Select(effect => effect.Dialect);
}
