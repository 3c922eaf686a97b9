using LogosActors.Actors.TestKit;
using Microsoft.Extensions.Logging;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.TestKit;

public sealed class ActorTestKitOnEmbeddedHost(ITestOutputHelper output)
    : ActorTestKitTests(output, logs => new EmbeddedTestHost(new ActorSystemOptions { LoggerFactory = logs, Time = new VirtualTime() }));

public sealed class ActorTestKitInRealTime(ITestOutputHelper output)
    : ActorTestKitTests(output, logs => new EmbeddedTestHost(new ActorSystemOptions { LoggerFactory = logs }));

public sealed class ActorTestKitOnDeterministicHost(ITestOutputHelper output)
    : ActorTestKitTests(output, logs => new DeterministicTestHost(42, o => o with { LoggerFactory = logs }));

public abstract class ActorTestKitTests(ITestOutputHelper output, Func<LogCapture, ITestHost> host) : XunitTestKit(output, host)
{
    static readonly TimeSpan Short = TimeSpan.FromMilliseconds(30);

    [Fact]
    public async Task A_probe_keeps_what_it_receives_in_order_with_its_senders()
    {
        var (probe, other) = (CreateTestProbe(), CreateTestProbe("other"));
        probe.Ref.Tell("anonymous");
        other.Send(probe, "signed");
        Assert.Equal("anonymous", await probe.ExpectMsg<string>());
        Assert.Equal(System.DeadLetters, probe.LastSender);
        await probe.ExpectMsg("signed");
        Assert.Equal(other.Ref, probe.LastSender);
        probe.Reply("answer");
        await other.ExpectMsg<string>(predicate: answer => answer is "answer");
        Assert.Equal(probe.Ref, other.LastSender);
        probe.Forward(other);
        await other.ExpectMsg("signed");
        Assert.Equal(other.Ref, other.LastSender);
    }

    [Fact]
    public async Task An_expectation_that_fails_says_what_came_instead()
    {
        var probe = CreateTestProbe("probe");
        probe.Ref.Tell("text");
        var wrongType = await Assert.ThrowsAsync<ExpectationFailedException>(() => probe.ExpectMsg<int>());
        Assert.Contains("text", wrongType.Message, StringComparison.Ordinal);
        var nothing = await Assert.ThrowsAsync<ExpectationFailedException>(() => probe.ExpectMsg<int>(Short));
        Assert.Contains("nothing came", nothing.Message, StringComparison.Ordinal);
        await probe.ExpectNoMsg(Short);
        probe.Ref.Tell("surprise");
        await Assert.ThrowsAsync<ExpectationFailedException>(() => probe.ExpectNoMsg(Short));
    }

    [Fact]
    public async Task A_time_limit_covers_all_expectations_of_its_block()
    {
        var probe = CreateTestProbe();
        await probe.Within(Options.ExpectTimeout, async () =>
        {
            probe.Ref.Tell(1);
            await probe.ExpectMsg(1);
        });
        await Assert.ThrowsAsync<ExpectationFailedException>(() => probe.Within(Short, async () => await probe.ExpectMsg<int>()));
    }

    [Fact]
    public async Task Fishing_drops_what_it_does_not_look_for_and_receiving_takes_a_number()
    {
        var probe = CreateTestProbe();
        foreach (var message in new object[] { "a", 1, "b", 2, 3 })
            probe.Ref.Tell(message);
        Assert.Equal(2, await probe.FishForMessage<int>(i => i > 1));
        probe.Ref.Tell(4);
        Assert.Equal([3, 4], await probe.ReceiveN(2));
        await Assert.ThrowsAsync<ExpectationFailedException>(() => probe.FishForMessage<int>(timeout: Short));
    }

    [Fact]
    public async Task A_watched_actor_is_reported_when_it_has_stopped_and_not_after_unwatch()
    {
        var (probe, first, second) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        probe.Watch(first);
        probe.Watch(second);
        probe.Unwatch(second);
        System.Stop(first);
        await probe.ExpectTerminated(first);
        await AwaitAsync(System.StopAsync(second, TimeSpan.FromSeconds(3)));
        await probe.ExpectNoMsg(Short);
    }

    [Fact]
    public async Task Failures_in_the_log_are_counted_while_an_action_runs()
    {
        var faulty = System.Spawn(Props.Create(() => new Faulty()));
        await EventFilter.Exception<FormatException>("boom").Expect(2, () =>
        {
            faulty.Tell("boom");
            faulty.Tell("boom again");
        });
        await Assert.ThrowsAsync<ExpectationFailedException>(
            () => EventFilter.Exception<FormatException>().Expect(0, () => faulty.Tell("boom")));
        Assert.Contains(Logs.Entries, e => e.Level == LogLevel.Error && e.Exception is FormatException);
    }

    [Fact]
    public async Task Dead_letters_are_counted_while_an_action_runs()
    {
        var gone = CreateTestProbe();
        await AwaitAsync(System.StopAsync(gone, TimeSpan.FromSeconds(3)));
        await EventFilter.DeadLetter<string>(l => l.Recipient == gone.Ref).Expect(1, () => gone.Ref.Tell("too late"));
    }

    [Fact]
    public async Task A_condition_and_an_assertion_are_waited_for_and_no_longer()
    {
        var count = 0;
        using var timer = System.Time.CreateTimer(_ => count++, null, Short, Short);
        if (System.Time is VirtualTime && Host is EmbeddedTestHost)
            await AdvanceAsync(Short * 3);
        await AwaitCondition(() => Volatile.Read(ref count) >= 2);
        await AwaitAssert(() => Assert.True(count >= 3));
        var failed = await Assert.ThrowsAsync<ExpectationFailedException>(() => AwaitAssert(() => Assert.Equal(-1, count), Short));
        Assert.NotNull(failed.InnerException);
    }

    [Fact]
    public async Task Time_that_a_test_lets_pass_fires_the_timers_of_actors()
    {
        var probe = CreateTestProbe();
        System.Spawn(Props.Create(() => new Alarm(probe, Short)));
        await AdvanceAsync(Short * 2);
        await probe.ExpectMsg("wake up");
    }

    sealed class Faulty : Actor
    {
        protected override void Receive(object message) => throw new FormatException((string)message);
    }

    sealed class Alarm(ActorRef target, TimeSpan delay) : Actor
    {
        protected override void PreStart() => Context.StartSingleTimer("alarm", "wake up", delay);

        protected override void Receive(object message) => target.Tell(message);
    }
}
