using System.Net;
using LogosActors.Node.Configuration;

namespace LogosActors.Node.Rest;

/// <summary>Keeps web pages from using the node behind its operator's back.</summary>
/// <remarks>
/// A page can send simple requests to any port that the browser reaches: they carry an Origin, or, where the page only wants the request to be made,
/// nothing but the browser's own Sec-Fetch-Site. It can read the answers when its own name resolves to this machine: then they carry a
/// foreign Host. Programs send none of these.
/// </remarks>
internal sealed class BrowserGuard(IPAddress listening, RestSettings settings, string? domainName)
{
    readonly HashSet<string> _origins = new(settings.AllowOrigins, StringComparer.OrdinalIgnoreCase);
    readonly HashSet<string> _hosts = new([.. settings.AllowHosts, .. domainName is null ? (string[])[] : [domainName]], StringComparer.OrdinalIgnoreCase);

    bool AllowsAll => _origins.Contains("*");

    /// <summary>Refuses requests of pages that are not allowed, and answers browsers about those that are.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && !AllowsAll && !_origins.Contains(origin))
            return RefuseAsync(context, $"Pages of {origin} may not use this node. Please check your configuration: --rest-allow-origin");
        // What the user has typed is "none".
        if (origin.Length == 0 && !AllowsAll && request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site")
            return RefuseAsync(context, "Pages may not use this node without saying whose they are. Please check your configuration: --rest-allow-origin");
        if (!IsOurs(request.Host.Host))
            return RefuseAsync(context, $"This node is not '{request.Host.Host}'. Please check your configuration: --rest-allow-host");
        if (origin.Length > 0)
            Allow(context.Response.Headers, origin);
        if (!HttpMethods.IsOptions(request.Method))
            return next(context);
        if (request.Headers.AccessControlRequestMethod.Count == 0)
            return Answers.Ok.ExecuteAsync(context); // the reference's answer
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    static void Allow(IHeaderDictionary headers, string origin)
    {
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlAllowMethods = "GET, HEAD, POST, PUT, DELETE, OPTIONS";
        headers.AccessControlAllowHeaders = "Content-Type";
        headers.Vary = "Origin";
    }

    /// <summary>Whether a name can be this machine's: an address cannot be made to resolve to another one.</summary>
    bool IsOurs(string host)
    {
        if (host.Length == 0 || host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || _hosts.Contains(host))
            return true;
        return IPAddress.TryParse(host.Trim('[', ']'), out var address) && (!IPAddress.IsLoopback(listening) || IPAddress.IsLoopback(address));
    }

    static Task RefuseAsync(HttpContext context, string reason) => Answers.Text(reason, StatusCodes.Status403Forbidden).ExecuteAsync(context);
}
