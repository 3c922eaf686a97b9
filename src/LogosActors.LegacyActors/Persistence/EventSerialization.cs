using System.Collections.Frozen;
using Google.Protobuf;

namespace LogosActors.Actors.Persistence;

/// <summary>Turns events and snapshots into bytes and back, by a stable manifest.</summary>
/// <remarks>
/// Immutable once built. Payloads are Protocol Buffers; a manifest names a type for ever, so a class may be renamed
/// or moved and the history stays readable.
/// </remarks>
public sealed class EventSerialization
{
    /// <summary>The serializer id of Protocol Buffers payloads; 2 as in Akka's protobuf serializer.</summary>
    public const int ProtobufSerializerId = 2;

    /// <summary>The longest manifest, in characters (Akka.Persistence.Sql's column).</summary>
    public const int MaxManifestLength = 500;

    readonly FrozenDictionary<Type, Codec> _byType;
    readonly FrozenDictionary<string, Codec> _byManifest;

    EventSerialization(Dictionary<Type, Codec> byType, Dictionary<string, Codec> byManifest)
    {
        _byType = byType.ToFrozenDictionary();
        _byManifest = byManifest.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Encodes an event.</summary>
    /// <exception cref="JournalRejectedException">The event's type is not registered, or its codec cannot write it.</exception>
    public SerializedEvent Serialize(object @event)
    {
        ArgumentNullException.ThrowIfNull(@event);
        if (!_byType.TryGetValue(@event.GetType(), out var codec))
            throw new JournalRejectedException(
                $"Events of type {@event.GetType()} are not registered with {nameof(EventSerialization)}; "
                + "register the type with a manifest that never changes.");
        try
        {
            return new SerializedEvent(ProtobufSerializerId, codec.Manifest, codec.Write(@event));
        }
#pragma warning disable CA1031 // whatever the codec throws, this event cannot be stored and others can
        catch (Exception e)
#pragma warning restore CA1031
        {
            throw new JournalRejectedException($"A '{codec.Manifest}' could not be encoded: {e.Message}", e);
        }
    }

    /// <summary>Decodes an event.</summary>
    /// <exception cref="UnreadableEventException">The manifest is unknown, or the bytes are not what it promises.</exception>
    public object Deserialize(SerializedEvent stored)
    {
        if (stored.SerializerId != ProtobufSerializerId)
            throw new UnreadableEventException($"Serializer {stored.SerializerId} is unknown (manifest '{stored.Manifest}').");
        if (!_byManifest.TryGetValue(stored.Manifest, out var codec))
            throw new UnreadableEventException($"Manifest '{stored.Manifest}' is unknown; was it written by a newer version?");
        try
        {
            return codec.Read(stored.Payload);
        }
#pragma warning disable CA1031 // what a codec throws on hostile bytes is anybody's guess
        catch (Exception e)
#pragma warning restore CA1031
        {
            throw new UnreadableEventException($"The {stored.Payload.Length} bytes of a '{stored.Manifest}' are corrupt.", e);
        }
    }

    /// <summary>Starts an empty registry.</summary>
    public static Builder CreateBuilder() => new();

    readonly record struct Codec(string Manifest, Func<object, ReadOnlyMemory<byte>> Write, Func<ReadOnlyMemory<byte>, object> Read);

    /// <summary>Collects the event types before the first actor starts.</summary>
    public sealed class Builder
    {
        readonly Dictionary<Type, Codec> _byType = [];
        readonly Dictionary<string, Codec> _byManifest = new(StringComparer.Ordinal);

        /// <summary>Registers a generated Protocol Buffers type; its manifest is the message's full name.</summary>
        public Builder Add<T>(MessageParser<T> parser)
            where T : class, IMessage<T>, new()
        {
            ArgumentNullException.ThrowIfNull(parser);
            return Add<T>(new T().Descriptor.FullName, e => e.ToByteArray(), bytes => parser.ParseFrom(bytes.Span));
        }

        /// <summary>Registers a domain type that is stored as a Protocol Buffers message.</summary>
        /// <param name="manifest">The stable name, 1 – 500 characters.</param>
        /// <param name="toMessage">Maps the event to its stored form.</param>
        /// <param name="fromMessage">Maps the stored form back.</param>
        /// <param name="parser">Reads the stored form.</param>
        public Builder Add<TEvent, TMessage>(
            string manifest, Func<TEvent, TMessage> toMessage, Func<TMessage, TEvent> fromMessage, MessageParser<TMessage> parser)
            where TEvent : notnull
            where TMessage : class, IMessage<TMessage>
            => Add<TEvent>(manifest, e => toMessage(e).ToByteArray(), bytes => fromMessage(parser.ParseFrom(bytes.Span)));

        /// <summary>Registers a type whose Protocol Buffers codec is written by hand.</summary>
        /// <param name="manifest">The stable name, 1 – 500 characters.</param>
        /// <param name="write">Encodes the event.</param>
        /// <param name="read">Decodes it; throws <see cref="FormatException"/> on corrupt bytes.</param>
        public Builder Add<TEvent>(
            string manifest, Func<TEvent, ReadOnlyMemory<byte>> write, Func<ReadOnlyMemory<byte>, TEvent> read)
            where TEvent : notnull
        {
            ArgumentException.ThrowIfNullOrEmpty(manifest);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(manifest.Length, MaxManifestLength);
            ArgumentNullException.ThrowIfNull(write);
            ArgumentNullException.ThrowIfNull(read);
            var codec = new Codec(manifest, e => write((TEvent)e), bytes => read(bytes));
            if (!_byType.TryAdd(typeof(TEvent), codec) || !_byManifest.TryAdd(manifest, codec))
                throw new ArgumentException($"{typeof(TEvent)} or manifest '{manifest}' is registered already.", nameof(manifest));
            return this;
        }

        /// <summary>Freezes the registry.</summary>
        public EventSerialization Build() => new(_byType, _byManifest);
    }
}
