using Akka.Actor;
using Akka.Event;
using Akka.Hosting;
using LogosActors.Actors;
using LogosActors.Delivery;
using LogosActors.Libp2p.Addresses;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LogosActors.Documentation.Tests;

/// <summary>The code that README.md and docs/messaging.md show.</summary>
public sealed class EmbeddingSamples
{
    [Fact]
    public async Task A_node_lives_in_an_applications_actor_system()
    {
        await using var other = await MessagingNode.CreateAsync(new NodeOptions { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] });
        await other.StartAsync();
        var received = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        other.MessageReceived += (_, message) => received.TrySetResult(message.Message.Payload.Length);
        await other.SubscribeAsync(["/chat/1/lobby/proto"]);
        var entryNode = other.Addresses[0];
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);

        // sample: embed
        builder.Services.AddAkka("app", akka => akka
            .WithLogosNode(options => options with { EntryNodes = [entryNode] })
            .AddStartup((system, registry) =>
                registry.Register<LobbyActor>(system.ActorOf(LobbyActor.Props(system.LogosNode()), "lobby"))));
        // end sample

        using var host = builder.Build();
        await host.StartAsync();
        var lobby = host.Services.GetRequiredService<IRequiredActor<LobbyActor>>().ActorRef;
        lobby.Tell("hello");
        Assert.Equal(5, await received.Task.WaitAsync(TimeSpan.FromSeconds(60)));
        await host.StopAsync();
    }
}

// sample: embed-actor
sealed class LobbyActor(MessagingNode node) : SupervisedActor
{
    public static Props Props(MessagingNode node) => Akka.Actor.Props.Create(() => new LobbyActor(node));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case string text:
                PipeToSelf(node.SendAsync(new MessageEnvelope("/chat/1/lobby/proto", System.Text.Encoding.UTF8.GetBytes(text))));
                break;
            case Result<RequestId, SendError> { Error: { } error }:
                Log.Warning("Not sent: {Reason}", error.Message);
                break;
            case Result<RequestId, SendError>:
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
// end sample
