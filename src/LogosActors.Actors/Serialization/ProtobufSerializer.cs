using System.Collections.Concurrent;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using Google.Protobuf;

namespace LogosActors.Actors.Serialization;

/// <summary>Writes and reads what is persisted or crosses a cluster as Protocol Buffers, each message with a manifest.</summary>
/// <remarks>
/// Bound by configuration: Akka makes its serialization again whenever an extension adds configuration, and what was bound by code is gone then.
/// A journal keeps the serialization that it was started with, so every area is there before the first journal of a system.
/// </remarks>
public sealed class ProtobufSerializer : SerializerWithStringManifest
{
    // Akka creates serializers by their type's name, and again with each extension that adds configuration.
    static readonly ConcurrentDictionary<string, ProtobufTypes> Areas = new(StringComparer.Ordinal);

    static readonly Lock Installing = new();

    readonly ProtobufTypes _types;

    /// <summary>Called by Akka, with the settings that <see cref="Configuration"/> gives it.</summary>
    /// <param name="system">The actor system.</param>
    /// <param name="settings">Names the area.</param>
    public ProtobufSerializer(ExtendedActorSystem system, Config settings)
        : base(system)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var area = settings.GetString("area");
        _types = Areas.GetValueOrDefault(area) ?? throw new ConfigurationException($"The messages of the area '{area}' are not known.");
    }

    /// <inheritdoc/>
    public override int Identifier => _types.SerializerId;

    /// <summary>The configuration that binds the messages of an area, for a system that is to be created.</summary>
    public static Config Configuration(ProtobufTypes types)
    {
        ArgumentNullException.ThrowIfNull(types);
        if (!Areas.GetOrAdd(types.Area, types).IsSameAs(types))
            throw new ArgumentException($"There are other messages of the area '{types.Area}' already.", nameof(types));
        var bindings = types.Types.Select(type => $"\"{type.FullName}, {type.Assembly.GetName().Name}\" = {NameOf(types)}");
        return ConfigurationFactory.ParseString($$"""
            akka.actor {
              serializers.{{NameOf(types)}} = "{{typeof(ProtobufSerializer).FullName}}, {{typeof(ProtobufSerializer).Assembly.GetName().Name}}"
              serialization-settings.{{NameOf(types)}}.area = "{{types.Area}}"
              serialization-bindings {
                {{string.Join("\n    ", bindings)}}
              }
            }
            """);
    }

    /// <summary>Binds the messages of an area in a running system, unless they are. For any number of threads, before the first journal is used.</summary>
    public static void Install(ActorSystem system, ProtobufTypes types)
    {
        ArgumentNullException.ThrowIfNull(system);
        var configuration = Configuration(types);
        // Who returns from here finds the messages bound: what another thread has begun is waited for.
        lock (Installing)
        {
            if (!system.Settings.Config.HasPath($"akka.actor.serializers.{NameOf(types)}"))
                system.Settings.InjectTopLevelFallback(configuration);
        }
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

    static string NameOf(ProtobufTypes types) => $"logos-{types.Area}";
}
