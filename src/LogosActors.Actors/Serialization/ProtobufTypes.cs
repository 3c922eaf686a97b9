using Google.Protobuf;

namespace LogosActors.Actors.Serialization;

/// <summary>The messages of one area that are persisted or cross a cluster, with their manifests <c>logos.&lt;area&gt;.&lt;message&gt;.v&lt;n&gt;</c>.</summary>
public sealed class ProtobufTypes
{
    readonly Dictionary<Type, string> _manifests = [];
    readonly Dictionary<string, MessageParser> _parsers = new(StringComparer.Ordinal);

    /// <param name="area">The area, lower-case; the serializer's name is <c>logos-&lt;area&gt;</c>.</param>
    /// <param name="serializerId">Names the serializer on disk and on the wire: never changed, never used again. Ours are 7,100–7,199.</param>
    public ProtobufTypes(string area, int serializerId)
    {
        ArgumentException.ThrowIfNullOrEmpty(area);
        (Area, SerializerId) = (area, serializerId);
    }

    /// <summary>The area.</summary>
    public string Area { get; }

    /// <summary>The serializer's identifier.</summary>
    public int SerializerId { get; }

    /// <summary>The types.</summary>
    public IReadOnlyCollection<Type> Types => _manifests.Keys;

    /// <summary>The manifests.</summary>
    public IReadOnlyCollection<string> Manifests => _parsers.Keys;

    /// <summary>Adds a message.</summary>
    /// <param name="parser">Its parser.</param>
    /// <param name="message">Its name, lower-case with hyphens, without area and version.</param>
    /// <param name="version">Its version; a change that old code cannot read gets a new one, and a type of its own.</param>
    public ProtobufTypes Add<T>(MessageParser<T> parser, string message, int version = 1)
        where T : IMessage<T>
    {
        ArgumentNullException.ThrowIfNull(parser);
        ArgumentException.ThrowIfNullOrEmpty(message);
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        var manifest = $"logos.{Area}.{message}.v{version}";
        _parsers.Add(manifest, parser);
        _manifests.Add(typeof(T), manifest);
        return this;
    }

    internal string ManifestOf(Type type) =>
        _manifests.GetValueOrDefault(type) ?? throw new ArgumentException($"{type} is not registered in the area '{Area}'.", nameof(type));

    internal MessageParser? ParserOf(string manifest) => _parsers.GetValueOrDefault(manifest);

    /// <summary>Whether both give the same types the same manifests under the same identifier.</summary>
    internal bool IsSameAs(ProtobufTypes other) =>
        SerializerId == other.SerializerId && _manifests.Count == other._manifests.Count
        && _manifests.All(pair => string.Equals(other._manifests.GetValueOrDefault(pair.Key), pair.Value, StringComparison.Ordinal));
}
