using System.Buffers.Binary;
using LogosActors.Delivery;
using LogosActors.TestKit.Network;

namespace LogosActors.Simulations.Delivery;

/// <summary>A simulated node whose application subscribes to the lobby, and counts what it is told in all the node's lives.</summary>
sealed class DeliveringNode
{
    readonly Dictionary<int, int> _told = [];

    /// <param name="network">Where it is added.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="archive">Where it keeps messages; null: the node is no store.</param>
    public DeliveringNode(SimulatedNetwork network, NodeOptions options, InMemoryArchive? archive)
    {
        Archive = archive;
        Node = network.AddNode(options with { Archive = archive }, RunAsync);
    }

    public SimulatedNode Node { get; }

    public InMemoryArchive? Archive { get; }

    /// <summary>How often the application was told of a message.</summary>
    public int TimesTold(int number) => _told.GetValueOrDefault(number);

    /// <summary>How many messages the application was told that the stores that were asked in time do not have them.</summary>
    public int Doubted { get; private set; }

    /// <summary>Sends a message, which begins with its number.</summary>
    public void Send(int number)
    {
        var payload = new byte[64];
        BinaryPrimitives.WriteInt32BigEndian(payload, number);
        // Its end is an event.
        _ = Node.Messaging.SendAsync(new MessageEnvelope(DeliveryScenario.Topic, payload));
    }

    /// <summary>Whether the node's archive has a message.</summary>
    public bool Keeps(int number) =>
        Archive?.Messages.Any(message => BinaryPrimitives.ReadInt32BigEndian(message.Payload.Span) == number) != false;

    async Task RunAsync(MessagingNode node)
    {
        node.MessageReceived += (_, received) =>
        {
            var number = BinaryPrimitives.ReadInt32BigEndian(received.Message.Payload.Span);
            _told[number] = TimesTold(number) + 1;
        };
        node.MessageError += (_, _) => Doubted++;
        await node.StartAsync();
        Assert.Empty(await node.SubscribeAsync([DeliveryScenario.Topic]));
    }
}
