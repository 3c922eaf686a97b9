using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace LogosActors.Delivery;

/// <summary>Payloads that are JSON.</summary>
internal static class JsonPayload
{
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
