using Akka.Actor;
using Akka.Hosting;
using LogosActors.Delivery;
using LogosActors.Hosting;
using LogosActors.Libp2p.Addresses;
using LogosActors.Samples.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// dotnet run --project samples/Embedded                                            prints its address, and what is said in the lobby
// dotnet run --project samples/Embedded -- /ip4/127.0.0.1/tcp/60000                 joins it; what you type is said there
var entryNodes = args.Select(Multiaddr.Parse).ToList();
var builder = Host.CreateApplicationBuilder();
builder.Services.AddAkka("app", akka => akka
    .ConfigureLoggers(loggers =>
    {
        loggers.ClearLoggers();
        loggers.AddLoggerFactory();
    })
    .AddHocon("akka.log-dead-letters-during-shutdown = off", HoconAddMode.Prepend)
    .WithLogosNode(options => options with
    {
        ListenAddresses = [Multiaddr.Parse(entryNodes.Count == 0 ? "/ip4/127.0.0.1/tcp/60000" : "/ip4/127.0.0.1/tcp/0")],
        EntryNodes = entryNodes,
    })
    .AddStartup((system, registry) =>
    {
        var node = system.LogosNode();
        Console.WriteLine($"Reached at {node.Addresses[0]}");
        registry.Register<LobbyActor>(system.ActorOf(LobbyActor.Props(node, Console.Out), "lobby"));
    }));
using var host = builder.Build();
await host.StartAsync();

var lobby = host.Services.GetRequiredService<IRequiredActor<LobbyActor>>().ActorRef;
var lines = Task.Run(() =>
{
    while (Console.ReadLine() is { } line)
        lobby.Tell(new Lobby.Say(line));
});
await host.WaitForShutdownAsync();
