using System.Collections.Concurrent;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;

namespace LogosActors.Actors.Serialization;

/// <summary>Writes and reads what is persisted or crosses a cluster as Protocol Buffers, each message with a manifest.</summary>
public sealed class ProtobufSerializer : SerializerWithStringManifest
{
    readonly ProtobufTypes _types;

    /// <param name="system">The actor system.</param>
    /// <param name="types">The messages.</param>
    public ProtobufSerializer(ExtendedActorSystem system, ProtobufTypes types)
        : base(system)
    {
        ArgumentNullException.ThrowIfNull(types);
        _types = types;
    }

    /// <inheritdoc/>
    public override int Identifier => _types.SerializerId;

    /// <summary>Binds the messages of an area in a system, unless they are bound already. For any number of threads.</summary>
    public static void Install(ActorSystem system, ProtobufTypes types)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(types);
        if (!system.WithExtension<InstalledAreas, InstalledAreasProvider>().TryAdd(types.Area))
            return;
        var serializer = new ProtobufSerializer((ExtendedActorSystem)system, types);
        system.Serialization.AddSerializer($"logos-{types.Area}", serializer);
        foreach (var type in types.Types)
            system.Serialization.AddSerializationMap(type, serializer);
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

    sealed class InstalledAreas : IExtension
    {
        readonly ConcurrentDictionary<string, bool> _areas = new(StringComparer.Ordinal);

        public bool TryAdd(string area) => _areas.TryAdd(area, true);
    }

    sealed class InstalledAreasProvider : ExtensionIdProvider<InstalledAreas>
    {
        public override InstalledAreas CreateExtension(ExtendedActorSystem system) => new();
    }
}
