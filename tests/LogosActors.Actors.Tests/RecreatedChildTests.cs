using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Akka.Persistence.TestKit;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Google.Protobuf.WellKnownTypes;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests;

public sealed class RecreatedChildTests : TestKit
{
    static readonly PersistencePlugins Plugins = new("akka.persistence.journal.test", "akka.persistence.snapshot-store.test");

    static readonly ExponentialBackoff Slow = new(TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(1));

    readonly ITestJournal _journal;
    readonly TestProbe _siblings;

    public RecreatedChildTests(ITestOutputHelper output)
        : base(Akka.Configuration.ConfigurationFactory.FromResource<TestJournal>("Akka.Persistence.TestKit.config.conf"), output: output)
    {
        _journal = TestJournal.FromRef(Akka.Persistence.Persistence.Instance.Apply(Sys).JournalFor(Plugins.Journal));
        _siblings = CreateTestProbe();
    }

    [Fact]
    public async Task A_child_whose_write_failed_comes_back_with_what_was_stored()
    {
        var (shelf, first) = await StartAsync("write");
        await WriteAsync(shelf, "a");
        await _journal.OnWrite.Fail();
        shelf.Tell(new Notebook.WriteNow("lost"));
        var second = (await _siblings.ExpectMsgAsync<Shelf.Created>()).Child;
        Assert.Equal(first.Path, second.Path);
        Assert.NotEqual(first, second);
        await _journal.OnWrite.Pass();
        await WriteAsync(shelf, "b");
        Assert.Equal(["a", "b"], await ReadAsync(shelf));
    }

    [Fact]
    public async Task Stash_and_mailbox_come_back_in_order_and_exactly_once()
    {
        var (shelf, child) = await StartAsync("order", backoff: Slow);
        await FailWithMailboxAsync(shelf, child, stashed: 50, mailbox: 50);
        await WaitForWrittenAsync(100);
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(200));
        Assert.Equal(Enumerable.Range(0, 100).Select(number => $"{number}"), await ReadAsync(shelf));
    }

    [Fact]
    public async Task Messages_to_the_old_reference_reach_the_new_incarnation()
    {
        var (shelf, old) = await StartAsync("old");
        await KillAsync(old);
        old.Tell(new Notebook.Write("before"));
        await _siblings.ExpectMsgAsync<Shelf.Created>();
        await ExpectMsgAsync(new Notebook.Written("before"));
        old.Tell(new Notebook.Write("after"));
        await ExpectMsgAsync(new Notebook.Written("after"));
        Assert.Equal(["before", "after"], await ReadAsync(shelf));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_child_whose_recovery_failed_is_tried_again(bool isUserCode)
    {
        var attempts = 0;
        var (first, _) = await StartAsync($"recovery-{isUserCode}");
        await WriteAsync(first, "a");
        Watch(first);
        Sys.Stop(first);
        await FishForMessageAsync<Terminated>(_ => true);

        if (!isUserCode)
            await _journal.OnRecovery.Fail();
        var (shelf, _) = await StartAsync($"recovery-{isUserCode}", new NotebookOptions(Recovering: message =>
        {
            if (isUserCode && message is StringValue && ++attempts <= 2)
                throw new InvalidDataException("recovery");
        }));
        shelf.Tell(new Notebook.Write("b"));
        await _siblings.ExpectMsgAsync<Shelf.Created>();
        await _siblings.ExpectMsgAsync<Shelf.Created>();
        await _journal.OnRecovery.Pass();
        await ExpectMsgAsync(new Notebook.Written("b"), TimeSpan.FromSeconds(5));
        Assert.Equal(["a", "b"], await ReadAsync(shelf));
    }

    [Fact]
    public async Task A_child_that_cannot_be_constructed_is_restarted_by_its_parents_strategy_and_one_that_is_stopped_created_again()
    {
        var attempts = 0;
        var (shelf, _) = await StartAsync("start", new NotebookOptions(Started: () =>
        {
            if (++attempts <= 2)
                throw new InvalidDataException("start");
        }));
        await WriteAsync(shelf, "a");
        Assert.Equal(3, attempts);
        await _siblings.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public async Task A_rejected_event_restarts_the_child_so_that_its_state_is_what_is_stored()
    {
        var (shelf, _) = await StartAsync("rejected");
        await WriteAsync(shelf, "a");
        await _journal.OnWrite.Reject();
        await EventFilter.Exception<InvalidOperationException>(contains: "rejected").ExpectOneAsync(() =>
        {
            shelf.Tell(new Notebook.WriteNow("rejected"));
            return Task.CompletedTask;
        });
        await _journal.OnWrite.Pass();
        await WriteAsync(shelf, "b");
        Assert.Equal(["a", "b"], await ReadAsync(shelf));
        await _siblings.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public async Task What_does_not_fit_is_answered_and_the_rest_is_delivered()
    {
        var (shelf, child) = await StartAsync("overflow", capacity: 3);
        await KillAsync(child);
        foreach (var number in Enumerable.Range(0, 5))
            shelf.Tell(new Notebook.Write($"{number}"));
        await ExpectMsgAsync(new Shelf.NotStored(new Notebook.Write("3")));
        await ExpectMsgAsync(new Shelf.NotStored(new Notebook.Write("4")));
        await WaitForWrittenAsync(3);
    }

    [Fact]
    public async Task A_mailbox_that_does_not_fit_is_answered_from_its_end()
    {
        var (shelf, child) = await StartAsync("mailbox", capacity: 3, backoff: Slow);
        await FailWithMailboxAsync(shelf, child, stashed: 2, mailbox: 3);
        await ExpectMsgAsync(new Shelf.NotStored(new Notebook.Write("3")));
        await ExpectMsgAsync(new Shelf.NotStored(new Notebook.Write("4")));
        await WaitForWrittenAsync(3);
    }

    [Fact]
    public async Task Akkas_own_messages_and_failed_tasks_are_not_delivered_again()
    {
        var (shelf, old) = await StartAsync("own");
        await KillAsync(old);
        foreach (var message in (object[])[
            PoisonPill.Instance, Kill.Instance, ReceiveTimeout.Instance, new Status.Failure(new InvalidDataException()),
            new PipeFailure(new InvalidDataException()), RecoveryCompleted.Instance, new SaveSnapshotSuccess(new SnapshotMetadata("own", 1, DateTime.UtcNow))])
        {
            old.Tell(message);
        }
        shelf.Tell(new Shelf.Count());
        await ExpectMsgAsync(0);
        await _siblings.ExpectMsgAsync<Shelf.Created>();
        await WriteAsync(shelf, "a");
        await _siblings.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task Many_children_in_one_system_each_get_their_own_mail()
    {
        var shelves = new List<(IActorRef Shelf, IActorRef Child)>();
        foreach (var number in Enumerable.Range(0, 200))
            shelves.Add(await StartAsync($"many-{number}"));
        foreach (var (_, child) in shelves)
            Sys.Stop(child);
        for (var number = 0; number < shelves.Count; number++)
            shelves[number].Shelf.Tell(new Notebook.Write($"{number}"));
        var written = new HashSet<string>(StringComparer.Ordinal);
        for (var number = 0; number < shelves.Count; number++)
            written.Add((await ExpectMsgAsync<Notebook.Written>(TimeSpan.FromSeconds(5))).Line);
        Assert.Equal(200, written.Count);
        for (var number = 0; number < shelves.Count; number++)
            Assert.Equal([$"{number}"], await ReadAsync(shelves[number].Shelf));
    }

    [Fact]
    public async Task The_wait_grows_with_each_failure()
    {
        var (shelf, child) = await StartAsync("backoff", backoff: new ExponentialBackoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30), jitter: 0));
        foreach (var expected in (int[])[100, 200, 400])
        {
            var since = Sys.Scheduler.MonotonicClock;
            Sys.Stop(child);
            child = (await _siblings.ExpectMsgAsync<Shelf.Created>()).Child;
            Assert.True(Sys.Scheduler.MonotonicClock - since >= TimeSpan.FromMilliseconds(expected - 20));
        }
        await WriteAsync(shelf, "a");
    }

    [Fact]
    public async Task A_child_that_is_no_longer_wanted_is_stopped_and_what_waits_is_answered()
    {
        var (shelf, child) = await StartAsync("close");
        await KillAsync(child);
        shelf.Tell(new Notebook.Write("a"));
        shelf.Tell(new Shelf.Close());
        await ExpectMsgAsync(new Shelf.NotStored(new Notebook.Write("a")));
        shelf.Tell(new Notebook.Write("b"));
        await ExpectMsgAsync(new Shelf.NotStored(new Notebook.Write("b")));
        await _siblings.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(300));

        var (other, running) = await StartAsync("close-running");
        Watch(running);
        other.Tell(new Shelf.Close());
        await ExpectTerminatedAsync(running);
        await _siblings.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(300));
    }

    [Fact]
    public async Task The_mailbox_of_the_child_outlives_a_restart_of_the_parent()
    {
        var (shelf, child) = await StartAsync("parent");
        await WriteAsync(shelf, "a");
        var gate = new ManualResetEventSlim();
        child.Tell(gate);
        child.Tell(new Notebook.Write("b"));
        child.Tell(new Notebook.Write("c"));
        shelf.Tell(new Shelf.Fail(new InvalidDataException()));
        gate.Set();
        await _siblings.ExpectMsgAsync<Shelf.Created>();
        await ExpectMsgAsync(new Notebook.Written("b"));
        await ExpectMsgAsync(new Notebook.Written("c"));
        Assert.Equal(["a", "b", "c"], await ReadAsync(shelf));
    }

    [Fact]
    public async Task What_is_sent_to_an_earlier_incarnation_keeps_its_order_while_the_last_one_ends()
    {
        var echo = Props.Create(() => new Echo());
        var shelf = Sys.ActorOf(Props.Create(() => new Shelf(echo, _siblings, RecreatedChild.DefaultCapacity, null)));
        var first = (await _siblings.ExpectMsgAsync<Shelf.Created>()).Child;
        await KillAsync(first);
        var second = (await _siblings.ExpectMsgAsync<Shelf.Created>()).Child;
        var (before, after) = (new Shelf.Hold(), new Shelf.Hold());
        shelf.Tell(before);
        before.Begun.Wait();
        await KillAsync(second);
        shelf.Tell(after);
        first.Tell("a");
        // Now the shelf's mailbox takes in that the second has ended, behind "a".
        before.Gate.Set();
        after.Begun.Wait();
        first.Tell("b");

        after.Gate.Set();

        await ExpectMsgAsync("a");
        await ExpectMsgAsync("b");
    }

    [Fact]
    public async Task What_was_claimed_is_forgotten_when_the_parent_has_stopped()
    {
        var (shelf, child) = await StartAsync("claims");
        Watch(shelf);
        Sys.Stop(shelf);
        await FishForMessageAsync<Terminated>(_ => true);
        var letters = CreateTestProbe();
        Sys.EventStream.Subscribe(letters, typeof(DeadLetter));
        await AwaitAssertAsync(
            async () =>
            {
                child.Tell(new Notebook.Read());
                await letters.FishForMessageAsync<DeadLetter>(letter => letter.Message is Notebook.Read);
                // A letter that is still returned is one to the parent as well.
                child.Tell(new Notebook.Read());
                Assert.Equal(child, (await letters.ExpectMsgAsync<DeadLetter>()).Recipient);
                await letters.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(20));
            },
            TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task Many_senders_lose_nothing_and_keep_their_order_while_the_child_comes_and_goes()
    {
        const int Senders = 8;
        const int Messages = 2_000;
        var echo = Props.Create(() => new Echo());
        var shelf = Sys.ActorOf(Props.Create(() => new Shelf(
            echo, _siblings, 1_000_000, new ExponentialBackoff(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(40), 0.2))));
        var child = (await _siblings.ExpectMsgAsync<Shelf.Created>()).Child;
        var probes = Enumerable.Range(0, Senders).Select(_ => CreateTestProbe()).ToArray();
        var sending = probes.Select((probe, index) => Task.Run(async () =>
        {
            foreach (var number in Enumerable.Range(0, Messages))
            {
                // Half of them go through the parent, half to a reference that is always the first.
                (index % 2 == 0 ? shelf : child).Tell(number, probe);
                if (number % 100 == 0)
                    await Task.Delay(5);
            }
        })).ToArray();
        for (var i = 0; i < 5; i++)
        {
            shelf.Tell("stop");
            await _siblings.ExpectMsgAsync<Shelf.Created>(TimeSpan.FromSeconds(10));
        }
        await Task.WhenAll(sending);
        for (var index = 0; index < Senders; index++)
        {
            foreach (var number in Enumerable.Range(0, Messages))
                Assert.Equal(number, await probes[index].ExpectMsgAsync<int>(TimeSpan.FromSeconds(10)));
            await probes[index].ExpectNoMsgAsync(TimeSpan.FromMilliseconds(10));
        }
    }

    /// <summary>Lets a write of the child fail while the rest waits in its stash and its mailbox.</summary>
    async Task FailWithMailboxAsync(IActorRef shelf, IActorRef child, int stashed, int mailbox)
    {
        await _journal.OnWrite.Fail();
        child.Tell(new Notebook.Hold());
        foreach (var number in Enumerable.Range(0, stashed))
            child.Tell(new Notebook.Write($"{number}"));
        child.Tell(new Notebook.WriteNow("lost"));
        var gate = new ManualResetEventSlim();
        child.Tell(gate);
        var cell = (ActorCell)((LocalActorRef)child).Underlying;
        await AwaitConditionAsync(() => Task.FromResult(cell.CurrentMessage is ManualResetEventSlim && cell.NumberOfMessages == 2));
        foreach (var number in Enumerable.Range(stashed, mailbox))
            shelf.Tell(new Notebook.Write($"{number}"));
        await shelf.Ask<int>(new Shelf.Count(), TimeSpan.FromSeconds(3));
        await _journal.OnWrite.Pass();
        gate.Set();
    }

    async Task WaitForWrittenAsync(int count)
    {
        foreach (var number in Enumerable.Range(0, count))
            await ExpectMsgAsync(new Notebook.Written($"{number}"), TimeSpan.FromSeconds(5));
    }

    async Task<(IActorRef Shelf, IActorRef Child)> StartAsync(
        string id, NotebookOptions? options = null, int capacity = RecreatedChild.DefaultCapacity, ExponentialBackoff? backoff = null)
    {
        var notebook = Notebook.Props(id, Plugins, options);
        var shelf = Sys.ActorOf(Props.Create(() => new Shelf(notebook, _siblings, capacity, backoff)));
        return (shelf, (await _siblings.ExpectMsgAsync<Shelf.Created>()).Child);
    }

    async Task WriteAsync(IActorRef shelf, string line)
    {
        shelf.Tell(new Notebook.Write(line));
        await ExpectMsgAsync(new Notebook.Written(line), TimeSpan.FromSeconds(5));
    }

    async Task<IReadOnlyList<string>> ReadAsync(IActorRef shelf)
    {
        shelf.Tell(new Notebook.Read());
        return (await ExpectMsgAsync<Notebook.Lines>(TimeSpan.FromSeconds(5))).All;
    }

    async Task KillAsync(IActorRef child)
    {
        Watch(child);
        Sys.Stop(child);
        await ExpectTerminatedAsync(child);
    }

    sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is "stop")
                Context.Stop(Self);
            else
                Sender.Tell(message);
        }
    }
}
