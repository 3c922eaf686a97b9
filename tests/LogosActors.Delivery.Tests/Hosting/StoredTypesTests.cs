using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;
using LogosActors.Actors;
using LogosActors.Actors.Serialization;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Receiving.Stored;
using LogosActors.Delivery.Sending;
using LogosActors.Delivery.Sending.Stored;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.Delivery.Tests.Hosting;

/// <summary>What nodes have written to disk is read by every later version: manifests and bytes do not change.</summary>
public sealed class StoredTypesTests
{
    static readonly ByteString Hashes = ByteString.CopyFrom([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    static readonly TopicSubscribed Subscribed = new() { Topic = "/a/1/b/proto", Shard = "/waku/2/rs/0/3", Since = 5, IsWanted = true };

    static readonly HashBatch Batch = new() { Time = -1, Hashes = Hashes };

    static readonly Dictionary<string, (IMessage Message, string Bytes)> Golden = new(StringComparer.Ordinal)
    {
        ["logos.sends.changed.v1"] = (
            new SendsChanged { Queued = { new QueuedSend { Request = "ab", Cluster = 1, Shard = 2, Message = ByteString.CopyFrom(7, 8) } }, Ended = { "cd" } },
            "0a0c0a0261621001180222020708" + "12026364"),
        ["logos.receiving.subscribed.v1"] = (Subscribed, "0a0c2f612f312f622f70726f746f120e2f77616b752f322f72732f302f33180a2001"),
        ["logos.receiving.unsubscribed.v1"] = (new TopicUnsubscribed { Topic = "/a/1/b/proto" }, "0a0c2f612f312f622f70726f746f"),
        ["logos.receiving.reached.v1"] = (
            new StoreReached { Shard = "/waku/2/rs/0/3", Topics = { "t" }, Store = ByteString.CopyFrom(1, 2), Time = 9 },
            "0a0e2f77616b752f322f72732f302f33120174" + "1a020102" + "2012"),
        ["logos.receiving.received.v1"] = (
            new MessagesReceived { Topics = { new ReceivedOnTopic { Topic = "t", Batch = Batch } } },
            "0a290a01741224080112" + "20000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
        ["logos.receiving.snapshot.v1"] = (
            new ReceivingSnapshot
            {
                Topics = { new StoredTopic { Subscribed = Subscribed, Floor = 3, Marks = { new StoreMark { Store = ByteString.CopyFrom(1, 2), Time = 9 } }, Batches = { Batch } } },
            },
            "0a540a220a0c2f612f312f622f70726f746f120e2f77616b752f322f72732f302f33180a20011006" + "1a060a0201021012"
            + "222408011220000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
    };

    [Fact]
    public async Task Every_message_that_is_stored_has_a_serializer_a_manifest_and_bytes_that_do_not_change()
    {
        using var system = LogosSystem.Create("types", NullLoggerFactory.Instance);
        NodeJournal.InstallTypes(system);
        Assert.Equal(
            Golden.Keys.Order(StringComparer.Ordinal),
            StoredSends.Types.Manifests.Concat(StoredReceiving.Types.Manifests).Order(StringComparer.Ordinal));

        foreach (var (manifest, (message, bytes)) in Golden)
        {
            var serializer = Assert.IsType<ProtobufSerializer>(((ExtendedActorSystem)system).Serialization.FindSerializerFor(message));
            Assert.Equal(manifest, serializer.Manifest(message));
            Assert.Equal(bytes, Convert.ToHexStringLower(serializer.ToBinary(message)));
            Assert.Equal(message, system.Serialization.Deserialize(Convert.FromHexString(bytes), serializer.Identifier, manifest));
        }
        Assert.Equal((7_120, 7_121), (StoredSends.Types.SerializerId, StoredReceiving.Types.SerializerId));
        await system.Terminate();
    }
}
