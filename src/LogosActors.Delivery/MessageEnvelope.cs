using System.Text;
using System.Text.Json;

namespace LogosActors.Delivery;

/// <summary>A message as the application sees it (MESSAGING-API §Messaging). Immutable; its bytes must not be changed.</summary>
/// <param name="ContentTopic">What it is about, <c>/application/version/name/encoding</c>.</param>
/// <param name="Payload">The data: 1 byte at least, and with topic and meta at most <see cref="NodeOptions.MaxMessageSize"/>.</param>
public sealed record MessageEnvelope(string ContentTopic, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Whether stores are asked not to keep the message: who is not there misses it.</summary>
    public bool IsEphemeral { get; init; }

    /// <summary>A mark for a layer above, at most 64 bytes (14/WAKU2-MESSAGE); empty: none.</summary>
    public ReadOnlyMemory<byte> Meta { get; init; }

    /// <summary>The payload as UTF-8; what is no UTF-8 becomes U+FFFD.</summary>
    public string ReadText() => Encoding.UTF8.GetString(Payload.Span);

    /// <summary>A message whose payload is a text, in UTF-8.</summary>
    /// <param name="contentTopic">What it is about.</param>
    /// <param name="text">The text; not empty.</param>
    public static MessageEnvelope FromText(string contentTopic, string text) => new(contentTopic, Encoding.UTF8.GetBytes(text));

    /// <summary>A message whose payload is a value, in JSON.</summary>
    /// <param name="contentTopic">What it is about.</param>
    /// <param name="value">The value.</param>
    /// <param name="options">How it is written; null: <see cref="JsonSerializerOptions.Web"/>.</param>
    /// <exception cref="NotSupportedException">The type cannot be written.</exception>
    public static MessageEnvelope FromJson<T>(string contentTopic, T value, JsonSerializerOptions? options = null) =>
        new(contentTopic, JsonSerializer.SerializeToUtf8Bytes(value, options ?? JsonSerializerOptions.Web));

    /// <summary>The value that the payload is in JSON.</summary>
    /// <param name="value">The value.</param>
    /// <param name="options">How it is read; null: <see cref="JsonSerializerOptions.Web"/>.</param>
    /// <returns>False: it is no JSON of that type, as anybody can send anything.</returns>
    public bool TryReadJson<T>([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? value, JsonSerializerOptions? options = null) =>
        JsonPayload.TryRead(Payload.Span, options, out value);
}
