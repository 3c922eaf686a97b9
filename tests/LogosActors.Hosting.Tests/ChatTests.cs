using System.Net;
using System.Net.Http.Json;
using LogosActors.Delivery;
using LogosActors.Delivery.Tests;
using LogosActors.Samples.Chat;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace LogosActors.Hosting.Tests;

public sealed class ChatTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task What_is_said_in_a_room_comes_to_those_who_listen_on_this_node_and_on_others()
    {
        await using var alice = await StartAsync();
        await using var bob = await StartAsync($"--logos:entry-nodes:0={NodeOf(alice).Addresses[0]}");
        using var client = new HttpClient { Timeout = Patience };
        await using var atAlice = await ListenAsync(client, alice);
        await using var atBob = await ListenAsync(client, bob);
        await WaitForPeerAsync(alice);

        var said = await client.PostAsJsonAsync($"{alice.Urls.First()}/rooms/lobby", new ChatLine("alice", "hello"));

        Assert.Equal(HttpStatusCode.Accepted, said.StatusCode);
        const string Expected = """data: {"from":"alice","text":"hello"}""";
        Assert.Equal(Expected, await NextAsync(atAlice));
        Assert.Equal(Expected, await NextAsync(atBob));
        await bob.StopAsync();
        Assert.Null(await NextAsync(atBob));
    }

    [Fact]
    public async Task The_health_of_the_application_is_that_of_its_node()
    {
        await using var alice = await StartAsync();
        using var client = new HttpClient { Timeout = Patience };

        var health = await client.GetAsync($"{alice.Urls.First()}/health");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "Unhealthy"), (health.StatusCode, await health.Content.ReadAsStringAsync()));
    }

    static async Task<WebApplication> StartAsync(params string[] args)
    {
        var application = ChatApplication.Create(["--urls=http://127.0.0.1:0", "--logos:listen-addresses:0=/ip4/127.0.0.1/tcp/0", .. args]);
        await application.StartAsync();
        return application;
    }

    static MessagingNode NodeOf(WebApplication application) => application.Services.GetRequiredService<MessagingNode>();

    static async Task WaitForPeerAsync(WebApplication application)
    {
        var node = NodeOf(application);
        using var late = new CancellationTokenSource(Patience);
        while ((await node.RelayStatusAsync(node.ShardOf("/chat/1/lobby/json"))).Subscribers == 0)
            await Task.Delay(10, late.Token);
    }

    static async Task<Listener> ListenAsync(HttpClient client, WebApplication application)
    {
        var response = await client.GetAsync($"{application.Urls.First()}/rooms/lobby", HttpCompletionOption.ResponseHeadersRead);
        var listener = new Listener(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
        Assert.Equal("event: entered", await NextAsync(listener));
        Assert.StartsWith("data: ", await NextAsync(listener), StringComparison.Ordinal);
        return listener;
    }

    /// <summary>The next line that is not empty; null at the end.</summary>
    static async Task<string?> NextAsync(Listener listener)
    {
        while (await listener.Lines.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (line.Length > 0)
                return line;
        }
        return null;
    }

    sealed record Listener(HttpResponseMessage Response, StreamReader Lines) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            Lines.Dispose();
            Response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
