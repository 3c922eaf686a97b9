using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace LogosActors.Node.Rest;

/// <summary>Logs requests at debug level when they are answered: their method, their target and the answer's status.</summary>
internal sealed class RequestLog(ILoggerFactory loggers)
{
    /// <summary>How much of a target is logged, in characters.</summary>
    const int MaxTarget = 1000;

    readonly ILogger _log = loggers.CreateLogger("rest");

    public Task InvokeAsync(HttpContext context, RequestDelegate next) => _log.IsEnabled(LogLevel.Debug) ? LogAsync(context, next) : next(context);

    async Task LogAsync(HttpContext context, RequestDelegate next)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var request = context.Features.GetRequiredFeature<IHttpRequestFeature>();
            var target = request.RawTarget.Length <= MaxTarget ? request.RawTarget : $"{request.RawTarget[..MaxTarget]}…";
            _log.LogDebug(
                "REST-{Method} {Target} from {Address}: {Status} in {Elapsed:0} ms", request.Method, target, context.Connection.RemoteIpAddress,
                context.Response.StatusCode, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }
}
