using LogosActors.Actors.Hosting;
using LogosActors.Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Documentation;

public sealed class ActorsSamples(ITestOutputHelper output) : XunitTestKit(output)
{
    [Fact]
    public async Task The_greeter_greets()
    {
        var system = System;
        // sample: spawn-greeter
        var greeter = system.Spawn(Props.Create(() => new GreeterActor()), "greeter");
        // end sample
        var answer = await greeter.Ask<Greeter.Greeted>(new Greeter.Greet("Ada"), TimeSpan.FromSeconds(10));
        Assert.Equal("Hello, Ada", answer.Text);
    }

    [Fact]
    public async Task A_host_runs_an_actor_system()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(settings: null);
        // sample: host
        builder.Services.AddActorSystem("app");
        // end sample
        using var host = builder.Build();
        await host.StartAsync();
        var system = host.Services.GetRequiredService<ActorSystem>();
        Assert.Equal("app", system.Name);
        await host.StopAsync();
        Assert.True(system.WhenTerminated.IsCompletedSuccessfully);
    }
}

// sample: greeter
static class Greeter                                    // the conversation: everything that may be said, in one place
{
    public sealed record Greet(string Name);
    public sealed record Greeted(string Text);
}

sealed class GreeterActor : Actor
{
    protected override void Receive(object message)
    {
        switch (message)
        {
            case Greeter.Greet greet:
                Reply(new Greeter.Greeted($"Hello, {greet.Name}"));
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
// end sample
