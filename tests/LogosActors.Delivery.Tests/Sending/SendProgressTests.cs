using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.Sending;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Tests.Sending;

public sealed class SendProgressTests
{
    static readonly SendingOptions Options = new();

    [Fact]
    public void What_peers_have_taken_is_sent_when_no_store_can_be_asked()
    {
        var run = new Run(hasStore: false);

        run.Do(run.Send.Published(PublishOutcome.Sent, canConfirm: false, run.Now));

        Assert.Equal(["0: Publish", "0: Propagated, End (Sent)"], run.Log);
    }

    [Fact]
    public void No_store_is_asked_for_an_ephemeral_message()
    {
        var run = new Run(hasStore: true, isEphemeral: true);

        run.Do(run.Send.Published(PublishOutcome.Sent, canConfirm: true, run.Now));

        Assert.Equal(SendEnd.Sent, run.Send.End);
    }

    [Fact]
    public void A_stores_confirmation_ends_it()
    {
        var run = new Run(hasStore: true);

        run.Do(run.Send.Published(PublishOutcome.Sent, canConfirm: true, run.Now));
        run.Pass(3);
        run.Do(run.Send.Answered(Presence.Present, run.Now));

        Assert.Equal(["0: Publish", "0: Propagated, Confirm", "3: End (Stored)"], run.Log);
    }

    [Fact]
    public void Retries_wait_one_second_then_twice_as_long_up_to_ten()
    {
        var run = new Run(hasStore: false) { Publish = PublishOutcome.NoPeers };

        run.Do(run.Send.Published(PublishOutcome.NoPeers, canConfirm: false, run.Now));
        run.Pass(70);

        Assert.Equal(
            ["0: Publish", "1: Publish", "3: Publish", "7: Publish", "15: Publish", "25: Publish", "35: Publish", "45: Publish", "55: Publish", "60: End (NoPeers)"],
            run.Log);
    }

    [Fact]
    public void What_a_store_does_not_have_is_published_again_and_asked_for_again()
    {
        var run = new Run(hasStore: true);

        run.Do(run.Send.Published(PublishOutcome.Sent, canConfirm: true, run.Now));
        run.Pass(3);
        run.Do(run.Send.Answered(Presence.Absent, run.Now));
        run.Do(run.Send.Published(PublishOutcome.Sent, canConfirm: true, run.Now));

        Assert.Equal(["0: Publish", "0: Propagated, Confirm", "3: Publish", "3: Confirm"], run.Log);
    }

    [Theory]
    [InlineData(true, "60: End (NotStored)")]
    [InlineData(false, "60: End (Sent)")]
    public void What_no_store_confirms_in_time_ends_by_what_the_stores_have_said(bool isAbsent, string end)
    {
        var run = new Run(hasStore: true) { Publish = PublishOutcome.Sent, Answer = isAbsent ? Presence.Absent : null };

        run.Do(run.Send.Published(PublishOutcome.Sent, canConfirm: true, run.Now));
        run.Pass(70);

        Assert.Equal(end, run.Log[^1]);
    }

    [Fact]
    public void What_stores_have_no_time_for_has_been_sent()
    {
        var run = new Run(hasStore: true);

        run.Do(run.Send.Published(PublishOutcome.Sent, canConfirm: true, run.Now));
        run.Pass(3);
        run.Do(run.Send.Answered(Presence.Unasked, run.Now));

        Assert.Equal(["0: Publish", "0: Propagated, Confirm", "3: End (Sent)"], run.Log);
    }

    [Fact]
    public void What_a_store_lacks_is_not_sent_although_stores_have_no_time_for_it_any_more()
    {
        var run = new Run(hasStore: true);

        run.Do(run.Send.Published(PublishOutcome.Sent, canConfirm: true, run.Now));
        run.Do(run.Send.Answered(Presence.Absent, run.Now));
        run.Do(run.Send.Published(PublishOutcome.Sent, canConfirm: true, run.Now));
        run.Do(run.Send.Answered(Presence.Unasked, run.Now));
        run.Pass(70);

        Assert.Equal("60: End (NotStored)", run.Log[^1]);
    }

    [Fact]
    public void A_publish_without_an_outcome_is_tried_again()
    {
        var run = new Run(hasStore: false);

        run.Pass(12);

        Assert.Equal(["0: Publish", "5: Publish", "10: Publish"], run.Log);
    }

    [Theory]
    [InlineData(PublishOutcome.TooLarge)]
    [InlineData(PublishOutcome.Invalid)]
    public void What_the_network_refuses_ends_at_once(PublishOutcome outcome)
    {
        var run = new Run(hasStore: true);

        run.Do(run.Send.Published(outcome, canConfirm: true, run.Now));

        Assert.Equal(["0: Publish", "0: End (Refused)"], run.Log);
    }

    [Fact]
    public void What_had_propagated_before_a_failure_is_not_told_again()
    {
        var run = new Run(hasStore: true, isPropagated: true);

        run.Pass(3);
        run.Do(run.Send.Answered(Presence.Present, run.Now));

        Assert.Equal(["0: Confirm", "3: End (Stored)"], run.Log);
    }

    [Fact]
    public void Whatever_comes_and_when_a_request_ends_once_and_in_time()
    {
        var input = Gen.Choose(0, 10).Two().Select(pair => (Kind: pair.Item1, Wait: pair.Item2));
        var program = Gen.Zip(input.ListOf(), Gen.Choose(0, 7));
        Prop.ForAll(program.ToArbitrary(), drawn =>
        {
            var (inputs, flags) = drawn;
            var run = new Run(hasStore: (flags & 1) != 0, isEphemeral: (flags & 2) != 0, isPropagated: (flags & 4) != 0);
            foreach (var (kind, wait) in inputs)
            {
                run.Pass(wait * 0.7);
                run.Do(kind switch
                {
                    <= 4 => run.Send.Published((PublishOutcome)(kind % Enum.GetValues<PublishOutcome>().Length), kind % 2 == 0, run.Now),
                    5 => run.Send.Published(PublishOutcome.Sent, canConfirm: true, run.Now),
                    6 => run.Send.Begin(canConfirm: true, run.Now),
                    7 => run.Send.Answered(Presence.Absent, run.Now),
                    8 => run.Send.Answered(Presence.Unasked, run.Now),
                    9 => run.Send.Answered(Presence.Present, run.Now),
                    _ => run.Send.Tick(run.Now),
                });
            }
            run.Pass(70);
            run.Do(run.Send.Tick(run.Now));

            Assert.NotEqual(SendEnd.None, run.Send.End);
            Assert.Single(run.Log, line => line.Contains("End", StringComparison.Ordinal));
            Assert.EndsWith($"End ({run.Send.End})", run.Log[^1], StringComparison.Ordinal);
            Assert.InRange(run.EndedAt, TimeSpan.Zero, Options.Timeout);
            Assert.InRange(run.Log.Count(line => line.Contains("Propagated", StringComparison.Ordinal)), 0, (flags & 4) != 0 ? 0 : 1);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    /// <summary>One request, whose effects are logged with their second.</summary>
    sealed class Run
    {
        readonly bool _hasStore;

        public Run(bool hasStore, bool isEphemeral = false, bool isPropagated = false)
        {
            _hasStore = hasStore;
            Send = new SendProgress(Options, isEphemeral, TimeSpan.Zero, isPropagated);
            Do(Send.Begin(hasStore, Now));
        }

        public SendProgress Send { get; }

        public TimeSpan Now { get; private set; }

        public List<string> Log { get; } = [];

        public TimeSpan EndedAt { get; private set; }

        /// <summary>What each publish comes to while time passes; null: nothing.</summary>
        public PublishOutcome? Publish { get; init; }

        /// <summary>What each question is answered while time passes, after its interval; null: nothing.</summary>
        public Presence? Answer { get; init; }

        public void Do(SendEffects effects)
        {
            if (effects is SendEffects.None)
                return;
            var end = effects.HasFlag(SendEffects.End) ? $" ({Send.End})" : "";
            Log.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Now.TotalSeconds:0}: {effects}{end}"));
            if (end.Length > 0)
                EndedAt = Now;
        }

        public void Pass(double seconds)
        {
            var end = Now + TimeSpan.FromSeconds(seconds);
            while (Send.End is SendEnd.None && Send.Wake <= end)
            {
                Now = Send.Wake;
                var effects = Send.Tick(Now);
                Do(effects);
                if (effects.HasFlag(SendEffects.Publish) && Publish is { } outcome)
                    Do(Send.Published(outcome, _hasStore, Now));
                if (effects.HasFlag(SendEffects.Confirm) && Answer is { } answer)
                    Do(Send.Answered(answer, Now));
            }
            Now = end;
        }
    }
}
