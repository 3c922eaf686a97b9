using Microsoft.AspNetCore.Http.Features;

namespace LogosActors.Node.Rest;

/// <summary>Reads a topic that is the last part of a request's path, with its slashes encoded.</summary>
internal static class PathTopic
{
    /// <summary>The topic. The decoded path does not do: it keeps %2F but has %25 decoded.</summary>
    public static string Of(HttpRequest request)
    {
        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        return Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);
    }
}
