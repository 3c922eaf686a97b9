using System.Collections.Concurrent;
using System.Diagnostics;
using LogosActors.Actors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class TracingOnEmbeddedHost(ITestOutputHelper output) : TracingRules(Hosts.Embedded, output);

public sealed class TracingOnDeterministicHost(ITestOutputHelper output) : TracingRules(Hosts.Deterministic, output);

/// <summary>The contract about the activity source <c>LogosActors.Actors</c>.</summary>
[Collection(nameof(TracingRules))]
public abstract class TracingRules(HostFactory host, ITestOutputHelper output) : ConformanceSuite(host, output)
{
    [Fact]
    public async Task The_activity_of_a_handler_is_a_child_of_its_senders_over_every_hop()
    {
        using var traces = new Traces();
        var probe = CreateTestProbe();
        var last = Spawn((_, message) => probe.Ref.Tell((message, Activity.Current?.TraceId)), "last");
        var middle = Spawn((self, message) => last.Tell(message, self.Self), "middle");
        var first = Spawn((self, message) => middle.Tell(message, self.Self), "first");
        var (root, trace) = Traced(() => first.Tell("hello"));
        await probe.ExpectMsg(((object)"hello", (ActivityTraceId?)trace));
        await AwaitCondition(() => traces.Ended(trace).Count(a => a.Path is "/first" or "/middle" or "/last") == 3);
        var hops = traces.Ended(trace).ToDictionary(a => a.Path, StringComparer.Ordinal);
        Assert.Equal(root, hops["/first"].Parent);
        Assert.Equal(hops["/first"].Id, hops["/middle"].Parent);
        Assert.Equal(hops["/middle"].Id, hops["/last"].Parent);
        Assert.All(hops.Values, a => Assert.Equal((ActivityKind.Consumer, System.Name), (a.Kind, a.System)));
        Assert.Equal(nameof(String), hops["/last"].Name);
    }

    [Fact]
    public async Task A_trace_goes_through_an_Ask_there_and_on()
    {
        using var traces = new Traces();
        var probe = CreateTestProbe();
        var after = Spawn((_, _) => { }, "after");
        var answerer = Spawn((self, message) => self.Reply(message), "answerer");
        var asker = System.Spawn(Props.Create(() => new Asker(answerer, after, probe)), "asker");
        var (root, trace) = Traced(() => asker.Tell("question"));
        await probe.ExpectMsg("asked");
        await AwaitCondition(() => traces.Ended(trace).Count(a => a.Path is "/asker" or "/answerer" or "/after") == 3);
        var hops = traces.Ended(trace).ToDictionary(a => a.Path, StringComparer.Ordinal);
        Assert.Equal(root, hops["/asker"].Parent);
        Assert.Equal(hops["/asker"].Id, hops["/answerer"].Parent);
        Assert.Equal(hops["/asker"].Id, hops["/after"].Parent);
    }

    [Fact]
    public async Task The_activity_of_an_asynchronous_handler_ends_when_the_handler_ends()
    {
        using var traces = new Traces();
        var gate = new TaskCompletionSource();
        var probe = CreateTestProbe();
        var actor = System.Spawn(Props.Create(() => new Gated(gate.Task, probe)), "gated");
        var (_, trace) = Traced(() => actor.Tell("begin"));
        await probe.ExpectMsg("begun");
        Assert.DoesNotContain(traces.Ended(trace), a => a.Path is "/gated");
        gate.SetResult();
        await AwaitCondition(() => traces.Ended(trace).Any(a => a.Path is "/gated"));
    }

    [Fact]
    public async Task A_handler_that_fails_marks_its_activity_as_an_error()
    {
        using var traces = new Traces();
        var actor = Spawn(
            (_, message) =>
            {
                if (message is "fail")
                    throw new FormatException("as asked");
            },
            "faulty");
        var (_, failed) = Traced(() => actor.Tell("fail"));
        var (_, fine) = Traced(() => actor.Tell("work"));
        await AwaitCondition(() => traces.Ended(failed).Any(a => a.Path is "/faulty") && traces.Ended(fine).Any(a => a.Path is "/faulty"));
        Assert.Equal(ActivityStatusCode.Error, traces.Ended(failed).Single(a => a.Path is "/faulty").Status);
        Assert.Equal(ActivityStatusCode.Unset, traces.Ended(fine).Single(a => a.Path is "/faulty").Status);
    }

    [Fact]
    public async Task A_stashed_message_keeps_its_trace()
    {
        using var traces = new Traces();
        var probe = CreateTestProbe();
        var open = false;
        var actor = Spawn((self, message) =>
        {
            if (message is "open")
            {
                open = true;
                self.Context.UnstashAll();
            }
            else if (open)
            {
                probe.Ref.Tell(Activity.Current?.TraceId.ToString() ?? "none");
            }
            else
            {
                self.Context.Stash();
            }
        });
        var (_, trace) = Traced(() => actor.Tell("early"));
        actor.Tell("open");
        await probe.ExpectMsg(trace.ToString());
    }

    [Fact]
    public async Task A_message_outside_any_trace_begins_none_and_gets_none_of_its_neighbours()
    {
        using var traces = new Traces();
        var probe = CreateTestProbe();
        var actor = Spawn((_, message) => probe.Ref.Tell((message, Activity.Current is null)));
        actor.Tell("before");
        Traced(() => actor.Tell("traced"));
        actor.Tell("after");
        foreach (var (message, outside) in new[] { ("before", true), ("traced", false), ("after", true) })
            await probe.ExpectMsg(((object)message, outside));
    }

    [Fact]
    public async Task What_happens_while_a_trace_is_open_elsewhere_is_not_part_of_it()
    {
        using var traces = new Traces();
        var probe = CreateTestProbe();
        System.Spawn(Props.Create(() => new Alarm(probe)));
        using (Own.StartActivity("the test's own"))
        {
            await AdvanceAsync(2 * Second);
            await probe.ExpectMsg("outside");
        }
    }

    [Fact]
    public async Task Nobody_listening_no_activity_is_made()
    {
        var probe = CreateTestProbe();
        var actor = Spawn((_, _) => probe.Ref.Tell(Activity.Current is null));
        using (var own = new Activity("the test's own").Start())
            actor.Tell("hello");
        await probe.ExpectMsg(true);
    }

    [Fact]
    public async Task A_traced_message_that_nobody_receives_is_a_dead_letter_like_any_other()
    {
        using var traces = new Traces();
        var gate = new TaskCompletionSource();
        var probe = CreateTestProbe();
        var actor = System.Spawn(Props.Create(() => new Gated(gate.Task, probe)));
        actor.Tell("begin");
        await probe.ExpectMsg("begun");
        Traced(() => probe.Send(actor, 42));
        System.Stop(actor);
        await EventFilter.DeadLetter<int>(letter => letter.Message is 42 && letter.Sender == probe.Ref).Expect(1, () => gate.SetResult());
    }

    static readonly ActivitySource Own = new("LogosActors.Actors.Tests.Tracing");

    /// <summary>Does something within a trace of its own.</summary>
    static (ActivitySpanId Root, ActivityTraceId Trace) Traced(Action action)
    {
        using var activity = Own.StartActivity("root")!;
        action();
        return (activity.SpanId, activity.TraceId);
    }

    sealed record Ended(string Path, string Name, ActivitySpanId Id, ActivitySpanId Parent, ActivityKind Kind, object? System, ActivityStatusCode Status);

    /// <summary>Listens, and keeps the activities of handlers that have ended.</summary>
    sealed class Traces : IDisposable
    {
        readonly ConcurrentQueue<(ActivityTraceId Trace, Ended Activity)> _ended = new();
        readonly ActivityListener _listener;

        public Traces()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = static source => source.Name is "LogosActors.Actors" || source == Own,
                Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                ActivityStopped = activity =>
                {
                    if (activity.GetTagItem("actor.path") is string path)
                        _ended.Enqueue((activity.TraceId, new Ended(
                            path, activity.OperationName, activity.SpanId, activity.ParentSpanId, activity.Kind,
                            activity.GetTagItem("actor.system"), activity.Status)));
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public IReadOnlyList<Ended> Ended(ActivityTraceId trace) => [.. _ended.Where(e => e.Trace == trace).Select(e => e.Activity)];

        public void Dispose() => _listener.Dispose();
    }

    sealed class Asker(ActorRef answerer, ActorRef after, ActorRef probe) : Actor
    {
        protected override async ValueTask ReceiveAsync(object message)
        {
            await answerer.Ask<object>(message, Second);
            after.Tell("on");
            probe.Tell("asked");
        }
    }

    sealed class Gated(Task gate, ActorRef probe) : Actor
    {
        protected override async ValueTask ReceiveAsync(object message)
        {
            probe.Tell("begun");
            await gate;
        }
    }

    sealed class Alarm(ActorRef probe) : Actor
    {
        protected override void PreStart() => Context.StartSingleTimer("alarm", "ring", Second);

        protected override void Receive(object message) => probe.Tell(Activity.Current is null ? "outside" : "inside");
    }
}
