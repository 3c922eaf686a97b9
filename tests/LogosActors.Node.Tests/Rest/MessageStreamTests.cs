using System.Net.ServerSentEvents;

namespace LogosActors.Node.Tests.Rest;

/// <summary>Streams of messages, and clients that do not read theirs.</summary>
public sealed class MessageStreamTests
{
    const string Topic = "/test/1/a/proto";
    const string Path = $"messaging/v1/messages/stream?contentTopic={Topic}";

    [Fact]
    public async Task Who_does_not_read_is_cut_off_and_who_reads_gets_every_message()
    {
        const int Messages = 300, Size = 100_000, Slow = 20;
        await using var node = await RunningNode.StartAsync();
        var slow = new List<HttpResponseMessage>();
        for (var i = 0; i < Slow; i++)
            slow.Add(await OpenAsync(node));
        using var reader = await OpenAsync(node);
        // Who reads is at most so many messages behind, however busy the machine is.
        using var unread = new SemaphoreSlim(10);
        var reading = CountAsync(reader, Messages, () => unread.Release());
        var before = Environment.WorkingSet;

        var payload = Convert.ToBase64String(new byte[Size]);
        for (var i = 0; i < Messages; i++)
        {
            Assert.True(await unread.WaitAsync(TimeSpan.FromSeconds(60)));
            Assert.Equal(200, (await node.PostAsync("messaging/v1/messages", new { payload, contentTopic = Topic, meta = Convert.ToBase64String(BitConverter.GetBytes(i)) })).Status);
        }

        Assert.Equal(Messages, await reading.WaitAsync(TimeSpan.FromSeconds(90)));
        foreach (var response in slow)
            Assert.True(await CountAsync(response, Messages) < Messages);
        // 40 MB for each, had all been kept.
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, Slow * 20_000_000L);
    }

    [Fact]
    public async Task There_are_so_many_streams_and_no_more()
    {
        await using var node = await RunningNode.StartAsync();
        var open = new List<HttpResponseMessage>();
        for (var i = 0; i < Node.Rest.Messaging.StreamClients.MaxClientsOfAddress; i++)
            open.Add(await OpenAsync(node));
        Assert.Equal(503, (await node.GetAsync(Path)).Status);

        open[0].Dispose();

        for (var status = 503; status == 503;)
        {
            using var again = await node.Http.GetAsync(Path, HttpCompletionOption.ResponseHeadersRead);
            status = (int)again.StatusCode;
        }
        open.ForEach(response => response.Dispose());
    }

    static async Task<HttpResponseMessage> OpenAsync(RunningNode node)
    {
        var response = await node.Http.GetAsync(Path, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(200, (int)response.StatusCode);
        return response;
    }

    /// <summary>How many messages come until there are so many, or the stream ends.</summary>
    static async Task<int> CountAsync(HttpResponseMessage response, int most, Action? read = null)
    {
        var count = 0;
        try
        {
            await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
            {
                if (item.EventType is not "message")
                    continue;
                read?.Invoke();
                if (++count == most)
                    break;
            }
        }
        catch (IOException)
        {
            // Cut off in the middle of a message.
        }
        return count;
    }
}
