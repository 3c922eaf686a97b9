using LogosActors.Delivery;
using LogosActors.Hosting;

namespace LogosActors.Samples.Chat;

/// <summary>A web application that embeds a node: rooms are content topics, and what is said in them comes as server-sent events.</summary>
public static class ChatApplication
{
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        // Files, environment and command line, group "logos": see config/reference.conf.
        builder.Services.AddLogosNode(builder.Configuration);
        builder.Services.AddSingleton<Rooms>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<Rooms>());
        var application = builder.Build();
        application.MapHealthChecks("/health");
        application.MapGet("/", (MessagingNode node) => new
        {
            Peer = node.PeerId.ToString(),
            Addresses = node.Addresses.Select(address => address.ToString()),
            Status = node.GetHealth().Status.ToString(),
        });
        application.MapPost("/rooms/{room}", async (string room, ChatLine line, Rooms rooms, CancellationToken cancellation) =>
            await rooms.SayAsync(room, line, cancellation) is { } problem ? Results.BadRequest(problem) : Results.Accepted());
        application.MapGet("/rooms/{room}", async (string room, Rooms rooms, CancellationToken cancellation) =>
            await rooms.EnterAsync(room, cancellation) is { } problem
                ? Results.BadRequest(problem)
                : Results.ServerSentEvents(rooms.ListenAsync(room, cancellation)));
        return application;
    }
}
