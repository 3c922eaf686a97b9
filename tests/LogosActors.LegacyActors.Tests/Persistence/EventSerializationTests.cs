using System.Text;
using Google.Protobuf.WellKnownTypes;
using LogosActors.Actors.Persistence;

namespace LogosActors.Actors.Tests.Persistence;

public sealed class EventSerializationTests
{
    readonly EventSerialization _serialization = EventSerialization.CreateBuilder()
        .Add(StringValue.Parser)
        .Add<Renamed, Int64Value>("test.renamed.v1", e => new Int64Value { Value = e.Number }, m => new Renamed(m.Value), Int64Value.Parser)
        .Build();

    sealed record Renamed(long Number);

    [Fact]
    public void A_generated_message_comes_back_under_its_full_name()
    {
        var stored = _serialization.Serialize(new StringValue { Value = "hello" });
        Assert.Equal("google.protobuf.StringValue", stored.Manifest);
        Assert.Equal(new StringValue { Value = "hello" }, _serialization.Deserialize(stored));
    }

    [Fact]
    public void A_domain_type_is_stored_under_its_own_manifest_whatever_its_class_is_called()
    {
        var stored = _serialization.Serialize(new Renamed(42));
        Assert.Equal("test.renamed.v1", stored.Manifest);
        Assert.Equal(new Renamed(42), _serialization.Deserialize(stored));
    }

    [Fact]
    public void An_event_without_a_codec_is_rejected_by_name()
    {
        var e = Assert.Throws<JournalRejectedException>(() => _serialization.Serialize(new Version(1, 0)));
        Assert.Contains("System.Version", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_manifest_is_named()
    {
        var e = Assert.Throws<UnreadableEventException>(
            () => _serialization.Deserialize(new SerializedEvent(EventSerialization.ProtobufSerializerId, "from.the.future", default)));
        Assert.Contains("from.the.future", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Corrupt_bytes_are_an_unreadable_event_and_nothing_else()
    {
        var random = new Random(1);
        for (var i = 0; i < 10_000; i++)
        {
            var bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            try
            {
                _serialization.Deserialize(new SerializedEvent(EventSerialization.ProtobufSerializerId, "google.protobuf.StringValue", bytes));
            }
            catch (UnreadableEventException e)
            {
                Assert.Contains("corrupt", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_manifest_or_type_cannot_be_registered_twice()
    {
        var builder = EventSerialization.CreateBuilder().Add<string>("s", e => Encoding.UTF8.GetBytes(e), b => Encoding.UTF8.GetString(b.Span));
        Assert.Throws<ArgumentException>(() => builder.Add<string>("t", e => Encoding.UTF8.GetBytes(e), b => Encoding.UTF8.GetString(b.Span)));
        Assert.Throws<ArgumentException>(() => builder.Add<Version>("s", _ => default, _ => new Version()));
    }
}
