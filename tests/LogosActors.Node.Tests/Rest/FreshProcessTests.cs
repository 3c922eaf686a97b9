using System.Net.Http.Json;
using System.Text.Json;

namespace LogosActors.Node.Tests.Rest;

/// <summary>Two processes that have just started, whose code runs for the first time.</summary>
public sealed class FreshProcessTests
{
    const string Messages = "relay/v1/messages/%2Fwaku%2F2%2Frs%2F0%2F0";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_that_is_published_as_soon_as_the_request_to_connect_is_answered_arrives(bool isConnecting)
    {
        await using var here = Start();
        await using var there = Start();
        var address = await ValueAsync(there, "Listening at ");
        using var first = new HttpClient { BaseAddress = new Uri(await ValueAsync(here, "REST at ")) };
        using var second = new HttpClient { BaseAddress = new Uri(await ValueAsync(there, "REST at ")) };
        await here.Output.WaitForAsync("Node setup complete", here.Exit);
        await there.Output.WaitForAsync("Node setup complete", there.Exit);

        using var connected = await first.PostAsJsonAsync("admin/v1/peers", new[] { address });
        Assert.True(connected.IsSuccessStatusCode, await connected.Content.ReadAsStringAsync());
        var (from, to) = isConnecting ? (first, second) : (second, first);
        using var published = await from.PostAsJsonAsync(Messages, new { payload = "AAAA", contentTopic = "/test/1/a/proto" });
        Assert.True(published.IsSuccessStatusCode, await published.Content.ReadAsStringAsync());

        var deadline = DateTime.UtcNow.AddSeconds(60);
        while ((await to.GetFromJsonAsync<JsonElement[]>(Messages)) is [])
        {
            Assert.True(DateTime.UtcNow < deadline, "The message has not arrived.");
            await Task.Delay(20);
        }
    }

    static LogosProcess Start() => LogosProcess.Start("run", "--tcp-port=0", "--rest-port=0", "--listen-address=127.0.0.1");

    static async Task<string> ValueAsync(LogosProcess process, string name)
    {
        var line = await process.Output.WaitForAsync(name, process.Exit);
        return line[(line.IndexOf(name, StringComparison.Ordinal) + name.Length)..].Trim();
    }
}
