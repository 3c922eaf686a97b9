using LogosActors.Actors.Embedded;
using LogosActors.Actors.Routing;

namespace LogosActors.Actors.Tests.Routing;

public sealed class RoutingLogicTests
{
    [Fact]
    public void Round_robin_gives_each_its_turn()
    {
        var routees = Recorders(3);
        var logic = RoutingLogic.RoundRobin();
        logic.SetRoutees(routees);
        for (var i = 0; i < 9; i++)
            Assert.True(logic.Route(i, sender: null));
        Assert.All(routees, r => Assert.Equal(3, r.Received.Count));
    }

    [Fact]
    public void Broadcast_reaches_everyone()
    {
        var routees = Recorders(4);
        var logic = RoutingLogic.Broadcast();
        logic.SetRoutees(routees);
        logic.Route("all", sender: null);
        Assert.All(routees, r => Assert.Equal(["all"], r.Received));
    }

    [Fact]
    public void A_consistent_hash_sends_equal_keys_to_the_same_actor()
    {
        var routees = Recorders(5);
        var logic = RoutingLogic.ConsistentHash(m => ((int)m % 100).ToString());
        logic.SetRoutees(routees);
        for (var i = 0; i < 1000; i++)
            logic.Route(i, sender: null);
        Assert.All(routees, r => Assert.All(r.Received.GroupBy(m => (int)m % 100), g => Assert.Equal(10, g.Count())));
    }

    [Fact]
    public void When_an_actor_leaves_only_its_own_keys_move()
    {
        var routees = Recorders(10);
        var logic = RoutingLogic.ConsistentHash(m => (string)m);
        string[] keys = [.. Enumerable.Range(0, 2000).Select(i => $"key-{i}")];
        var before = Owners(logic, routees, keys);
        var gone = routees[3];
        var after = Owners(logic, [.. routees.Where(r => r != gone)], keys);
        Assert.All(keys.Where(k => before[k] != gone), key => Assert.Same(before[key], after[key]));
    }

    [Fact]
    public void Without_routees_a_message_is_not_routed()
    {
        Assert.False(RoutingLogic.RoundRobin().Route("x", null));
        Assert.False(RoutingLogic.Broadcast().Route("x", null));
        Assert.False(RoutingLogic.ConsistentHash(_ => "k").Route("x", null));
    }

    static Dictionary<string, Recorder> Owners(RoutingLogic logic, Recorder[] routees, string[] keys)
    {
        logic.SetRoutees(routees);
        foreach (var routee in routees)
            routee.Received.Clear();
        foreach (var key in keys)
            logic.Route(key, sender: null);
        return routees.SelectMany(r => r.Received.Select(m => (Key: (string)m, Owner: r))).ToDictionary(o => o.Key, o => o.Owner);
    }

    static Recorder[] Recorders(int count) => [.. Enumerable.Range(0, count).Select(i => new Recorder($"r{i}"))];

    sealed class Recorder(string name) : LocalRef
    {
        public List<object> Received { get; } = [];

        public override string Name => name;

        public override string Path => "/" + name;

        public override void Tell(object message, ActorRef? sender = null) => Received.Add(message);

        public override void Notify(Terminated terminated) => Received.Add(terminated);
    }
}
