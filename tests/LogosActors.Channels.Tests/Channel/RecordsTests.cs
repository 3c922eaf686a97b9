using Google.Protobuf;
using LogosActors.Actors.Serialization;
using LogosActors.Channels.Channel;
using LogosActors.Channels.Records;
using LogosActors.Channels.Sds;
using LogosActors.Delivery;
using LogosActors.TestKit;

namespace LogosActors.Channels.Tests.Channel;

/// <summary>What channels store is read by every later version: its bytes and manifests do not change.</summary>
public sealed class RecordsTests
{
    static readonly ReadOnlyMemory<byte> Message = new byte[] { 0x0a, 0x01, 0x61 };

    public static TheoryData<string, string> Changes => new()
    {
        { nameof(SdsEvent.Joined), "0a070880d095ffbc31" },
        { nameof(SdsEvent.Sent), "0a0b12090a030a01611080a003" },
        { nameof(SdsEvent.Retransmitted), "0a041a026964" },
        { nameof(SdsEvent.Acknowledged), "0a0422026964" },
        { nameof(SdsEvent.GaveUp), "0a042a026964" },
        { nameof(SdsEvent.Accepted), "0a1232100a030a0161120107180120012880a003" },
        { nameof(SdsEvent.Delivered), "0a043a026964" },
        { nameof(SdsEvent.Lost), "0a0842060a0269641001" },
        { nameof(SdsEvent.Resolved), "0a044a026964" },
        { nameof(SdsEvent.HintSet), "0a0952070a026964120107" },
        { nameof(Change.RequestBegun), "0a0b5a090a0172120161120162" },
        { nameof(Change.RequestSent), "0a0762050a01721007" },
        { nameof(Change.RequestEnded), "0a096a070a017210081801" },
        { nameof(Change.ParityKept), "0a10720e0a01731201631a0107208080a003" },
        { nameof(Change.ChunksDropped), "0a067a040a026964" },
        { nameof(Change.MessageDue), "0a09820106080912026964" },
        { nameof(Change.Handled), "0a03880105" },
        { nameof(Change.EpochUsed), "0a0792010408031002" },
    };

    [Fact]
    public void Every_event_and_snapshot_has_its_own_manifest_and_serializer()
    {
        using var simulation = new Simulation(ChannelScene.Options);
        ProtobufSerializer.Install(simulation.System, ChannelRecords.Types);

        foreach (var (record, manifest) in new (object, string)[] { (new Changed(), "logos.channels.changed.v1"), (new Covered(), "logos.channels.covered.v1"), (new Snapshot(), "logos.channels.snapshot.v1") })
        {
            var serializer = Assert.IsType<ProtobufSerializer>(simulation.System.Serialization.FindSerializerFor(record));
            Assert.Equal((7_120, manifest), (serializer.Identifier, serializer.Manifest(record)));
            Assert.Equal(record, serializer.FromBinary(serializer.ToBinary(record), manifest));
        }
        Assert.Equal(3, ChannelRecords.Types.Manifests.Count);
    }

    [Fact]
    public void Every_change_has_the_bytes_that_it_always_had()
    {
        Assert.Equal(Changes.Count, Change.Descriptor.Oneofs[0].Fields.Count);
        var actual = AllChanges().Select(change => Convert.ToHexStringLower(new Changed { Changes = { change } }.ToByteArray())).ToList();
        var expected = Changes.Select(static row => (string)row[1]).ToList();
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void A_snapshot_has_the_bytes_that_it_always_had()
    {
        var machine = new ChannelMachine(new ReliableChannelOptions { ChannelId = "c", ContentTopic = ChannelScene.Topic, SenderId = "s" }, new Random(1));
        foreach (var change in AllChanges().Where(static change => change.KindCase is Change.KindOneofCase.Joined or Change.KindOneofCase.RequestBegun or Change.KindOneofCase.ParityKept or Change.KindOneofCase.EpochUsed))
            machine.Apply(new Changed { Changes = { change } });

        var actual = Convert.ToHexStringLower(machine.TakeSnapshot().ToByteArray());
        Assert.Equal("1080d095ffbc3172090a01721201611201627a15120e0a01731201631a0107208080a003188080a003a2010408031002aa010172", actual);
    }

    static IEnumerable<Change> AllChanges() =>
    [
        ChannelRecords.Of(new SdsEvent.Joined(1_700_000_000_000), default),
        ChannelRecords.Of(new SdsEvent.Sent(new SdsMessage { SenderId = "s", MessageId = "id", ChannelId = "c" }, 53_248), Message),
        ChannelRecords.Of(new SdsEvent.Retransmitted("id"), default),
        ChannelRecords.Of(new SdsEvent.Acknowledged("id"), default),
        ChannelRecords.Of(new SdsEvent.GaveUp("id"), default),
        ChannelRecords.Of(new SdsEvent.Accepted(new SdsMessage { SenderId = "s", MessageId = "id", ChannelId = "c" }, new byte[] { 7 }, SdsDialect.Nim, IsDelivered: true, 53_248), Message),
        ChannelRecords.Of(new SdsEvent.Delivered("id"), default),
        ChannelRecords.Of(new SdsEvent.Lost("id", IsFromBefore: true), default),
        ChannelRecords.Of(new SdsEvent.Resolved("id"), default),
        ChannelRecords.Of(new SdsEvent.HintSet("id", new byte[] { 7 }), default),
        new() { RequestBegun = new RequestBegun { RequestId = "r", ChunkIds = { "a", "b" } } },
        new() { RequestSent = new RequestSent { RequestId = "r", Number = 7 } },
        new() { RequestEnded = new RequestEnded { RequestId = "r", Number = 8, Failure = (int)SendFailure.NotAcknowledged } },
        new() { ParityKept = new ParityKept { SenderId = "s", ChunkId = "c", Content = ByteString.CopyFrom(7), At = 6_815_744 } },
        new() { ChunksDropped = new ChunksDropped { ChunkIds = { "id" } } },
        new() { MessageDue = new MessageDue { Number = 9, ChunkIds = { "id" } } },
        new() { Handled = 5 },
        new() { EpochUsed = new EpochUsed { Epoch = 3, Count = 2 } },
    ];
}
