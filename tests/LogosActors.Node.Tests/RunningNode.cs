using System.Net.Http.Json;
using System.Text.Json;

namespace LogosActors.Node.Tests;

/// <summary><c>logos run</c> in this process, at free ports, and a client of its REST service.</summary>
internal sealed class RunningNode : IAsyncDisposable
{
    readonly CommandRun _run;

    RunningNode(CommandRun run, Uri rest, string address)
    {
        (_run, Rest, Address) = (run, rest, address);
        Http = new HttpClient { BaseAddress = rest, Timeout = TimeSpan.FromSeconds(60) };
    }

    /// <summary>Where its REST service is.</summary>
    public Uri Rest { get; }

    /// <summary>Where peers reach it; empty: nowhere, in edge mode.</summary>
    public string Address { get; }

    public HttpClient Http { get; }

    public CapturedLines Log => _run.Output;

    public static Task<RunningNode> StartAsync(params string[] flags) => StartAsync(isEdge: false, flags);

    /// <summary>The same in edge mode.</summary>
    public static Task<RunningNode> StartEdgeAsync(params string[] flags) => StartAsync(isEdge: true, ["--mode=EDGE", .. flags]);

    static async Task<RunningNode> StartAsync(bool isEdge, string[] flags)
    {
        var run = CommandRun.Start(["run", "--tcp-port=0", "--rest-port=0", "--listen-address=127.0.0.1", .. flags]);
        await run.Output.WaitForAsync("Node setup complete", run.Exit);
        var rest = await run.Output.WaitForAsync("REST at ");
        var address = isEdge ? "/" : await run.Output.WaitForAsync("Listening at ");
        // What listens everywhere is reached here.
        return new RunningNode(run, new Uri(rest[rest.IndexOf("http", StringComparison.Ordinal)..].Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)), isEdge ? "" : address[address.IndexOf('/', StringComparison.Ordinal)..]);
    }

    /// <summary>Sends a request, and says the status and body of the answer.</summary>
    public async Task<(int Status, string Body, string? Type)> RequestAsync(
        HttpMethod method, string path, object? json = null, string type = "application/json")
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is string text)
            request.Content = new StringContent(text, new System.Net.Http.Headers.MediaTypeHeaderValue(type));
        else if (json is not null)
            request.Content = JsonContent.Create(json);
        // As the reference's clients send it: with a length.
        await (request.Content?.LoadIntoBufferAsync() ?? Task.CompletedTask);
        using var response = await Http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Content.Headers.ContentType?.MediaType);
    }

    public Task<(int Status, string Body, string? Type)> GetAsync(string path) => RequestAsync(HttpMethod.Get, path);

    public Task<(int Status, string Body, string? Type)> PostAsync(string path, object? json) => RequestAsync(HttpMethod.Post, path, json);

    public Task<(int Status, string Body, string? Type)> DeleteAsync(string path, object? json) => RequestAsync(HttpMethod.Delete, path, json);

    /// <summary>Asks until the answer holds, and returns it.</summary>
    public async Task<JsonElement> AwaitJsonAsync(string path, Func<JsonElement, bool> holds)
    {
        var deadline = DateTime.UtcNow.AddSeconds(90);
        while (true)
        {
            var (status, body, _) = await GetAsync(path);
            if (status == 200 && JsonDocument.Parse(body).RootElement is var json && holds(json))
                return json;
            Assert.True(DateTime.UtcNow < deadline, $"{path} was last {status} {body}");
            await Task.Delay(50);
        }
    }

    /// <summary>Waits until this node knows that a peer is subscribed to each of its shards.</summary>
    public Task AwaitPeerOnEveryShardAsync() => AwaitJsonAsync(
        "admin/v1/peers/relay", shards => shards.GetArrayLength() > 0 && shards.EnumerateArray().All(shard => shard.GetProperty("peers").GetArrayLength() > 0));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _run.DisposeAsync();
    }
}
