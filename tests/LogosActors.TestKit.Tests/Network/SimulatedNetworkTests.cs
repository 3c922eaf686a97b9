using System.Text;
using LogosActors.Delivery;
using LogosActors.TestKit.Network;
using Xunit.Abstractions;

namespace LogosActors.TestKit.Tests.Network;

/// <summary>Real nodes in a network in memory, in virtual time.</summary>
public sealed class SimulatedNetworkTests(ITestOutputHelper output)
{
    const string Lobby = "/chat/1/lobby/proto";

    readonly List<string> _received = [];

    [Fact]
    public void A_message_reaches_the_other_nodes_after_the_networks_latency()
    {
        using var simulation = Simulated();
        using var network = new SimulatedNetwork(simulation);
        var (alice, _) = (network.AddNode(), Listener(network));
        simulation.RunFor(TimeSpan.FromSeconds(5));

        var began = simulation.Now;
        Send(simulation, alice, "hello");

        Assert.True(simulation.RunUntil(() => _received.Count > 0, TimeSpan.FromSeconds(5)));
        Assert.Equal("hello", Assert.Single(_received));
        Assert.InRange(simulation.Now - began, TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_node_that_was_killed_goes_on_with_what_its_journal_has()
    {
        using var simulation = Simulated();
        using var network = new SimulatedNetwork(simulation);
        var (alice, bob) = (network.AddNode(), Listener(network));
        simulation.RunFor(TimeSpan.FromSeconds(5));
        Send(simulation, alice, "before");
        simulation.RunFor(TimeSpan.FromSeconds(5));

        var id = bob.PeerId;
        network.Kill(bob);
        Assert.False(bob.IsUp);
        Assert.Throws<InvalidOperationException>(() => bob.Messaging);
        simulation.RunFor(TimeSpan.FromSeconds(20));
        network.Restart(bob);
        simulation.RunFor(TimeSpan.FromSeconds(10));
        Send(simulation, alice, "after");
        simulation.RunFor(TimeSpan.FromSeconds(5));

        Assert.Equal(["before", "after"], _received);
        Assert.Equal(id, bob.Messaging.PeerId);
    }

    [Fact]
    public void A_message_that_is_sent_before_a_kill_is_sent_by_the_next_process()
    {
        using var simulation = Simulated();
        using var network = new SimulatedNetwork(simulation);
        var (alice, _) = (network.AddNode(), Listener(network));
        simulation.RunFor(TimeSpan.FromSeconds(5));
        // Alone for so long that it knows: what is published to nobody stays a request.
        network.Partition(node => node.Number);
        simulation.RunFor(TimeSpan.FromSeconds(20));
        Send(simulation, alice, "stored");

        network.Kill(alice);
        network.Heal();
        network.Restart(alice);

        Assert.True(simulation.RunUntil(() => _received.Contains("stored"), TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void A_partition_keeps_messages_in_their_part_until_it_is_healed()
    {
        using var simulation = Simulated();
        using var network = new SimulatedNetwork(simulation);
        var nodes = Enumerable.Range(0, 6).Select(_ => Listener(network)).ToList();
        simulation.RunFor(TimeSpan.FromSeconds(10));

        network.Partition(node => node.Number % 2);
        Send(simulation, nodes[0], "apart");
        simulation.RunFor(TimeSpan.FromSeconds(30));
        Assert.Equal(2, _received.Count(text => text == "apart"));

        network.Heal();
        simulation.RunFor(TimeSpan.FromSeconds(10));
        Send(simulation, nodes[1], "together");
        simulation.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(5, _received.Count(text => text == "together"));
    }

    [Fact]
    public void A_node_that_was_down_asks_a_store_for_what_it_has_missed()
    {
        using var simulation = Simulated();
        using var network = new SimulatedNetwork(simulation);
        var archive = new InMemoryArchive();
        var store = network.AddNode(new NodeOptions { Archive = archive }, StartAndSubscribeAsync);
        var alice = network.AddNode();
        var bob = Listener(network, new NodeOptions { StoreNodes = [store.Address] });
        simulation.RunFor(TimeSpan.FromSeconds(10));
        network.Kill(bob);

        Send(simulation, alice, "missed");
        simulation.RunFor(TimeSpan.FromMinutes(1));
        Assert.Single(archive.Messages);
        network.Restart(bob);

        Assert.True(simulation.RunUntil(() => _received.Contains("missed"), TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public void Code_that_awaits_a_node_runs_in_the_simulation()
    {
        using var simulation = Simulated();
        using var network = new SimulatedNetwork(simulation);
        var (alice, bob) = (network.AddNode(), network.AddNode());

        simulation.Run(async () =>
        {
            Assert.Empty(await bob.Messaging.SubscribeAsync([Lobby]));
            await using var messages = bob.Messaging.Messages().GetAsyncEnumerator();
            await Task.Delay(TimeSpan.FromSeconds(5), simulation.Time);
            Assert.True((await alice.Messaging.SendAsync(Envelope("hello"))).IsSuccess);
            Assert.True(await messages.MoveNextAsync());
            Assert.Equal("hello", Encoding.UTF8.GetString(messages.Current.Message.Payload.Span));
            await alice.Messaging.FlushAsync();
            await alice.Messaging.StopAsync();
            await alice.Messaging.StartAsync();
            await bob.Messaging.DisposeAsync();
            Assert.False(await messages.MoveNextAsync());
        });
        Assert.Equal(0, simulation.Escapes);
    }

    [Fact]
    public void A_program_that_fails_when_its_node_is_restarted_fails_the_run()
    {
        using var simulation = Simulated();
        using var network = new SimulatedNetwork(simulation);
        var starts = 0;
        var node = network.AddNode(program: messaging => ++starts == 1 ? messaging.StartAsync() : throw new InvalidOperationException("no second time"));

        network.Kill(node, restartAfter: TimeSpan.FromSeconds(5));

        var failed = Assert.Throws<InvalidOperationException>(() => simulation.RunFor(TimeSpan.FromSeconds(10)));
        Assert.Equal("no second time", failed.Message);
    }

    [Fact]
    public void Options_with_files_or_databases_are_refused()
    {
        using var simulation = Simulated();
        using var network = new SimulatedNetwork(simulation);

        Assert.Throws<ArgumentException>(() => network.AddNode(new NodeOptions { DataDirectory = "node" }));
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        static string Run(int seed)
        {
            using var simulation = new Simulation(seed);
            using var network = new SimulatedNetwork(simulation);
            var nodes = Enumerable.Range(0, 10).Select(_ => network.AddNode(program: StartAndSubscribeAsync)).ToList();
            network.Kill(nodes[3], restartAfter: TimeSpan.FromSeconds(3));
            simulation.RunFor(TimeSpan.FromSeconds(5));
            Send(simulation, nodes[0], "hello");
            simulation.RunFor(TimeSpan.FromSeconds(10));
            return simulation.TraceHash;
        }

        Assert.Equal(Run(1), Run(1));
        Assert.NotEqual(Run(1), Run(2));
    }

    Simulation Simulated() => new(new SimulationOptions { Output = output.WriteLine });

    static async Task StartAndSubscribeAsync(MessagingNode messaging)
    {
        await messaging.StartAsync();
        Assert.Empty(await messaging.SubscribeAsync([Lobby]));
    }

    static MessageEnvelope Envelope(string text) => new(Lobby, Encoding.UTF8.GetBytes(text));

    static void Send(Simulation simulation, SimulatedNode node, string text) =>
        Assert.True(simulation.Wait(node.Messaging.SendAsync(Envelope(text))).IsSuccess);

    SimulatedNode Listener(SimulatedNetwork network, NodeOptions? options = null) => network.AddNode(options, messaging =>
    {
        messaging.MessageReceived += (_, received) => _received.Add(Encoding.UTF8.GetString(received.Message.Payload.Span));
        return StartAndSubscribeAsync(messaging);
    });
}
