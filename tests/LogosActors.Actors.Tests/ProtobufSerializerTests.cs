using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using LogosActors.Actors.Serialization;
using LogosActors.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.Actors.Tests;

public sealed class ProtobufSerializerTests : IAsyncLifetime
{
    readonly ActorSystem _system = LogosSystem.Create("serialization", NullLoggerFactory.Instance);

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    [Fact]
    public void A_message_is_written_with_the_manifest_of_its_area_name_and_version_and_read_again()
    {
        ProtobufSerializer.Install(_system, Notebook.Types);
        var line = new StringValue { Value = "hello" };
        var serializer = Assert.IsType<ProtobufSerializer>(_system.Serialization.FindSerializerFor(line));
        Assert.Equal(7_190, serializer.Identifier);
        Assert.Equal("logos.notebook.line.v1", serializer.Manifest(line));
        Assert.Equal(Convert.FromHexString("0A0568656C6C6F"), serializer.ToBinary(line));
        Assert.Equal(line, _system.Serialization.Deserialize(serializer.ToBinary(line), 7_190, "logos.notebook.line.v1"));
    }

    [Fact]
    public void What_is_bound_stays_bound_when_an_extension_adds_configuration()
    {
        ProtobufSerializer.Install(_system, Notebook.Types);
        var before = _system.Serialization;
        Akka.Persistence.Persistence.Instance.Apply(_system);
        Assert.NotSame(before, _system.Serialization);
        Assert.IsType<ProtobufSerializer>(_system.Serialization.FindSerializerForType(typeof(StringValue)));
    }

    [Fact]
    public async Task Areas_can_be_bound_when_a_system_is_created()
    {
        var system = LogosSystem.Create("bound", NullLoggerFactory.Instance, ProtobufSerializer.Configuration(Notebook.Types));
        Assert.Equal(7_190, system.Serialization.FindSerializerForType(typeof(StringValue)).Identifier);
        ProtobufSerializer.Install(system, Notebook.Types);
        await system.Terminate();
    }

    [Fact]
    public void An_area_has_one_set_of_messages() =>
        Assert.Throws<ArgumentException>(() =>
        {
            ProtobufSerializer.Install(_system, Notebook.Types);
            ProtobufSerializer.Install(_system, new ProtobufTypes("notebook", 7_192));
        });

    [Fact]
    public void Versions_of_a_message_are_types_of_their_own()
    {
        var types = new ProtobufTypes("area", 7_191).Add(StringValue.Parser, "name").Add(BytesValue.Parser, "name", version: 2);
        ProtobufSerializer.Install(_system, types);
        Assert.Equal("logos.area.name.v1", types.ManifestOf(typeof(StringValue)));
        Assert.Equal("logos.area.name.v2", types.ManifestOf(typeof(BytesValue)));
        Assert.IsType<BytesValue>(_system.Serialization.Deserialize([], 7_191, "logos.area.name.v2"));
        Assert.Throws<ArgumentException>(() => types.Add(Int32Value.Parser, "name"));
        Assert.Throws<ArgumentException>(() => types.Add(StringValue.Parser, "other"));
    }

    [Fact]
    public void A_message_of_a_newer_version_is_refused_with_its_manifest_and_what_is_known()
    {
        ProtobufSerializer.Install(_system, Notebook.Types);
        var error = Assert.Throws<SerializationException>(() => _system.Serialization.Deserialize([], 7_190, "logos.notebook.line.v2"));
        Assert.Contains("logos.notebook.line.v2", error.Message, StringComparison.Ordinal);
        Assert.Contains("newer", error.Message, StringComparison.Ordinal);
        Assert.Contains("logos.notebook.line.v1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Malformed_bytes_are_refused()
    {
        ProtobufSerializer.Install(_system, Notebook.Types);
        var error = Assert.Throws<SerializationException>(() => _system.Serialization.Deserialize([0x0A, 0xFF], 7_190, "logos.notebook.line.v1"));
        Assert.Contains("malformed", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(Careless))]
    [InlineData(typeof(string))]
    [InlineData(typeof(Int64Value))]
    [InlineData(typeof(Dictionary<string, string>))]
    public void A_type_that_is_not_bound_is_refused(System.Type type)
    {
        ProtobufSerializer.Install(_system, Notebook.Types);
        var error = Assert.Throws<SerializationException>(() => _system.Serialization.FindSerializerForType(type));
        Assert.Contains(type.Name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Areas_may_be_installed_again_and_by_several_threads()
    {
        Parallel.For(0, 100, _ => ProtobufSerializer.Install(_system, Notebook.Types));
        Assert.IsType<ProtobufSerializer>(_system.Serialization.FindSerializerForType(typeof(StringValue)));
    }

    [Fact]
    public async Task An_event_that_is_not_bound_is_rejected_by_the_journal()
    {
        using var folder = new TemporaryFolder();
        using var file = Persistence.SqliteJournalFile.Open(folder["node.db"]);
        var plugins = PersistencePlugins.Named("unbound");
        var system = LogosSystem.Create("unbound", NullLoggerFactory.Instance, JournalConfiguration.Sqlite(plugins, folder["node.db"]));
        try
        {
            var actor = system.ActorOf(Props.Create(() => new Careless(plugins)));
            Assert.Contains(nameof(DateOnly), await actor.Ask<string>(DateOnly.MinValue, TimeSpan.FromSeconds(20)), StringComparison.Ordinal);
        }
        finally
        {
            await system.Terminate();
        }
    }

    sealed class Careless(PersistencePlugins plugins) : SupervisedPersistentActor(plugins)
    {
        IActorRef _asker = ActorRefs.Nobody;

        public override string PersistenceId => "unbound";

        protected override void OnRecover(object message)
        {
        }

        protected override void OnCommand(object message)
        {
            _asker = Sender;
            PersistAllAsync([message], _ => _asker.Tell("stored"));
        }

        protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr) => _asker.Tell(cause.Message);

        protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) => _asker.Tell($"failed {cause.Message}");
    }
}
