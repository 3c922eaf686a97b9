using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LogosActors.Node.Rest;

/// <summary>How REST reads and writes JSON.</summary>
internal static class RestJson
{
    /// <summary>Names in camel case, nothing for null, no field twice.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        PropertyNameCaseInsensitive = false,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // addresses and base64 stay readable; nothing here becomes HTML
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Makes other options those of REST, for the description of its routes.</summary>
    public static void CopyTo(JsonSerializerOptions options)
    {
        options.NumberHandling = Options.NumberHandling;
        options.DefaultIgnoreCondition = Options.DefaultIgnoreCondition;
        options.Converters.Add(new JsonStringEnumConverter());
    }

    /// <summary>Reads a request's body.</summary>
    /// <returns>The value; or the answer that says what is wrong.</returns>
    public static async Task<(T? Value, IResult? Wrong)> ReadAsync<T>(HttpRequest request, CancellationToken cancellation)
        where T : class
    {
        var (value, problem, status) = await TryReadAsync<T>(request, cancellation);
        return (value, problem is null ? null : Answers.Text(problem, status));
    }

    /// <summary>Reads a request's body.</summary>
    /// <returns>The value; or what is wrong, and the status that says so.</returns>
    public static async Task<(T? Value, string? Problem, int Status)> TryReadAsync<T>(HttpRequest request, CancellationToken cancellation)
        where T : class
    {
        if (request.ContentLength is 0 || (request.ContentLength is null && request.Headers.TransferEncoding.Count == 0))
            return Wrong("Missing content body");
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.MediaType is not ("application/json" or "text/plain"))
            return Wrong("Wrong Content-Type, expected application/json or text/plain");
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(request.Body, Options, cancellation) is { } value
                ? (value, null, StatusCodes.Status200OK)
                : Wrong(UndecodableText("null is not accepted"));
        }
        catch (JsonException e)
        {
            return Wrong(UndecodableText(e.Message));
        }
        catch (BadHttpRequestException e)
        {
            return (null, e.Message, e.StatusCode);
        }

        static (T?, string?, int) Wrong(string problem) => (null, problem, StatusCodes.Status400BadRequest);
    }

    /// <summary>The answer to a body that is not what was expected.</summary>
    public static IResult Undecodable(string reason) => Answers.BadRequest(UndecodableText(reason));

    static string UndecodableText(string reason) => $"Invalid content body, could not decode: Unable to deserialize data: {reason}";
}
