using System.Runtime.InteropServices;
using LogosActors.Actors.Persistence;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Receiving;

/// <summary>How what a <see cref="ReceivingJournalActor"/> stores is encoded. Manifests and field numbers never change.</summary>
internal static class ReceivingJournalCodec
{
    // Shared by all messages: a message has those that it needs. 5 was one watermark for all stores.
    const int TopicField = 1;
    const int ShardField = 2;
    const int TimeField = 3;
    const int HashesField = 4;
    const int PartField = 6;
    const int FloorField = 7;
    const int StoreField = 8;
    const int MarkField = 9;

    const int MaxText = 4096;

    public static void Register(EventSerialization.Builder builder) => builder
        .Add<ReceivingJournal.Subscribed>("logos.delivery.Subscribed", Write, ReadSubscribed)
        .Add<ReceivingJournal.Unsubscribed>("logos.delivery.Unsubscribed", Write, bytes => new ReceivingJournal.Unsubscribed(Read(bytes.Span).Topics.Single()))
        .Add<ReceivingJournal.Synced>("logos.delivery.Synced", Write, ReadSynced)
        .Add<ReceivingJournal.Received>("logos.delivery.Received", Write, ReadReceived)
        .Add<ReceivingJournal.Snapshot>("logos.delivery.ReceivedSnapshot", Write, bytes => new ReceivingJournal.Snapshot([.. Read(bytes.Span).Parts.Select(ReadTopic)]));

    static ReadOnlyMemory<byte> Write(ReceivingJournal.Subscribed subscribed) =>
        Write(new Fields { Topics = [subscribed.Topic], Shard = subscribed.Shard, Time = subscribed.Since });

    static ReadOnlyMemory<byte> Write(ReceivingJournal.Unsubscribed unsubscribed) => Write(new Fields { Topics = [unsubscribed.Topic] });

    static ReadOnlyMemory<byte> Write(ReceivingJournal.Synced synced) =>
        Write(new Fields { Topics = [.. synced.Topics], Shard = synced.Shard, Store = synced.Store, Time = synced.Time });

    static ReadOnlyMemory<byte> Write(ReceivingJournal.Received received) =>
        Write(new Fields
        {
            Parts = [.. received.Batches.Select(part => Write(new Fields { Topics = [part.Topic], Time = part.Batch.Time, Hashes = part.Batch.Hashes }))],
        });

    static ReadOnlyMemory<byte> Write(ReceivingJournal.Snapshot snapshot) => Write(new Fields { Parts = [.. snapshot.Topics.Select(Write)] });

    static byte[] Write(ReceivingJournal.Topic topic) => Write(new Fields
    {
        Topics = [topic.Name],
        Shard = topic.Shard,
        Time = topic.Since,
        Floor = topic.Floor,
        Marks = [.. topic.Marks.Stores.Select(mark => Write(new Fields { Store = mark.Store, Time = mark.Time }))],
        Parts = [.. topic.Batches.Select(batch => Write(new Fields { Time = batch.Time, Hashes = batch.Hashes }))],
    });

    static ReceivingJournal.Subscribed ReadSubscribed(ReadOnlyMemory<byte> bytes)
    {
        var fields = Read(bytes.Span);
        return new ReceivingJournal.Subscribed(fields.Topics.Single(), fields.Shard, fields.Time);
    }

    static ReceivingJournal.Synced ReadSynced(ReadOnlyMemory<byte> bytes)
    {
        var fields = Read(bytes.Span);
        return new ReceivingJournal.Synced(fields.Shard, fields.Topics, fields.Store, fields.Time);
    }

    static ReceivingJournal.Received ReadReceived(ReadOnlyMemory<byte> bytes) =>
        new([.. Read(bytes.Span).Parts.Select(part => Read(part)).Select(part => (part.Topics.Single(), new ReceivingJournal.Batch(part.Time, part.Hashes)))]);

    static ReceivingJournal.Topic ReadTopic(byte[] bytes)
    {
        var fields = Read(bytes);
        var marks = fields.Marks.Select(mark => Read(mark)).Aggregate(new StoreMarks(fields.Time), (marks, mark) => marks.With(mark.Store!, mark.Time));
        return new ReceivingJournal.Topic(
            fields.Topics.Single(), fields.Shard, fields.Time, marks, fields.Floor,
            [.. fields.Parts.Select(part => Read(part)).Select(batch => new ReceivingJournal.Batch(batch.Time, batch.Hashes))]);
    }

    static byte[] Write(Fields fields)
    {
        var shard = fields.Shard == default ? null : fields.Shard.ToString();
        var hashes = MessageHash.Length * fields.Hashes.Length;
        var size = (shard is null ? 0 : ProtobufWriter.SizeOfString(ShardField, shard)) + ProtobufWriter.SizeOfSInt64(TimeField, fields.Time)
            + ProtobufWriter.SizeOfBytes(HashesField, hashes) + ProtobufWriter.SizeOfSInt64(FloorField, fields.Floor)
            + (fields.Store is { } store ? ProtobufWriter.SizeOfBytes(StoreField, store.Bytes.Length) : 0)
            + fields.Marks.Sum(mark => ProtobufWriter.SizeOfBytes(MarkField, mark.Length))
            + fields.Topics.Sum(topic => ProtobufWriter.SizeOfString(TopicField, topic))
            + fields.Parts.Sum(part => ProtobufWriter.SizeOfBytes(PartField, part.Length));
        var encoded = new byte[size];
        var writer = new ProtobufWriter(encoded);
        foreach (var topic in fields.Topics)
            writer.String(TopicField, topic);
        if (shard is not null)
            writer.String(ShardField, shard);
        writer.SInt64(TimeField, fields.Time);
        var packed = new byte[hashes];
        for (var i = 0; i < fields.Hashes.Length; i++)
            fields.Hashes[i].CopyTo(packed.AsSpan(i * MessageHash.Length));
        writer.Bytes(HashesField, packed);
        foreach (var part in fields.Parts)
            writer.Bytes(PartField, part);
        writer.SInt64(FloorField, fields.Floor);
        if (fields.Store is not null)
            writer.Bytes(StoreField, fields.Store.Bytes);
        foreach (var mark in fields.Marks)
            writer.Bytes(MarkField, mark);
        return encoded;
    }

    static Fields Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        var topics = new List<string>();
        var parts = new List<byte[]>();
        var hashes = Array.Empty<MessageHash>();
        var marks = new List<byte[]>();
        var (shard, time, floor) = (default(PubsubTopic), 0L, 0L);
        PeerId? store = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case TopicField: topics.Add(reader.String(MaxText)); break;
                case ShardField:
                    if (!PubsubTopic.TryParse(reader.String(MaxText), out shard))
                        reader.Fail(DecodeError.InvalidValue);
                    break;
                case TimeField: time = reader.SInt64(); break;
                case HashesField:
                    var packed = reader.Bytes();
                    if (packed.Length % MessageHash.Length != 0)
                        reader.Fail(DecodeError.InvalidValue);
                    else
                        hashes = Unpack(packed);
                    break;
                case FloorField: floor = reader.SInt64(); break;
                case PartField: parts.Add(reader.Bytes().ToArray()); break;
                case StoreField:
                    if (!PeerId.TryDecode(reader.Bytes(), out store, out var malformed))
                        reader.Fail(malformed);
                    break;
                case MarkField: marks.Add(reader.Bytes().ToArray()); break;
            }
        }
        return reader.Succeeded(out var error)
            ? new Fields { Topics = topics, Shard = shard, Time = time, Floor = floor, Store = store, Hashes = hashes, Parts = parts, Marks = marks }
            : throw new FormatException($"What was received is stored in a form that cannot be read: {error}.");
    }

    static MessageHash[] Unpack(ReadOnlySpan<byte> packed)
    {
        var hashes = new MessageHash[packed.Length / MessageHash.Length];
        for (var i = 0; i < hashes.Length; i++)
            hashes[i] = new MessageHash(packed.Slice(i * MessageHash.Length, MessageHash.Length));
        return hashes;
    }

    [StructLayout(LayoutKind.Auto)]
    readonly struct Fields()
    {
        public IReadOnlyList<string> Topics { get; init; } = [];

        public PubsubTopic Shard { get; init; }

        public long Time { get; init; }

        public long Floor { get; init; }

        public PeerId? Store { get; init; }

        public MessageHash[] Hashes { get; init; } = [];

        public IReadOnlyList<byte[]> Parts { get; init; } = [];

        public IReadOnlyList<byte[]> Marks { get; init; } = [];
    }
}
