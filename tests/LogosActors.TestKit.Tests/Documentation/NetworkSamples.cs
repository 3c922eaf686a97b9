using System.Text;
using LogosActors.Delivery;
using LogosActors.TestKit.Network;

namespace LogosActors.TestKit.Tests.Documentation;

/// <summary>The code that docs/testing.md shows of the simulated network.</summary>
public sealed class NetworkSamples
{
    // sample: network
    const string Lobby = "/chat/1/lobby/proto";

    [Fact]
    public void What_was_sent_while_a_node_was_down_comes_once_when_it_is_back() => Simulation.Explore(seeds: 3, simulation =>
    {
        using var network = new SimulatedNetwork(simulation);
        var received = new List<string>();
        var store = network.AddNode(new NodeOptions { Archive = new InMemoryArchive() }, StartAsync);
        var alice = network.AddNode(new NodeOptions { StoreNodes = [store.Address] }, StartAsync);
        var bob = network.AddNode(new NodeOptions { StoreNodes = [store.Address] }, async node =>
        {
            node.MessageReceived += (_, e) => received.Add(Encoding.UTF8.GetString(e.Message.Payload.Span));
            await StartAsync(node);
        });
        simulation.RunFor(TimeSpan.FromSeconds(10));                // the nodes find each other

        network.Kill(bob, restartAfter: TimeSpan.FromMinutes(2));   // as kill -9; the journal stays
        simulation.Wait(alice.Messaging.SendAsync(new MessageEnvelope(Lobby, "hello"u8.ToArray())));

        simulation.RunFor(TimeSpan.FromMinutes(15));
        Assert.Equal(["hello"], received);
    });

    // What the process of a node does at each of its starts.
    static async Task StartAsync(MessagingNode node)
    {
        await node.StartAsync();
        await node.SubscribeAsync([Lobby]);
    }
    // end sample
}
