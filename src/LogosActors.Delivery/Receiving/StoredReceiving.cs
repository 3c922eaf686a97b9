using Google.Protobuf;
using LogosActors.Actors.Serialization;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Receiving.Stored;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Receiving;

/// <summary>How what a <see cref="ReceivingJournalActor"/> keeps is stored. What cannot be read is a <see cref="FormatException"/>.</summary>
internal static class StoredReceiving
{
    /// <summary>What is persisted.</summary>
    public static ProtobufTypes Types { get; } = new ProtobufTypes("receiving", serializerId: 7_121)
        .Add(TopicSubscribed.Parser, "subscribed")
        .Add(TopicUnsubscribed.Parser, "unsubscribed")
        .Add(StoreReached.Parser, "reached")
        .Add(MessagesReceived.Parser, "received")
        .Add(ReceivingSnapshot.Parser, "snapshot");

    public static TopicSubscribed From(string topic, PubsubTopic shard, long since, bool isWanted) =>
        new() { Topic = topic, Shard = shard.ToString(), Since = since, IsWanted = isWanted };

    public static StoreReached From(ReceivingJournal.Reached reached) => new()
    {
        Shard = reached.Shard.ToString(),
        Topics = { reached.Topics },
        Store = ToBytes(reached.Store),
        Time = reached.Time,
    };

    public static MessagesReceived From(IEnumerable<(string Topic, ReceivingJournal.Batch Batch)> received) =>
        new() { Topics = { received.Select(part => new ReceivedOnTopic { Topic = part.Topic, Batch = From(part.Batch) }) } };

    public static ReceivingSnapshot From(IReadOnlyList<ReceivingJournal.Topic> topics) => new() { Topics = { topics.Select(From) } };

    public static IEnumerable<ReceivingJournal.Topic> ToTopics(ReceivingSnapshot snapshot) => snapshot.Topics.Select(ToTopic);

    public static ReceivingJournal.Batch ToBatch(HashBatch stored)
    {
        var packed = stored.Hashes.Span;
        if (packed.Length % MessageHash.Length != 0)
            throw new FormatException($"Stored hashes have {packed.Length} bytes, which is no multiple of {MessageHash.Length}.");
        var hashes = new MessageHash[packed.Length / MessageHash.Length];
        for (var i = 0; i < hashes.Length; i++)
            hashes[i] = new MessageHash(packed.Slice(i * MessageHash.Length, MessageHash.Length));
        return new ReceivingJournal.Batch(stored.Time, hashes);
    }

    public static PubsubTopic ToShard(string stored) =>
        PubsubTopic.TryParse(stored, out var shard) ? shard : throw new FormatException($"The stored shard '{stored}' cannot be read.");

    public static PeerId ToPeer(ByteString stored) =>
        PeerId.TryDecode(stored.Span, out var peer, out var error) ? peer : throw new FormatException($"The stored name of a store cannot be read: {error}.");

    static StoredTopic From(ReceivingJournal.Topic topic) => new()
    {
        Subscribed = From(topic.Name, topic.Shard, topic.Since, topic.IsWanted),
        Floor = topic.Floor,
        Marks = { topic.Marks.Stores.Select(mark => new StoreMark { Store = ToBytes(mark.Store), Time = mark.Time }) },
        Batches = { topic.Batches.Select(From) },
    };

    static ReceivingJournal.Topic ToTopic(StoredTopic stored)
    {
        var subscribed = stored.Subscribed ?? throw new FormatException("A stored topic has no name.");
        var marks = stored.Marks.Aggregate(new StoreMarks(subscribed.Since), (marks, mark) => marks.With(ToPeer(mark.Store), mark.Time));
        return new ReceivingJournal.Topic(
            subscribed.Topic, ToShard(subscribed.Shard), subscribed.Since, subscribed.IsWanted, marks, stored.Floor, [.. stored.Batches.Select(ToBatch)]);
    }

    static HashBatch From(ReceivingJournal.Batch batch)
    {
        var packed = new byte[MessageHash.Length * batch.Hashes.Length];
        for (var i = 0; i < batch.Hashes.Length; i++)
            batch.Hashes[i].CopyTo(packed.AsSpan(i * MessageHash.Length));
        return new HashBatch { Time = batch.Time, Hashes = UnsafeByteOperations.UnsafeWrap(packed) };
    }

    static ByteString ToBytes(PeerId peer) => ByteString.CopyFrom(peer.Bytes);
}
