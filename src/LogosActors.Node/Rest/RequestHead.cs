using Microsoft.AspNetCore.Http.Features;

namespace LogosActors.Node.Rest;

/// <summary>Bounds the line and the headers of a request.</summary>
internal static class RequestHead
{
    /// <summary>How long they may be together, in bytes (the reference's maxRequestHeadersSize, 64 KiB).</summary>
    public const int MaxLength = 64 << 10;

    // What stands between the parts of the line, and of a header.
    const int LineRoom = 12;
    const int HeaderRoom = 4;

    /// <summary>Answers 431 to a request that is longer (RFC 6585 §5).</summary>
    public static Task CheckAsync(HttpContext context, RequestDelegate next) =>
        LengthOf(context) <= MaxLength
            ? next(context)
            : Answers.Text($"The request's line and headers have more than {MaxLength} bytes.", StatusCodes.Status431RequestHeaderFieldsTooLarge).ExecuteAsync(context);

    static long LengthOf(HttpContext context)
    {
        var request = context.Features.GetRequiredFeature<IHttpRequestFeature>();
        long length = request.Method.Length + request.RawTarget.Length + LineRoom;
        foreach (var (name, values) in request.Headers)
        {
            foreach (var value in values)
                length += name.Length + (value?.Length ?? 0) + HeaderRoom;
        }
        return length;
    }
}
