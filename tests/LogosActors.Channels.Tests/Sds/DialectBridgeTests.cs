using LogosActors.Channels.Sds;

namespace LogosActors.Channels.Tests.Sds;

/// <summary>One participant between those who know only one dialect each.</summary>
public sealed class DialectBridgeTests
{
    [Fact]
    public void Two_who_speak_at_once_for_the_first_time_are_both_written_again_for_the_other()
    {
        var ours = new Participant("ours");
        ours.Receive(Message("nim", "n1"), dialect: SdsDialect.Nim);
        ours.Receive(Message("js", "s1"), dialect: SdsDialect.Specification);

        ours.RunUntil(Participant.Start + 10_000);

        Assert.Equal(
            [("n1", SdsDialect.Specification), ("s1", SdsDialect.Nim)],
            ours.Of(SdsEffectKind.Transmit).Where(effect => effect.Transmit is TransmitKind.Bridge)
                .Select(effect => (effect.Message!.MessageId, effect.Dialect)).Order());
    }

    [Fact]
    public void A_channel_of_one_dialect_hears_nothing_twice()
    {
        var ours = new Participant("ours");
        ours.Receive(Message("nim", "n1"), dialect: SdsDialect.Nim);

        ours.RunUntil(Participant.Start + 10_000);

        Assert.Empty(ours.Transmitted(TransmitKind.Bridge));
    }

    [Fact]
    public void What_comes_in_both_dialects_is_not_written_again()
    {
        var ours = new Participant("ours");
        foreach (var dialect in (SdsDialect[])[SdsDialect.Nim, SdsDialect.Specification])
        {
            ours.Receive(Message("both", "b1"), dialect: dialect);
            ours.Receive(Message(dialect.ToString(), dialect.ToString()), dialect: dialect);
        }

        ours.RunUntil(Participant.Start + 10_000);

        Assert.DoesNotContain("b1", ours.Transmitted(TransmitKind.Bridge).Select(message => message.MessageId));
    }

    static SdsMessage Message(string sender, string id) =>
        new() { SenderId = sender, MessageId = id, ChannelId = "lobby", LamportTimestamp = Participant.Start + 1, Content = new byte[] { 1 } };
}
