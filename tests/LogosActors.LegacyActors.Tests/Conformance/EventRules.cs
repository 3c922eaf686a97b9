using LogosActors.Actors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class EventsOnEmbeddedHost(ITestOutputHelper output) : EventRules(Hosts.Embedded, output);

public sealed class EventsOnDeterministicHost(ITestOutputHelper output) : EventRules(Hosts.Deterministic, output);

/// <summary>The contract about the event stream, dead letters and unhandled messages.</summary>
public abstract class EventRules(HostFactory host, ITestOutputHelper output) : ConformanceSuite(host, output)
{
    interface INews;

    [Fact]
    public async Task A_subscriber_gets_what_is_published_of_its_type_and_of_derived_types()
    {
        var (exact, general, byInterface, everything) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        System.EventStream.Subscribe<LocalNews>(exact.Ref);
        System.EventStream.Subscribe<News>(general.Ref);
        System.EventStream.Subscribe<INews>(byInterface.Ref);
        System.EventStream.Subscribe<object>(everything.Ref);
        object[] published = [new News(1), new LocalNews(2), "no news"];
        foreach (var message in published)
            System.EventStream.Publish(message);
        await exact.ExpectMsg(published[1]);
        Assert.Equal(published.Take(2), await general.ReceiveN(2));
        Assert.Equal(published.Take(2), await byInterface.ReceiveN(2));
        Assert.Equal(published, await everything.ReceiveN(3));
        await exact.ExpectNoMsg();
        Assert.Equal(0, general.Waiting + byInterface.Waiting + everything.Waiting);
    }

    [Fact]
    public async Task A_subscriber_of_several_fitting_types_gets_a_message_once()
    {
        var probe = CreateTestProbe();
        Assert.True(System.EventStream.Subscribe<News>(probe.Ref));
        Assert.False(System.EventStream.Subscribe<News>(probe.Ref));
        Assert.True(System.EventStream.Subscribe<INews>(probe.Ref));
        System.EventStream.Publish(new LocalNews(1));
        await probe.ExpectMsg(new LocalNews(1));
        await probe.ExpectNoMsg();
    }

    [Fact]
    public async Task Who_ends_a_subscription_gets_nothing_of_it_any_more()
    {
        var (one, all) = (CreateTestProbe(), CreateTestProbe());
        foreach (var probe in new[] { one, all })
        {
            System.EventStream.Subscribe<News>(probe.Ref);
            System.EventStream.Subscribe<string>(probe.Ref);
        }

        System.EventStream.Publish("before");
        System.EventStream.Unsubscribe(one.Ref, typeof(string));
        System.EventStream.Unsubscribe(all.Ref);
        System.EventStream.Publish("after");
        System.EventStream.Publish(new News(1));
        Assert.Equal(["before", new News(1)], await one.ReceiveN(2));
        await all.ExpectMsg("before");
        await all.ExpectNoMsg();
        Assert.True(System.EventStream.Subscribe<string>(one.Ref));
    }

    [Fact]
    public async Task A_subscriber_that_stops_is_removed()
    {
        var probe = CreateTestProbe();
        var subscriber = Spawn((_, _) => { });
        System.EventStream.Subscribe<News>(subscriber);
        System.EventStream.Subscribe<News>(probe.Ref);
        await AwaitAsync(System.StopAsync(subscriber, Second));
        System.EventStream.Publish(new News(1));
        await probe.ExpectMsg(new News(1));
        Assert.Equal(0, System.DeadLetterCount);
    }

    [Fact]
    public async Task An_actor_that_has_stopped_cannot_subscribe()
    {
        var subscriber = Spawn((_, _) => { });
        await AwaitAsync(System.StopAsync(subscriber, Second));
        Assert.False(System.EventStream.Subscribe<News>(subscriber));
        System.EventStream.Publish(new News(1));
        Assert.Equal(0, System.DeadLetterCount);
    }

    [Fact]
    public async Task A_subscriber_that_refuses_a_message_does_not_fail_the_publisher_and_the_message_is_a_dead_letter()
    {
        var gate = new TaskCompletionSource();
        var probe = CreateTestProbe();
        var full = System.Spawn(Props.Create(() => new AwaitingActor(async (_, message) =>
        {
            probe.Ref.Tell(message);
            await gate.Task;
        })) with
        { Mailbox = MailboxOptions.Bounded(1, MailboxOverflow.Fail) });
        System.EventStream.Subscribe<News>(full);
        System.EventStream.Publish(new News(1));
        await probe.ExpectMsg(new News(1));
        System.EventStream.Publish(new News(2));
        await EventFilter.DeadLetter<News>(letter => letter.Recipient == full && letter.Reason == DeadLetterReason.MailboxOverflow)
            .Expect(1, () => System.EventStream.Publish(new News(3)));
        gate.SetResult();
        await probe.ExpectMsg(new News(2));
        await probe.ExpectNoMsg();
    }

    [Fact]
    public async Task A_dead_letter_is_counted_and_says_who_sent_what_to_whom_and_why()
    {
        var (letters, sender) = (CreateTestProbe(), CreateTestProbe());
        System.EventStream.Subscribe<DeadLetter>(letters.Ref);
        var actor = Spawn((self, message) => self.Reply(message));
        actor.Tell("nobody expects the answer");
        await letters.ExpectMsg(new DeadLetter("nobody expects the answer", actor, System.DeadLetters, DeadLetterReason.NoRecipient));
        await AwaitAsync(System.StopAsync(actor, Second));
        sender.Send(actor, "late");
        await letters.ExpectMsg(new DeadLetter("late", sender.Ref, actor, DeadLetterReason.RecipientStopped));
        actor.Tell("late and anonymous");
        await letters.ExpectMsg(new DeadLetter("late and anonymous", System.DeadLetters, actor, DeadLetterReason.RecipientStopped));
        Assert.Equal(3, System.DeadLetterCount);
    }

    [Fact]
    public async Task A_dead_letter_that_cannot_be_delivered_is_counted_and_not_published_again()
    {
        var letters = CreateTestProbe();
        System.EventStream.Subscribe<DeadLetter>(letters.Ref);
        var letter = new DeadLetter("x", letters.Ref, letters.Ref, DeadLetterReason.NoRecipient);
        System.DeadLetters.Tell(letter);
        Assert.Equal(1, System.DeadLetterCount);
        await letters.ExpectNoMsg();
    }

    [Fact]
    public async Task An_unhandled_message_is_published_with_sender_and_recipient()
    {
        var (events, sender) = (CreateTestProbe(), CreateTestProbe());
        System.EventStream.Subscribe<UnhandledMessage>(events.Ref);
        var actor = System.Spawn(Props.Create(() => new Indifferent()));
        sender.Send(actor, "whatever");
        await events.ExpectMsg(new UnhandledMessage("whatever", sender.Ref, actor));
        Assert.Equal(0, System.DeadLetterCount);
    }

    [Fact]
    public async Task A_subscriber_that_does_not_handle_what_nobody_handles_is_not_told_for_ever()
    {
        var events = CreateTestProbe();
        System.EventStream.Subscribe<object>(System.Spawn(Props.Create(() => new Indifferent())));
        System.EventStream.Subscribe<UnhandledMessage>(events.Ref);
        System.EventStream.Publish("whatever");
        Assert.Equal("whatever", (await events.ExpectMsg<UnhandledMessage>()).Message);
        await events.ExpectNoMsg();
    }

    record News(int Number) : INews;

    sealed record LocalNews(int Number) : News(Number);

    sealed class Indifferent : Actor;
}
