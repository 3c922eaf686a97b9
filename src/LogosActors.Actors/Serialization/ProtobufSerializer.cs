using System.Collections.Concurrent;
using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using Google.Protobuf;

namespace LogosActors.Actors.Serialization;

/// <summary>Writes and reads what is persisted or crosses a cluster as Protocol Buffers, each message with a manifest.</summary>
public sealed class ProtobufSerializer : SerializerWithStringManifest
{
    // An area's types are constants of its assembly; Akka makes a serializer from configuration alone.
    static readonly ConcurrentDictionary<string, ProtobufTypes> Areas = new(StringComparer.Ordinal);

    readonly ProtobufTypes _types;

    /// <param name="system">The actor system.</param>
    /// <param name="types">The messages.</param>
    public ProtobufSerializer(ExtendedActorSystem system, ProtobufTypes types)
        : base(system)
    {
        ArgumentNullException.ThrowIfNull(types);
        _types = types;
    }

    /// <summary>For Akka, by what <see cref="Configuration"/> says.</summary>
    /// <param name="system">The actor system.</param>
    /// <param name="settings">The serializer's settings.</param>
    public ProtobufSerializer(ExtendedActorSystem system, Config settings)
        : this(system, Areas[settings.GetString("area")])
    {
    }

    /// <inheritdoc/>
    public override int Identifier => _types.SerializerId;

    /// <summary>The configuration that binds the messages of an area.</summary>
    /// <param name="types">The messages.</param>
    public static Config Configuration(ProtobufTypes types)
    {
        ArgumentNullException.ThrowIfNull(types);
        Areas[types.Area] = types;
        var name = $"logos-{types.Area}";
        var bindings = new StringBuilder();
        foreach (var type in types.Types)
            bindings.AppendLine($"\"{NameOf(type)}\" = {name}");
        return ConfigurationFactory.ParseString($$"""
            akka.actor {
              serializers.{{name}} = "{{NameOf(typeof(ProtobufSerializer))}}"
              serialization-settings.{{name}}.area = {{types.Area}}
              serialization-bindings {
                {{bindings}}
              }
            }
            """);
    }

    /// <summary>Binds the messages of an area in a system that runs, unless they are bound already. For any number of threads.</summary>
    /// <remarks>By configuration: whatever is added to a system's serializers is gone when an extension, such as Akka.Persistence, adds its own configuration.</remarks>
    public static void Install(ActorSystem system, ProtobufTypes types)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(types);
        system.WithExtension<InstalledAreas, InstalledAreasProvider>().Install(system, types);
    }

    /// <inheritdoc/>
    public override string Manifest(object o)
    {
        ArgumentNullException.ThrowIfNull(o);
        return _types.ManifestOf(o.GetType());
    }

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => ((IMessage)obj).ToByteArray();

    /// <inheritdoc/>
    /// <exception cref="SerializationException">The manifest is not known, as after a downgrade, or the bytes are malformed.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        var parser = _types.ParserOf(manifest)
            ?? throw new SerializationException(
                $"'{manifest}' is not known to this version; it was written by a newer one. Known are {string.Join(", ", _types.Manifests)}.");
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new SerializationException($"A '{manifest}' of {bytes?.Length ?? 0} bytes is malformed: {e.Message}", e);
        }
    }

    static string NameOf(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";

    sealed class InstalledAreas : IExtension
    {
        readonly Lock _gate = new();
        readonly HashSet<string> _areas = new(StringComparer.Ordinal);

        public void Install(ActorSystem system, ProtobufTypes types)
        {
            lock (_gate)
            {
                if (_areas.Add(types.Area))
                    system.Settings.InjectTopLevelFallback(Configuration(types));
            }
        }
    }

    sealed class InstalledAreasProvider : ExtensionIdProvider<InstalledAreas>
    {
        public override InstalledAreas CreateExtension(ExtendedActorSystem system) => new();
    }
}
