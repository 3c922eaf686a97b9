using System.Net;
using Akka.Actor;
using LogosActors.Node.Configuration;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LogosActors.Node.Rest;

/// <summary>Makes HTTP servers that read no configuration but ours, and apply one policy to all requests: what is logged, how long a request's
/// head may be, who may ask by which name, and how a failure is answered.</summary>
internal static class HttpServer
{
    /// <summary>How many connections there are; more are closed.</summary>
    public const int MaxConnections = 1024;

    /// <summary>How much Kestrel reads of a request's line and of its headers: its own refusal of a longer line is 414, where clients of the
    /// reference expect <see cref="RequestHead"/>'s. It is what a connection may hold in memory anyway (MaxRequestBufferSize).</summary>
    const int MaxHeadRead = 1 << 20;

    /// <summary>Makes a server that is not started.</summary>
    /// <param name="address">The address to listen at.</param>
    /// <param name="port">The port, shifted already; 0: any that is free.</param>
    /// <param name="settings">Says who may ask.</param>
    /// <param name="loggers">Where logs go.</param>
    /// <param name="maxBodyLength">The longest request body, in bytes.</param>
    public static WebApplication Create(IPAddress address, int port, NodeSettings settings, ILoggerFactory loggers, long maxBodyLength)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = typeof(HttpServer).Assembly.GetName().Name });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = maxBodyLength;
            kestrel.Limits.MaxRequestBufferSize = MaxHeadRead;
            kestrel.Limits.MaxRequestLineSize = MaxHeadRead;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeadRead;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Listen(address, port);
        });
        builder.Services.AddRouting();
        builder.Services.AddOpenApi();
        builder.Services.ConfigureHttpJsonOptions(json => RestJson.CopyTo(json.SerializerOptions));
        builder.Services.Replace(ServiceDescriptor.Singleton(loggers));
        var app = builder.Build();
        if (settings.TrustedProxies.Count > 0)
            app.UseForwardedHeaders(ForwardedAddresses.From(NodeAddresses.Proxies(settings)));
        app.Use(new RequestLog(loggers).InvokeAsync);
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = AnswerFailureAsync });
        app.Use(RequestHead.CheckAsync);
        app.Use(new BrowserGuard(address, settings.Rest, settings.Dns4DomainName).InvokeAsync);
        return app;
    }

    /// <summary>Answers what no route takes: 400, as the reference does, or 404 where a part of the API is not there.</summary>
    /// <param name="app">The server, with all its routes.</param>
    /// <param name="missing">The first parts of paths that are not there, and why.</param>
    public static void MapMissing(WebApplication app, IReadOnlyDictionary<string, string> missing) => app
        .MapFallback("{**path}", (HttpRequest request) => missing.FirstOrDefault(part => request.Path.StartsWithSegments(part.Key, StringComparison.Ordinal)).Value is { } reason
            ? Answers.NotFound(reason)
            : Answers.BadRequest("Bad request initiated. Invalid path or method used."))
        .ExcludeFromDescription();

    /// <summary>Where a started server listens.</summary>
    public static Uri AddressOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

    /// <summary>The log has the exception.</summary>
    static Task AnswerFailureAsync(HttpContext context)
    {
        var failure = context.Features.GetRequiredFeature<IExceptionHandlerFeature>().Error;
        var answer = failure is AskTimeoutException
            ? Answers.ServiceUnavailable("The node is stopping, or overloaded.")
            : Answers.InternalServerError("The node has failed; its log says how.");
        return answer.ExecuteAsync(context);
    }
}
