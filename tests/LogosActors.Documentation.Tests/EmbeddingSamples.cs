using Akka.Actor;
using Akka.Event;
using Akka.Hosting;
using LogosActors.Actors;
using LogosActors.Channels;
using LogosActors.Delivery;
using LogosActors.Hosting;
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

    [Fact]
    public async Task A_node_and_a_channel_live_as_long_as_their_host()
    {
        await using var other = await MessagingNode.CreateAsync(new NodeOptions { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] });
        await other.StartAsync();
        var entryNode = other.Addresses[0];

        // sample: host
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddLogosNode(options => options with { EntryNodes = [entryNode] });
        builder.Services.AddReliableChannel(new ReliableChannelOptions { ChannelId = "lobby", ContentTopic = "/chat/1/lobby/proto" });
        using var host = builder.Build();
        await host.StartAsync();

        var lobby = host.Services.GetRequiredKeyedService<IReliableChannel>("lobby");
        await lobby.SendTextAsync("hello");
        // end sample

        Assert.True(lobby.IsOpen);
        await host.StopAsync();
    }

    [Fact]
    public async Task The_lobby_of_the_sample_goes_on_after_its_actor_has_failed()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddAkka("app", akka => akka
            .WithLogosNode(options => options with { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] })
            .AddStartup((system, registry) => registry.Register<LobbyActor>(
                system.ActorOf(LogosActors.Samples.Embedded.LobbyActor.Props(system.LogosNode(), TextWriter.Null), "lobby"))));
        using var host = builder.Build();
        await host.StartAsync();
        var lobby = host.Services.GetRequiredService<IRequiredActor<LobbyActor>>().ActorRef;
        var node = host.Services.GetRequiredService<ActorSystem>().LogosNode();
        await using var other = await MessagingNode.CreateAsync(
            new NodeOptions { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")], EntryNodes = [node.Addresses[0]] });
        await other.StartAsync();
        lobby.Tell(new PipeFailure(new TimeoutException("on purpose")));

        var heard = 0;
        for (var attempt = 0; heard == 0 && attempt < 600; attempt++)
        {
            await other.SendAsync(new MessageEnvelope("/chat/1/lobby/proto", "hello"u8.ToArray()));
            await Task.Delay(100);
            heard = await lobby.Ask<int>(LogosActors.Samples.Embedded.Lobby.Count.Instance, TimeSpan.FromSeconds(30));
        }

        Assert.NotEqual(0, heard);
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
