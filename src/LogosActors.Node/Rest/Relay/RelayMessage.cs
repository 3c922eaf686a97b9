using System.Diagnostics.CodeAnalysis;
using LogosActors.Delivery.Messages;

namespace LogosActors.Node.Rest.Relay;

/// <summary>A message as REST writes it.</summary>
internal sealed record RelayMessage
{
    /// <summary>The data, in base64.</summary>
    public required string Payload { get; init; }

    /// <summary>What it is about.</summary>
    public required string ContentTopic { get; init; }

    /// <summary>How the payload is encrypted.</summary>
    public uint? Version { get; init; }

    /// <summary>When it was made, in nanoseconds since 1970 UTC; 0 or nothing in a request: now.</summary>
    public long? Timestamp { get; init; }

    /// <summary>A mark for the layer above, in base64.</summary>
    public string? Meta { get; init; }

    /// <summary>Whether stores are asked not to keep it.</summary>
    public bool? Ephemeral { get; init; }

    /// <summary>The proof of its sender's rate, in base64.</summary>
    public string? Proof { get; init; }

    /// <summary>Writes a message.</summary>
    public static RelayMessage From(WakuMessage message) => new()
    {
        Payload = Base64(message.Payload),
        ContentTopic = message.ContentTopic,
        Version = message.Version,
        Timestamp = message.Timestamp ?? 0,
        Meta = message.Meta.IsEmpty ? null : Base64(message.Meta),
        Ephemeral = message.IsEphemeral,
        Proof = Base64(message.RateLimitProof),
    };

    /// <summary>Reads a message.</summary>
    /// <param name="now">What the message carries when it does not say when it was made.</param>
    /// <param name="message">The message.</param>
    /// <param name="problem">What is wrong; null when nothing is.</param>
    public bool TryRead(long now, [NotNullWhen(true)] out WakuMessage? message, [NotNullWhen(false)] out string? problem)
    {
        message = null;
        problem = string.IsNullOrWhiteSpace(Payload) ? "Field `payload` is missing or empty"
            : string.IsNullOrWhiteSpace(ContentTopic) ? "Field `contentTopic` is missing or empty"
            : null;
        if (problem is not null)
            return false;
        if (!TryDecode(Payload, out var payload) || !TryDecode(Meta, out var meta) || !TryDecode(Proof, out var proof))
        {
            problem = "payload, meta and proof are base64";
            return false;
        }
        message = new WakuMessage
        {
            Payload = payload,
            ContentTopic = ContentTopic,
            Version = Version ?? 0,
            Timestamp = Timestamp is null or 0 ? now : Timestamp,
            Meta = meta,
            IsEphemeral = Ephemeral ?? false,
            RateLimitProof = proof,
        };
        return true;
    }

    internal static string Base64(ReadOnlyMemory<byte> bytes) => Convert.ToBase64String(bytes.Span);

    internal static bool TryDecode(string? text, [NotNullWhen(true)] out byte[]? bytes)
    {
        text ??= "";
        bytes = new byte[System.Buffers.Text.Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        var isBase64 = Convert.TryFromBase64String(text, bytes, out var length);
        bytes = isBase64 ? bytes[..length] : null;
        return isBase64;
    }
}

/// <summary>A message with what it is known by, as streams and events carry it.</summary>
internal sealed record ReceivedMessage(string MessageHash, RelayMessage Message, string? PubsubTopic = null);
