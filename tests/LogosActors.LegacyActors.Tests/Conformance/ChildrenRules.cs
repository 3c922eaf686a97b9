using LogosActors.Actors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class ChildrenOnEmbeddedHost(ITestOutputHelper output) : ChildrenRules(Hosts.Embedded, output);

public sealed class ChildrenOnDeterministicHost(ITestOutputHelper output) : ChildrenRules(Hosts.Deterministic, output);

/// <summary>The contract about parents, children and their names.</summary>
public abstract class ChildrenRules(HostFactory host, ITestOutputHelper output) : SupervisionSuite(host, output)
{
    [Fact]
    public async Task A_parent_lists_its_living_children_eldest_first_and_finds_them_by_name()
    {
        var parent = SpawnParent();
        await SpawnChild(parent, "c");
        var second = await SpawnChild(parent, "a");
        var third = await SpawnChild(parent, "b");
        Assert.Equal(["c", "a", "b"], await ChildrenOf(parent));
        Assert.Equal(second, await Find(parent, "a"));
        await AwaitAsync(System.StopAsync(second, Second));
        Assert.Equal(["c", "b"], await ChildrenOf(parent));
        Assert.Equal(System.DeadLetters, await Find(parent, "a"));
        Assert.Equal(third, await Find(parent, "b"));
    }

    [Fact]
    public async Task A_child_knows_its_parent_and_its_path_leads_through_it()
    {
        var parent = SpawnParent("parent");
        var child = await SpawnChild(parent, () => new ScriptedActor((self, _) => self.Reply(self.Context.Parent)), "child");
        Assert.Equal(parent, await AwaitAsync(child.Ask<ActorRef>("parent", Second)));
        Assert.Equal(("child", "/parent/child"), (child.Name, child.Path));
    }

    [Fact]
    public async Task A_name_is_taken_among_siblings_and_free_for_everybody_elses_children()
    {
        var probe = CreateTestProbe();
        await SpawnChild(SpawnParent(), "name");
        await SpawnChild(SpawnParent(), "name");
        Spawn((self, _) =>
        {
            self.Context.Spawn(Props.Create(() => new ScriptedActor()), "name");
            probe.Ref.Tell(Record.Exception(() => self.Context.Spawn(Props.Create(() => new ScriptedActor()), "name"))!);
        }).Tell("spawn two");
        var error = await probe.ExpectMsg<InvalidActorNameException>();
        Assert.Contains("'name'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("$a")]
    public void A_malformed_name_is_refused_with_what_is_allowed(string name)
    {
        var error = Assert.Throws<InvalidActorNameException>(() => System.Spawn(Props.Create(() => new ScriptedActor()), name));
        Assert.Contains("letters, digits", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_is_given_no_name_gets_one_that_nobody_can_be_given()
    {
        var (first, second) = (Spawn((_, _) => { }), Spawn((_, _) => { }));
        Assert.NotEqual(first.Name, second.Name);
        Assert.Throws<InvalidActorNameException>(() => Spawn((_, _) => { }, first.Name));
    }

    [Fact]
    public async Task An_actor_that_is_stopping_cannot_have_new_children()
    {
        var probe = CreateTestProbe();
        var actor = System.Spawn(Props.Create(() => new ScriptedActor
        {
            OnPostStop = self => probe.Ref.Tell(Record.Exception(() => self.Context.Spawn(Props.Create(() => new ScriptedActor())))!),
        }));
        System.Stop(actor);
        var error = await probe.ExpectMsg<InvalidOperationException>();
        Assert.Contains("stopping", error.Message, StringComparison.Ordinal);
    }

    /// <summary>An actor that answers a string with the child of that name, and anything else with the names of its children.</summary>
    ActorRef SpawnParent(string? name = null) => Spawn(
        (self, message) => self.Reply(
            message is string child
                ? self.Context.Child(child) ?? System.DeadLetters
                : self.Context.Children.Select(c => c.Name).ToArray()),
        name);

    Task<ActorRef> SpawnChild(ActorRef parent, string name) => SpawnChild(parent, () => new ScriptedActor(), name);

    Task<string[]> ChildrenOf(ActorRef parent) => AwaitAsync(parent.Ask<string[]>(0, Second));

    Task<ActorRef> Find(ActorRef parent, string name) => AwaitAsync(parent.Ask<ActorRef>(name, Second));
}
