using LogosActors.Actors.Embedded;

namespace LogosActors.Actors.Tests.Embedded;

public sealed class MailboxTests
{
    [Fact]
    public void Only_the_message_that_ends_the_rest_asks_for_a_turn()
    {
        var mailbox = default(Mailbox);
        Assert.True(mailbox.TryEnqueue(new Envelope("first", null), out var schedule));
        Assert.True(schedule);
        Assert.True(mailbox.TryEnqueue(new Envelope("second", null), out schedule));
        Assert.False(schedule);
        Assert.Equal(["first", "second"], TakeAll(ref mailbox));
        Assert.True(mailbox.TryEnqueue(new Envelope("third", null), out schedule));
        Assert.True(schedule);
    }

    [Fact]
    public void A_message_of_the_system_overtakes_those_of_users()
    {
        var mailbox = default(Mailbox);
        mailbox.TryEnqueue(new Envelope("a", null), out _);
        mailbox.TryEnqueue(new Envelope("b", null), out _);
        mailbox.TryEnqueue(new Envelope("c", null), out _);
        Assert.Equal(MailboxWork.User, mailbox.Take(out _, out _));
        mailbox.TryEnqueueSystem(new SystemMessage.Stop(), out var schedule);
        Assert.False(schedule);
        Assert.Equal(MailboxWork.System, mailbox.Take(out _, out _));
        Assert.IsType<SystemMessage.Stop>(mailbox.TakeSystem());
        Assert.Equal(["b", "c"], TakeAll(ref mailbox));
    }

    [Fact]
    public void A_held_mailbox_keeps_messages_and_asks_for_a_turn_only_for_the_system()
    {
        var mailbox = default(Mailbox);
        mailbox.SetHeld(true);
        mailbox.TryEnqueue(new Envelope("waits", null), out var schedule);
        Assert.False(schedule);
        mailbox.TryEnqueueSystem(new SystemMessage.Stop(), out schedule);
        Assert.True(schedule);
        Assert.False(mailbox.TryRestHeld());
        mailbox.TakeSystem();
        Assert.True(mailbox.TryRestHeld());
        mailbox.SetHeld(false);
        Assert.Equal(["waits"], TakeAll(ref mailbox));
    }

    [Fact]
    public void A_closed_mailbox_hands_out_what_waits_in_order_and_refuses_the_rest()
    {
        var mailbox = default(Mailbox);
        for (var i = 0; i < 100; i++)
            mailbox.TryEnqueue(new Envelope(i, null), out _);
        mailbox.Take(out _, out _);
        mailbox.Take(out _, out _);
        mailbox.TryEnqueue(new Envelope(100, null), out _);
        SystemMessage late = new SystemMessage.BackoffEnded();
        mailbox.TryEnqueueSystem(late, out _);
        var rest = mailbox.Close(out _, out var system);
        Assert.Same(late, system);
        Assert.Equal(Enumerable.Range(2, 99).Cast<object>(), rest.Select(e => e.Message));
        Assert.False(mailbox.TryEnqueue(new Envelope("late", null), out _));
        Assert.False(mailbox.TryEnqueueSystem(new SystemMessage.Stop(), out _));
    }

    [Fact]
    public async Task No_message_is_lost_and_the_order_of_each_producer_is_kept_under_contention()
    {
        const int Producers = 4;
        const int Each = 100_000;
        var shared = new Shared();
        var next = new int[Producers];
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        void RunTurn()
        {
            while (true)
            {
                switch (shared.Mailbox.Take(out var envelope, out _))
                {
                    case MailboxWork.System:
                        shared.Mailbox.TakeSystem();
                        continue;
                    case MailboxWork.User:
                        var (producer, number) = ((int, int))envelope.Message;
                        if (next[producer]++ != number)
                            done.TrySetException(new InvalidOperationException($"{producer}: {number}"));
                        if (next.Sum() == Producers * Each)
                            done.TrySetResult();
                        continue;
                    default:
                        return;
                }
            }
        }

        void Produce(int producer)
        {
            for (var i = 0; i < Each; i++)
            {
                shared.Mailbox.TryEnqueue(new Envelope((producer, i), null), out var schedule);
                if (schedule)
                    ThreadPool.UnsafeQueueUserWorkItem(_ => Turn(), null);
                if (i % 1000 == 0)
                {
                    shared.Mailbox.TryEnqueueSystem(new SystemMessage.Stop(), out schedule);
                    if (schedule)
                        ThreadPool.UnsafeQueueUserWorkItem(_ => Turn(), null);
                }
            }
        }

        void Turn()
        {
            // One turn may still be on its way out when the next begins; the lock hands the counters over.
            lock (shared)
                RunTurn();
        }

        await Task.WhenAll(Enumerable.Range(0, Producers).Select(p => Task.Run(() => Produce(p))));
        await done.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(Enumerable.Repeat(Each, Producers), next);
    }

    [Theory]
    [InlineData(MailboxOverflow.DropNewest, new[] { 1, 2 }, 3)]
    [InlineData(MailboxOverflow.DropOldest, new[] { 2, 3 }, 1)]
    public void A_full_bounded_mailbox_drops_by_its_rule(MailboxOverflow rule, int[] kept, int dropped)
    {
        var mailbox = Bounded(2, rule);
        Assert.Equal(BoundedResult.Accepted, Offer(ref mailbox, 1, out _));
        Assert.Equal(BoundedResult.Accepted, Offer(ref mailbox, 2, out _));
        Assert.Equal(BoundedResult.Dropped, Offer(ref mailbox, 3, out var lost));
        Assert.Equal(dropped, lost);
        Assert.Equal(kept.Cast<object>(), TakeAll(ref mailbox));
    }

    [Theory]
    [InlineData(MailboxOverflow.Fail)]
    [InlineData(MailboxOverflow.Backpressure)]
    public void A_full_bounded_mailbox_refuses_a_sender_that_cannot_wait(MailboxOverflow rule)
    {
        var mailbox = Bounded(1, rule);
        Offer(ref mailbox, 1, out _);
        Assert.Equal(BoundedResult.Refused, Offer(ref mailbox, 2, out _));
    }

    [Fact]
    public void A_waiting_sender_is_admitted_as_soon_as_there_is_room_and_one_that_gave_up_is_not()
    {
        var mailbox = Bounded(1, MailboxOverflow.Backpressure);
        Offer(ref mailbox, 1, out _);
        var gaveUp = new BoundedWaiter(new Envelope(2, null), Dispatcher.Default);
        var waits = new BoundedWaiter(new Envelope(3, null), Dispatcher.Default);
        Assert.Equal(BoundedResult.Waiting, mailbox.EnqueueBounded(gaveUp.Envelope, out _, out _, gaveUp));
        Assert.Equal(BoundedResult.Waiting, mailbox.EnqueueBounded(waits.Envelope, out _, out _, waits));
        Assert.True(mailbox.GiveUp(gaveUp));
        Assert.Equal(1, mailbox.WaiterCount);
        mailbox.Take(out _, out var admitted);
        Assert.Same(waits, admitted);
        Assert.False(mailbox.GiveUp(waits));
        Assert.Equal([3], TakeAll(ref mailbox));
    }

    [Fact]
    public void Senders_that_give_up_leave_nothing_behind()
    {
        var mailbox = Bounded(1, MailboxOverflow.Backpressure);
        Offer(ref mailbox, 1, out _);
        for (var i = 0; i < 1000; i++)
        {
            var waiter = new BoundedWaiter(new Envelope(i, null), Dispatcher.Default);
            mailbox.EnqueueBounded(waiter.Envelope, out _, out _, waiter);
            Assert.True(mailbox.GiveUp(waiter));
        }

        Assert.Equal(0, mailbox.WaiterCount);
    }

    [Fact]
    public void Poison_pills_do_not_pile_up_beyond_the_bound()
    {
        var mailbox = Bounded(1, MailboxOverflow.Fail);
        for (var i = 0; i < 1000; i++)
            Assert.True(mailbox.TryEnqueueSignal(PoisonPill.Instance, out _));
        Assert.Equal(1, mailbox.Depth);
    }

    [Fact]
    public void Messages_of_the_system_are_taken_one_at_a_time_in_their_order()
    {
        var mailbox = default(Mailbox);
        SystemMessage[] told = [new SystemMessage.Stop(), new SystemMessage.HandlerEnded(), new SystemMessage.BackoffEnded()];
        mailbox.TryEnqueueSystem(told[0], out _);
        mailbox.TryEnqueueSystem(told[1], out _);
        Assert.Same(told[0], mailbox.TakeSystem());
        mailbox.TryEnqueueSystem(told[2], out _);
        mailbox.TryEnqueueSystem(told[0], out _);
        Assert.Equal([told[1], told[2], told[0], null], Enumerable.Range(0, 4).Select(_ => mailbox.TakeSystem()));
        Assert.False(mailbox.HasSystemMessage);
    }

    static Mailbox Bounded(int capacity, MailboxOverflow rule)
    {
        var mailbox = default(Mailbox);
        mailbox.Bound(MailboxOptions.Bounded(capacity, rule));
        return mailbox;
    }

    static BoundedResult Offer(ref Mailbox mailbox, object message, out object? dropped)
    {
        var result = mailbox.EnqueueBounded(new Envelope(message, null), out _, out var envelope, waiter: null);
        dropped = envelope.Message;
        return result;
    }

    static List<object> TakeAll(ref Mailbox mailbox)
    {
        var taken = new List<object>();
        while (mailbox.Take(out var envelope, out _) == MailboxWork.User)
            taken.Add(envelope.Message);
        return taken;
    }

    sealed class Shared
    {
        public Mailbox Mailbox;
    }
}
