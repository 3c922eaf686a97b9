using LogosActors.Actors.Routing;
using LogosActors.Actors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class RoutersOnEmbeddedHost(ITestOutputHelper output) : RouterRules(Hosts.Embedded, output);

public sealed class RoutersOnDeterministicHost(ITestOutputHelper output) : RouterRules(Hosts.Deterministic, output);

/// <summary>The contract about routers.</summary>
public abstract class RouterRules(HostFactory host, ITestOutputHelper output) : ConformanceSuite(host, output)
{
    [Fact]
    public async Task Round_robin_gives_each_routee_its_turn_and_keeps_the_sender()
    {
        var probe = CreateTestProbe();
        var router = System.Spawn(Router.Pool(3, Echo(), RoutingLogic.RoundRobin), "pool");
        for (var i = 0; i < 30; i++)
            probe.Send(router, i);
        var answers = (await probe.ReceiveN(30)).Cast<(object Message, string Routee)>().ToArray();
        Assert.Equal(
            [("/pool/routee-0", 10), ("/pool/routee-1", 10), ("/pool/routee-2", 10)],
            answers.GroupBy(a => a.Routee).Select(g => (g.Key, g.Count())).Order());
        Assert.Equal(Enumerable.Range(0, 30), answers.Select(a => (int)a.Message).Order());
    }

    [Fact]
    public async Task A_broadcast_reaches_every_routee_once()
    {
        var probes = Probes(4);
        var router = System.Spawn(Group(probes, RoutingLogic.Broadcast));
        router.Tell("all");
        foreach (var probe in probes)
            await probe.ExpectMsg("all");
        await probes[0].ExpectNoMsg();
        Assert.All(probes, p => Assert.Equal(0, p.Waiting));
    }

    [Fact]
    public async Task With_a_consistent_hash_equal_keys_meet_and_only_the_keys_of_a_routee_that_leaves_move()
    {
        const int Keys = 300;
        var probe = CreateTestProbe();
        ActorRef[] routees = [.. Enumerable.Range(0, 5).Select(i => System.Spawn(Echo(), $"routee-{i}"))];
        var router = System.Spawn(Router.Group(routees, () => RoutingLogic.ConsistentHash(m => $"key {m}")));
        var before = await OwnersAsync(router, probe, Keys);
        Assert.Equal(before, await OwnersAsync(router, probe, Keys));
        Assert.Equal(routees.Length, before.Values.Distinct().Count());
        await AwaitAsync(System.StopAsync(routees[2], Second));
        await AdvanceAsync(TimeSpan.Zero);
        var after = await OwnersAsync(router, probe, Keys);
        Assert.DoesNotContain(routees[2].Path, after.Values);
        Assert.All(before.Where(b => b.Value != routees[2].Path), b => Assert.Equal(b.Value, after[b.Key]));
    }

    [Fact]
    public async Task A_routee_of_a_pool_that_fails_is_restarted_and_the_others_do_not_notice()
    {
        var probe = CreateTestProbe();
        var started = 0;
        var child = Props.Create(() =>
        {
            Interlocked.Increment(ref started);
            return new ScriptedActor((self, message) =>
            {
                if (message is "fail")
                    throw new FormatException("fail");
                self.Reply(self.Self.Path);
            });
        });
        var router = System.Spawn(Router.Pool(3, child, RoutingLogic.RoundRobin), "pool");
        await EventFilter.Exception<FormatException>().Expect(1, () => router.Tell("fail"));
        for (var i = 0; i < 6; i++)
            probe.Send(router, i);
        Assert.Equal(3, (await probe.ReceiveN(6)).Distinct().Count());
        Assert.Equal(4, started);
    }

    [Fact]
    public async Task A_routee_of_a_pool_that_stops_is_not_routed_to_any_more_and_the_last_takes_the_router_along()
    {
        var probe = CreateTestProbe();
        var router = System.Spawn(Router.Pool(2, Echo(), RoutingLogic.RoundRobin), "pool");
        probe.Watch(router);
        router.Tell(StopRoutee);
        await AwaitCondition(() => System.Tree().Count(a => a.Actor.Name.StartsWith("routee", StringComparison.Ordinal)) == 1);
        await AdvanceAsync(TimeSpan.Zero);
        for (var i = 0; i < 4; i++)
            probe.Send(router, i);
        Assert.Single((await probe.ReceiveN(4)).Cast<(object, string Routee)>().Select(a => a.Routee).Distinct());
        Assert.Equal(0, System.DeadLetterCount);
        router.Tell(StopRoutee);
        await probe.ExpectTerminated(router);
    }

    [Fact]
    public async Task A_member_of_a_group_that_stops_is_not_routed_to_any_more_however_often_it_was_named()
    {
        var (one, other) = (CreateTestProbe(), CreateTestProbe());
        var leaving = Spawn((_, _) => { });
        var router = System.Spawn(Router.Group([leaving, one.Ref, leaving, other.Ref, leaving], RoutingLogic.RoundRobin));
        await AdvanceAsync(TimeSpan.Zero);
        await AwaitAsync(System.StopAsync(leaving, Second));
        await AdvanceAsync(TimeSpan.Zero);
        for (var i = 0; i < 8; i++)
            router.Tell(i);
        await one.ReceiveN(4);
        await other.ReceiveN(4);
        Assert.Equal(0, System.DeadLetterCount);
    }

    [Fact]
    public async Task A_member_of_a_group_survives_the_router()
    {
        var probe = CreateTestProbe();
        var router = System.Spawn(Group([probe], RoutingLogic.RoundRobin));
        await AwaitAsync(System.StopAsync(router, Second));
        probe.Ref.Tell("alive");
        await probe.ExpectMsg("alive");
    }

    [Fact]
    public async Task A_group_whose_members_have_all_stopped_stops_and_messages_for_it_are_dead_letters()
    {
        var (watcher, sender) = (CreateTestProbe(), CreateTestProbe());
        var member = Spawn((_, _) => { });
        await AwaitAsync(System.StopAsync(member, Second));
        var router = System.Spawn(Router.Group([member], RoutingLogic.Broadcast));
        watcher.Watch(router);
        await watcher.ExpectTerminated(router);
        await EventFilter.DeadLetter<string>(letter => letter.Recipient == router && letter.Sender == sender.Ref)
            .Expect(1, () => sender.Send(router, "to nobody"));
    }

    [Fact]
    public async Task A_routee_that_refuses_a_message_costs_that_message_and_neither_the_router_nor_the_others()
    {
        var (probe, other) = (CreateTestProbe(), CreateTestProbe());
        var full = System.Spawn(Props.Create(() => new AwaitingActor(async (_, message) =>
        {
            probe.Ref.Tell(message);
            await Gate.Task;
        })) with
        { Mailbox = MailboxOptions.Bounded(1, MailboxOverflow.Fail) });
        var router = System.Spawn(Router.Group([full, other.Ref], RoutingLogic.Broadcast));
        router.Tell(1);
        await probe.ExpectMsg(1);
        router.Tell(2);
        await EventFilter.DeadLetter<int>(letter => letter.Recipient == full && letter.Reason == DeadLetterReason.MailboxOverflow)
            .Expect(1, () => router.Tell(3));
        Gate.SetResult();
        await probe.ExpectMsg(2);
        Assert.Equal([1, 2, 3], await other.ReceiveN(3));
        Assert.Equal(0, System.Tree().Single(a => a.Actor == router).Restarts);
    }

    const string StopRoutee = "stop";

    static Props Echo() => Props.Create(() => new ScriptedActor((self, message) =>
    {
        if (message is StopRoutee)
            self.Context.Stop(self.Self);
        else
            self.Reply((message, self.Self.Path));
    }));

    static Props Group(TestProbe[] members, Func<RoutingLogic> logic) => Router.Group([.. members.Select(m => m.Ref)], logic);

    static async Task<Dictionary<int, string>> OwnersAsync(ActorRef router, TestProbe probe, int keys)
    {
        for (var i = 0; i < keys; i++)
            probe.Send(router, i);
        return (await probe.ReceiveN(keys)).Cast<(object Message, string Routee)>().ToDictionary(a => (int)a.Message, a => a.Routee);
    }

    TestProbe[] Probes(int count) => [.. Enumerable.Range(0, count).Select(_ => CreateTestProbe())];
}
