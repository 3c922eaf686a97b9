using System.Diagnostics;
using System.Diagnostics.Metrics;
using LogosActors.Actors.TestKit;
using Microsoft.Extensions.Logging;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class BrokenLogOnEmbeddedHost(ITestOutputHelper output) : BrokenLogRules(Hosts.Embedded, output);

public sealed class BrokenLogOnDeterministicHost(ITestOutputHelper output) : BrokenLogRules(Hosts.Deterministic, output);

public sealed class BrokenListenerOnEmbeddedHost(ITestOutputHelper output) : BrokenListenerRules(Hosts.Embedded, output);

public sealed class BrokenListenerOnDeterministicHost(ITestOutputHelper output) : BrokenListenerRules(Hosts.Deterministic, output);

/// <summary>The contract about a log that throws: nothing but the log is lost.</summary>
public abstract class BrokenLogRules(HostFactory host, ITestOutputHelper output)
    : SupervisionSuite(host, output, options => options with { LoggerFactory = new BrokenLoggerFactory() })
{
    [Fact]
    public async Task Failures_restarts_and_stops_take_their_course_without_a_log()
    {
        var probe = CreateTestProbe();
        var child = await SpawnChild(SpawnSupervisor(new OneForOneStrategy { MaxRestarts = 1 }), () => new ScriptedActor
        {
            OnReceive = (self, message) =>
            {
                self.Context.Log.LogInformation("{Message}", message);
                probe.Ref.Tell(message);
            },
            OnPostStop = _ => throw new FormatException("in PostStop"),
        });
        probe.Watch(child);
        Crash(child);
        child.Tell("restarted");
        await probe.ExpectMsg("restarted");
        Crash(child);
        await probe.ExpectTerminated(child);
    }

    [Fact]
    public async Task A_shutdown_runs_to_its_end_without_a_log()
    {
        var after = 0;
        System.Shutdown.AddTask(ShutdownPhase.ServiceStop, "fails", _ => throw new FormatException("in the task"));
        System.Shutdown.AddTask(ShutdownPhase.ActorSystemTerminate, "after the actors", _ =>
        {
            after++;
            return Task.CompletedTask;
        });
        await AwaitAsync(System.TerminateAsync());
        await AwaitAsync(System.TerminateAsync());
        Assert.Equal(1, after);
        await AwaitAsync(System.WhenTerminated);
    }

    sealed class BrokenLoggerFactory : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) =>
            categoryName.Contains("Stream", StringComparison.Ordinal) ? throw new InvalidOperationException("no logger") : this;

        public void AddProvider(ILoggerProvider provider) => throw new InvalidOperationException("no provider");

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => throw new InvalidOperationException("no scope");

        public bool IsEnabled(LogLevel logLevel) => logLevel > LogLevel.Debug ? true : throw new InvalidOperationException("no level");

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("no log");

        public void Dispose()
        {
        }
    }
}

/// <summary>The contract about listeners that throw: whoever is listened to does not notice.</summary>
public abstract class BrokenListenerRules(HostFactory host, ITestOutputHelper output) : SupervisionSuite(host, output)
{
    [Fact]
    public async Task Actors_start_fail_and_stop_under_a_metrics_listener_that_throws()
    {
        var heard = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name is "LogosActors.Actors")
                l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((_, _, _, _) => Break(ref heard));
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => Break(ref heard));
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => Break(ref heard));
        listener.Start();
        await FailRestartAndStop();
        Assert.True(Volatile.Read(ref heard) > 0);
    }

    [Fact]
    public async Task Actors_start_fail_and_stop_under_a_trace_listener_that_throws()
    {
        var heard = 0;
        using var source = new ActivitySource("test");
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s == source || s.Name is "LogosActors.Actors",
            Sample = (ref options) => options.Source == source || Volatile.Read(ref heard) > 2
                ? ActivitySamplingResult.AllData
                : Break<ActivitySamplingResult>(ref heard),
            ActivityStopped = activity =>
            {
                if (activity.Source != source)
                    Break(ref heard);
            },
        };
        ActivitySource.AddActivityListener(listener);
        using (source.StartActivity("request"))
            await FailRestartAndStop();
        Assert.True(Volatile.Read(ref heard) > 2);
    }

    [Fact]
    public async Task A_subscriber_of_the_event_stream_that_throws_is_logged_and_the_others_are_told()
    {
        var probe = CreateTestProbe();
        System.EventStream.Subscribe<string>(new BrokenRef());
        System.EventStream.Subscribe<string>(probe.Ref);
        System.EventStream.Subscribe<DeadLetter>(new BrokenRef());
        await EventFilter.Exception<InvalidOperationException>("broken subscriber").Expect(1, () => System.EventStream.Publish("news"));
        await probe.ExpectMsg("news");
        System.DeadLetters.Tell("nobody");
        Assert.Equal(1, System.DeadLetterCount);
    }

    static void Break(ref int heard) => Break<int>(ref heard);

    static T Break<T>(ref int heard)
    {
        Interlocked.Increment(ref heard);
        throw new InvalidOperationException("broken listener");
    }

    async Task FailRestartAndStop()
    {
        var probe = CreateTestProbe();
        var child = await SpawnCounter(SpawnSupervisor(new OneForOneStrategy()));
        probe.Watch(child);
        child.Tell("one");
        Assert.Equal(1, await Count(child));
        Crash(child);
        Assert.Equal(0, await Count(child));
        Assert.Equal(1, RestartsOf(child));
        var awaiting = System.Spawn(Props.Create(() => new AwaitingActor(async (self, message) =>
        {
            await Task.Yield();
            self.Reply(message);
        })));
        Assert.Equal("awaited", await AwaitAsync(awaiting.Ask<string>("awaited", Second)));
        System.Stop(child);
        await probe.ExpectTerminated(child);
        child.Tell("late");
        Assert.Equal(1, System.DeadLetterCount);
    }

    sealed class BrokenRef : ActorRef
    {
        public override string Name => "broken";

        public override string Path => "/broken";

        public override void Tell(object message, ActorRef? sender = null) => throw new InvalidOperationException("broken subscriber");
    }
}
