using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace LogosActors.Delivery;

/// <summary>Payloads that are JSON.</summary>
public static class JsonPayload
{
    /// <summary>Reads a value; false if the payload is not one.</summary>
    /// <param name="payload">JSON in UTF-8.</param>
    /// <param name="options">How it is read; null: <see cref="JsonSerializerOptions.Web"/>.</param>
    /// <param name="value">The value.</param>
    /// <typeparam name="T">The type of the value.</typeparam>
    public static bool TryRead<T>(ReadOnlySpan<byte> payload, JsonSerializerOptions? options, [NotNullWhen(true)] out T? value)
    {
        try
        {
            value = JsonSerializer.Deserialize<T>(payload, options ?? JsonSerializerOptions.Web);
        }
        catch (JsonException)
        {
            value = default;
        }
        return value is not null;
    }
}
