using System.Net;
using LogosActors.Node.Configuration;

namespace LogosActors.Node.Rest;

/// <summary>Keeps web pages from using the node behind its operator's back.</summary>
/// <remarks>
/// A page can send simple requests to any local port (they carry an Origin), and can read the answers when its own name resolves to
/// this machine (they carry a foreign Host). Programs send neither.
/// </remarks>
internal sealed class BrowserGuard(RestSettings settings)
{
    readonly HashSet<string> _allowed = new(settings.AllowOrigins, StringComparer.OrdinalIgnoreCase);

    /// <summary>Refuses requests of pages that are not allowed, and tells browsers about those that are.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var origin = context.Request.Headers.Origin.ToString();
        if (origin.Length > 0 && !_allowed.Contains("*") && !_allowed.Contains(origin))
            return RefuseAsync(context, $"Pages of {origin} may not use this node. Please check your configuration: --rest-allow-origin");
        if (IPAddress.IsLoopback(settings.Address) && !IsLocal(context.Request.Host.Host))
            return RefuseAsync(context, $"This node is not '{context.Request.Host.Host}': it serves local clients only.");
        if (origin.Length > 0)
        {
            context.Response.Headers.AccessControlAllowOrigin = origin;
            context.Response.Headers.AccessControlAllowMethods = "GET, POST, DELETE, OPTIONS";
            context.Response.Headers.AccessControlAllowHeaders = "Content-Type";
            context.Response.Headers.Vary = "Origin";
        }
        return next(context);
    }

    static bool IsLocal(string host) =>
        host.Length == 0 || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    static Task RefuseAsync(HttpContext context, string reason)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(reason);
    }
}
