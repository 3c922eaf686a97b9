using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LogosActors.Node.Rest;

/// <summary>Makes HTTP servers that read no configuration but ours.</summary>
internal static class HttpServer
{
    /// <summary>How many connections there are; more are closed.</summary>
    public const int MaxConnections = 1024;

    /// <summary>Makes a server that is not started.</summary>
    /// <param name="address">The address to listen at.</param>
    /// <param name="port">The port; 0: any that is free.</param>
    /// <param name="loggers">Where logs go.</param>
    /// <param name="maxBodyLength">The longest request body, in bytes.</param>
    public static WebApplication Create(IPAddress address, int port, ILoggerFactory loggers, long maxBodyLength)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = typeof(HttpServer).Assembly.GetName().Name });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = maxBodyLength;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Listen(address, port);
        });
        builder.Services.AddRouting();
        builder.Services.AddOpenApi();
        builder.Services.ConfigureHttpJsonOptions(json => RestJson.CopyTo(json.SerializerOptions));
        builder.Services.Replace(ServiceDescriptor.Singleton(loggers));
        return builder.Build();
    }

    /// <summary>Where a started server listens.</summary>
    public static Uri AddressOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
}
