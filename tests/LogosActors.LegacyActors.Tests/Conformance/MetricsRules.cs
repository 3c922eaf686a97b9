using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using LogosActors.Actors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class MetricsOnEmbeddedHost(ITestOutputHelper output) : MetricsRules(Hosts.Embedded, output);

public sealed class MetricsOnDeterministicHost(ITestOutputHelper output) : MetricsRules(Hosts.Deterministic, output);

/// <summary>The contract about the meter <c>LogosActors.Actors</c>.</summary>
/// <remarks>Instruments are the process's, and other tests run beside these: an actor of a class that only one test has tells
/// its measurements from theirs.</remarks>
public abstract class MetricsRules(HostFactory host, ITestOutputHelper output) : ConformanceSuite(host, output)
{
    [Fact]
    public async Task The_handling_time_is_measured_once_for_each_message()
    {
        using var measured = new Measured();
        var probe = CreateTestProbe();
        var actor = System.Spawn(Props.Create(() => new Timed()));
        for (var i = 0; i < 5; i++)
            probe.Send(actor, i);
        await probe.ReceiveN(5);
        await AwaitCondition(() => measured.Of("logos.actors.handling.duration", nameof(Timed), System.Name).Count == 5);
        Assert.All(measured.Of("logos.actors.handling.duration", nameof(Timed), System.Name), seconds => Assert.InRange(seconds, 0, 30));
    }

    [Fact]
    public async Task The_handling_time_of_an_asynchronous_handler_is_measured_at_its_end()
    {
        using var measured = new Measured();
        var gate = new TaskCompletionSource();
        var probe = CreateTestProbe();
        var actor = System.Spawn(Props.Create(() => new Gated(gate.Task)));
        probe.Send(actor, "begin");
        await probe.ExpectMsg("begun");
        Assert.Empty(measured.Of("logos.actors.handling.duration", nameof(Gated), System.Name));
        gate.SetResult();
        await AwaitCondition(() => measured.Of("logos.actors.handling.duration", nameof(Gated), System.Name).Count == 1);
    }

    [Fact]
    public async Task The_mailbox_depth_is_measured_when_the_actor_comes_to_its_mailbox()
    {
        using var measured = new Measured();
        var gate = new TaskCompletionSource();
        var probe = CreateTestProbe();
        var actor = System.Spawn(Props.Create(() => new Queued(gate.Task)));
        probe.Send(actor, "begin");
        await probe.ExpectMsg("begun");
        for (var i = 0; i < 7; i++)
            actor.Tell(i);
        gate.SetResult();
        await AwaitCondition(() => measured.Of("logos.actors.mailbox.depth", nameof(Queued), System.Name).Contains(7));
    }

    [Fact]
    public async Task Restarts_and_failures_are_counted_by_class_and_directive()
    {
        using var measured = new Measured();
        var actor = System.Spawn(Props.Create(() => new Fragile()));
        await EventFilter.Exception<FormatException>().Expect(3, () =>
        {
            for (var i = 0; i < 3; i++)
                actor.Tell("fail");
        });
        await AwaitCondition(() => measured.Of("logos.actors.restarts", nameof(Fragile), System.Name).Count == 3);
        Assert.Equal([1, 1, 1], measured.Of("logos.actors.restarts", nameof(Fragile), System.Name));
        Assert.Equal([1, 1, 1], measured.Of("logos.actors.failures", nameof(Fragile), System.Name, ("directive", Directive.Restart)));
    }

    [Fact]
    public async Task Dead_letters_are_counted_by_reason_and_system()
    {
        await using var other = NewSystem();
        using var measured = new Measured();
        for (var i = 0; i < 3; i++)
            other.DeadLetters.Tell(i);
        System.DeadLetters.Tell("elsewhere");
        Assert.Equal([1, 1, 1], measured.Of("logos.actors.dead_letters", null, other.Name, ("reason", DeadLetterReason.NoRecipient)));
        await AwaitCondition(() => measured.Of("logos.actors.dead_letters", null, System.Name).Count >= 1);
    }

    [Fact]
    public async Task Measurements_of_two_systems_tell_which_system_they_are_of()
    {
        await using var other = NewSystem();
        using var measured = new Measured();
        var probe = CreateTestProbe();
        var (here, there) = (System.Spawn(Props.Create(() => new Twin())), other.Spawn(Props.Create(() => new Twin())));
        probe.Send(here, "here");
        await probe.ExpectMsg("here");
        for (var i = 0; i < 4; i++)
            await there.Ask<object>("there", 9 * Second, TimeProvider.System);
        await AwaitCondition(() => measured.Of("logos.actors.handling.duration", nameof(Twin), other.Name).Count == 4);
        Assert.Single(measured.Of("logos.actors.handling.duration", nameof(Twin), System.Name));
    }

    [Fact]
    public async Task The_number_of_living_actors_is_that_of_the_tree_also_for_who_listens_late()
    {
        await using var system = NewSystem();
        var actors = Enumerable.Range(0, 5).Select(i => system.Spawn(Props.Create(() => new Twin()), $"twin-{i}")).ToArray();
        Assert.Throws<InvalidActorNameException>(() => system.Spawn(Props.Create(() => new Twin()), "twin-0"));
        using var measured = new Measured();
        Assert.Equal([5], measured.Observe("logos.actors.live", system.Name));
        await system.StopAsync(actors[0], 9 * Second);
        Assert.Equal([4], measured.Observe("logos.actors.live", system.Name));
    }

    [Fact]
    public async Task A_system_that_has_ended_leaves_no_measurement_behind()
    {
        using var measured = new Measured();
        var ended = NewSystem();
        await using var living = NewSystem();
        foreach (var system in new[] { ended, living })
            system.Spawn(Props.Create(() => new Twin()));
        Assert.Equal([1], measured.Observe("logos.actors.live", ended.Name));
        await ended.DisposeAsync();
        Assert.Empty(measured.Observe("logos.actors.live", ended.Name));
        Assert.Equal([1], measured.Observe("logos.actors.live", living.Name));
    }

    [Fact]
    public async Task Two_systems_of_one_name_are_one_sum()
    {
        using var measured = new Measured();
        var name = $"pair-{Guid.NewGuid():N}";
        await using (var first = ActorSystem.Create(name))
        {
            await using var second = ActorSystem.Create(name);
            foreach (var system in new[] { first, second })
                system.Spawn(Props.Create(() => new Twin()));
            Assert.Equal([2], measured.Observe("logos.actors.live", name));
        }

        Assert.Empty(measured.Observe("logos.actors.live", name));
    }

    static ActorSystem NewSystem() => ActorSystem.Create($"other-{Guid.NewGuid():N}");

    class Echo : Actor
    {
        protected override void Receive(object message) => Reply(message);
    }

    sealed class Timed : Echo;

    sealed class Twin : Echo;

    class Held(Task gate) : Actor
    {
        protected override async ValueTask ReceiveAsync(object message)
        {
            Reply("begun");
            await gate;
        }
    }

    sealed class Gated(Task gate) : Held(gate);

    sealed class Queued(Task gate) : Held(gate);

    sealed class Fragile : Actor
    {
        protected override void Receive(object message) => throw new FormatException("as asked");
    }

    /// <summary>What the meter has measured since this began to listen.</summary>
    sealed class Measured : IDisposable
    {
        readonly ConcurrentQueue<(string Instrument, double Value, Dictionary<string, object?> Tags)> _all = new();
        readonly MeterListener _listener = new();

        public Measured()
        {
            _listener.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name is "LogosActors.Actors")
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.Start();
        }

        public IReadOnlyList<double> Of(string instrument, string? type, string system, params (string Key, object Value)[] tags) =>
        [
            .. _all.Where(m => string.Equals(m.Instrument, instrument, StringComparison.Ordinal)
                    && (type is null || Equals(m.Tags["actor.type"], type)) && Equals(m.Tags["actor.system"], system)
                    && tags.All(tag => Equals(m.Tags[tag.Key], tag.Value)))
                .Select(m => m.Value),
        ];

        /// <summary>What an observable instrument says now.</summary>
        public IReadOnlyList<double> Observe(string instrument, string system)
        {
            _all.Clear();
            _listener.RecordObservableInstruments();
            return Of(instrument, null, system);
        }

        public void Dispose() => _listener.Dispose();

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            _all.Enqueue((instrument.Name, value, new Dictionary<string, object?>(tags.ToArray(), StringComparer.Ordinal)));
    }
}
