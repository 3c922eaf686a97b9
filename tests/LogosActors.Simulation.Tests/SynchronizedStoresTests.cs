using System.Text;
using LogosActors.Delivery;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.StoreSync;
using LogosActors.Delivery.Topics;
using LogosActors.TestKit;
using LogosActors.TestKit.Network;

namespace LogosActors.Simulations;

/// <summary>Stores that miss messages, and get them from each other.</summary>
public sealed class SynchronizedStoresTests
{
    const string Topic = "/chat/1/lobby/proto";

    [Fact]
    public void A_store_that_was_cut_off_has_every_message_within_two_intervals() =>
        Simulation.Explore(10, simulation =>
        {
            using var network = new SimulatedNetwork(simulation);
            var world = new World(simulation, network);
            world.Send(5);

            network.Partition(node => node == world.Second ? 1 : 0);
            world.Send(20);
            Assert.NotEqual(world.FirstTexts, world.SecondTexts);
            network.Heal();

            Assert.True(simulation.RunUntil(() => world.FirstTexts.SequenceEqual(world.SecondTexts), TimeSpan.FromMinutes(11)), "the stores differ");
            Assert.Equal(25, world.SecondTexts.Count());
        });

    [Fact]
    public void A_store_that_was_killed_has_every_message_within_two_intervals_of_its_restart_and_none_that_is_ephemeral() =>
        Simulation.Explore(10, simulation =>
        {
            using var network = new SimulatedNetwork(simulation);
            var world = new World(simulation, network);
            world.Send(5);

            network.Kill(world.Second);
            world.Send(10);
            world.Send(3, isEphemeral: true);
            network.Restart(world.Second);

            Assert.True(simulation.RunUntil(() => world.SecondTexts.Count() == 15, TimeSpan.FromMinutes(11)), $"{world.SecondTexts.Count()} messages");
            Assert.Equal(world.FirstTexts, world.SecondTexts);
        });

    [Fact]
    public void Stores_become_equal_though_one_payload_or_message_in_twenty_is_lost() =>
        Simulation.Explore(10, simulation =>
        {
            using var network = new SimulatedNetwork(simulation);
            var world = new World(simulation, network);
            network.Partition(node => node == world.Second ? 1 : 0);
            world.Send(30);
            network.Heal();
            network.Conditions = network.Conditions with { Loss = 0.05 };

            Assert.True(simulation.RunUntil(() => world.FirstTexts.SequenceEqual(world.SecondTexts), TimeSpan.FromMinutes(40)), "the stores differ");
        });

    /// <summary>Two stores and a node that sends.</summary>
    sealed class World
    {
        static readonly StoreSyncOptions Sync = new();

        readonly Simulation _simulation;
        readonly InMemoryArchive _first = new();
        readonly InMemoryArchive _second = new();
        readonly SimulatedNode _sender;
        int _sent;

        public World(Simulation simulation, SimulatedNetwork network)
        {
            _simulation = simulation;
            network.AddNode(new NodeOptions { Archive = _first, StoreSync = Sync, Shards = [new PubsubTopic(0, 0)] });
            Second = network.AddNode(new NodeOptions { Archive = _second, StoreSync = Sync, Shards = [new PubsubTopic(0, 0)] });
            _sender = network.AddNode(new NodeOptions { Shards = [new PubsubTopic(0, 0)] });
            simulation.RunFor(TimeSpan.FromSeconds(10));
        }

        public SimulatedNode Second { get; }

        public IEnumerable<string> FirstTexts => Texts(_first);

        public IEnumerable<string> SecondTexts => Texts(_second);

        public void Send(int count, bool isEphemeral = false)
        {
            for (var i = 0; i < count; i++)
            {
                var message = new MessageEnvelope(Topic, Encoding.UTF8.GetBytes($"{_sent++}")) { IsEphemeral = isEphemeral };
                Assert.True(_simulation.Wait(_sender.Messaging.SendAsync(message)).IsSuccess);
                _simulation.RunFor(TimeSpan.FromSeconds(1));
            }
            _simulation.RunFor(TimeSpan.FromSeconds(5));
        }

        static IEnumerable<string> Texts(InMemoryArchive archive) =>
            archive.Messages.Select(static (WakuMessage message) => Encoding.UTF8.GetString(message.Payload.Span));
    }
}
