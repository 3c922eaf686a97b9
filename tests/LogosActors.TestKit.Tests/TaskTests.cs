using Akka.Actor;

namespace LogosActors.TestKit.Tests;

public sealed class TaskTests
{
    [Fact]
    public void An_asynchronous_handler_keeps_its_context_and_its_mailbox_waits()
    {
        using var simulation = new Simulation(1);
        var probe = simulation.CreateProbe();
        var actor = simulation.System.ActorOf(Props.Create(() => new AsyncActor(simulation.Time)));

        probe.Send(actor, 1);
        probe.Send(actor, 2);
        simulation.RunFor(TimeSpan.FromSeconds(5));
        Assert.Empty(probe.Messages);
        simulation.RunFor(TimeSpan.FromSeconds(15));

        Assert.Equal(["1 from AsyncActor", "2 from AsyncActor"], probe.Of<string>());
        Assert.Equal([TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20)], probe.Received.Select(received => received.Time));
    }

    [Fact]
    public void An_asynchronous_handler_that_fails_after_an_await_is_supervised()
    {
        using var simulation = new Simulation(1);
        var actor = simulation.System.ActorOf(Props.Create(() => new AsyncActor(simulation.Time)));
        actor.Tell(-1);

        simulation.RunFor(TimeSpan.FromMinutes(1));

        Assert.Equal("1 from AsyncActor", simulation.Ask<string>(actor, 1));
        Assert.Equal("negative", Assert.Single(simulation.Log.Entries).Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_piped_method_that_awaits_stays_on_the_thread(bool isInBackground)
    {
        using var simulation = new Simulation(1);
        var probe = simulation.CreateProbe();
        var signal = new TaskCompletionSource(isInBackground ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);
        var thread = Environment.CurrentManagedThreadId;
        var actor = simulation.System.ActorOf(ScriptedActor.Props((message, _) =>
        {
            if (message is "complete")
                signal.SetResult();
            else
                PipeTo(WorkAsync(), probe.Ref);
        }));
        actor.Tell("start");
        simulation.RunUntilIdle();
        actor.Tell("complete");

        Assert.Equal(thread, probe.ExpectMessage<int>());

        async Task<int> WorkAsync()
        {
            await Task.Yield();
            await Task.Delay(TimeSpan.FromSeconds(1), simulation.Time);
            await signal.Task;
            return Environment.CurrentManagedThreadId;
        }
    }

    [Fact]
    public void A_method_that_awaits_time_without_its_context_stays_on_the_thread()
    {
        using var simulation = new Simulation(1);
        var probe = simulation.CreateProbe();
        simulation.System.ActorOf(ScriptedActor.Props((_, _) => PipeTo(WorkAsync(), probe.Ref))).Tell("start");

        Assert.Equal(Environment.CurrentManagedThreadId, probe.ExpectMessage<int>());

        async Task<int> WorkAsync()
        {
            await Task.Delay(TimeSpan.FromSeconds(1), simulation.Time).ConfigureAwait(false);
            await Task.Delay(TimeSpan.FromSeconds(1), simulation.Time).ConfigureAwait(false);
            return Environment.CurrentManagedThreadId;
        }
    }

    [Fact]
    public void Asynchronous_code_of_the_test_comes_back_to_the_simulation_and_may_run_it()
    {
        using var simulation = new Simulation(1);
        var echo = simulation.System.ActorOf(EchoActor.Props);
        var thread = Environment.CurrentManagedThreadId;

        simulation.Run(async () =>
        {
            await Task.Delay(TimeSpan.FromMinutes(1), simulation.Time);
            Assert.Equal(7, await simulation.AskAsync<int>(echo, 7));
            Assert.Equal(8, simulation.Ask<int>(echo, 8));
            simulation.RunFor(TimeSpan.FromMinutes(1));
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
        });

        Assert.Equal(TimeSpan.FromMinutes(2), simulation.Now);
    }

    [Fact]
    public void Waiting_returns_results_and_throws_what_a_task_failed_with()
    {
        using var simulation = new Simulation(1);

        Assert.Equal(3, simulation.Wait(DelayedAsync(3)));
        Assert.Equal(4, simulation.Wait(new ValueTask<int>(DelayedAsync(4))));
        Assert.Throws<NotSupportedException>(() => simulation.Wait(FailAsync()));
        var timeout = Assert.Throws<SimulationTimeoutException>(() => simulation.Wait(new TaskCompletionSource().Task, TimeSpan.FromSeconds(1)));
        Assert.Equal(1, timeout.Seed);
        Assert.Contains("Seed 1", timeout.Message, StringComparison.Ordinal);

        async Task<int> DelayedAsync(int result)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), simulation.Time).ConfigureAwait(false);
            return result;
        }

        async Task FailAsync()
        {
            await DelayedAsync(0).ConfigureAwait(false);
            throw new NotSupportedException();
        }
    }

    [Fact]
    public void An_answer_is_returned_and_a_failure_thrown()
    {
        using var simulation = new Simulation(1);
        var echo = simulation.System.ActorOf(EchoActor.Props);
        var silent = simulation.CreateProbe().Ref;

        Assert.Equal("hello", simulation.Ask<string>(echo, "hello"));
        Assert.Throws<NotSupportedException>(() => simulation.Ask<string>(echo, new Status.Failure(new NotSupportedException())));
        Assert.Throws<InvalidCastException>(() => simulation.Ask<string>(echo, 1));
        Assert.Throws<SimulationTimeoutException>(() => simulation.Ask<string>(silent, "hello", TimeSpan.FromSeconds(1)));
        Assert.Throws<AskTimeoutException>(() => simulation.Wait(simulation.AskAsync<string>(silent, "hello", TimeSpan.FromSeconds(1))));
    }

    [Fact]
    public void The_surroundings_of_the_test_are_as_they_were_after_a_run()
    {
        var outer = SynchronizationContext.Current;
        var mine = new SynchronizationContext();
        SynchronizationContext.SetSynchronizationContext(mine);
        try
        {
            using var simulation = new Simulation(1);
            var seen = mine;
            simulation.System.ActorOf(ScriptedActor.Props((_, _) => seen = SynchronizationContext.Current)).Tell("look");
            simulation.RunUntilIdle();

            Assert.Null(seen);
            Assert.Same(mine, SynchronizationContext.Current);
            Assert.Same(TaskScheduler.Default, TaskScheduler.Current);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    [Fact]
    public void An_actor_cannot_wait()
    {
        using var simulation = new Simulation(1);
        Exception? thrown = null;
        simulation.System.ActorOf(ScriptedActor.Props((_, _) => thrown = Record.Exception(simulation.RunUntilIdle))).Tell("run");
        simulation.RunUntilIdle();

        Assert.IsType<InvalidOperationException>(thrown);
    }

    static void PipeTo<T>(Task<T> task, IActorRef recipient) => _ = task.ContinueWith(
        static (done, to) => ((IActorRef)to!).Tell(done.IsFaulted ? done.Exception : done.Result, ActorRefs.NoSender), recipient,
        CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    sealed class AsyncActor : ReceiveActor
    {
        public AsyncActor(TimeProvider time) => ReceiveAsync<int>(async number =>
        {
            await Task.Yield();
            await Task.Delay(TimeSpan.FromSeconds(10), time);
            if (number < 0)
                throw new InvalidOperationException("negative");
            Sender.Tell($"{number} from {Context.Props.Type.Name}");
        });
    }
}
