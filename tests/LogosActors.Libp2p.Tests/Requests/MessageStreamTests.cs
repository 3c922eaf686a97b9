using System.Collections.Concurrent;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Requests;
using LogosActors.Libp2p.Tests.Hosting;

namespace LogosActors.Libp2p.Tests.Requests;

public sealed class MessageStreamTests
{
    static readonly MessageProtocol News = new("/news/1.0.0", MaxLength: 1000);

    [Fact]
    public async Task Many_messages_arrive_in_order_on_one_stream()
    {
        await using var here = await TestHost.StartAsync();
        await using var there = await TestHost.StartAsync();
        await here.ConnectAsync(there);
        var received = new ConcurrentQueue<(PeerId From, string Text)>();
        there.Host.Receive(News, (peer, message, _) =>
        {
            received.Enqueue((peer, System.Text.Encoding.UTF8.GetString(message.Span)));
            return default;
        });

        await using (var stream = await here.Host.OpenMessagesAsync(there.Id, News.Id, default))
        {
            for (var i = 0; i < 500; i++)
                await stream.WriteAsync(LengthPrefixed.Frame(System.Text.Encoding.UTF8.GetBytes($"n{i}")), default);
        }

        await TestHost.Until(() => received.Count == 500);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => (here.Id, $"n{i}")), received);
    }

    [Fact]
    public async Task A_message_over_the_limit_resets_its_stream()
    {
        await using var here = await TestHost.StartAsync();
        await using var there = await TestHost.StartAsync();
        await here.ConnectAsync(there);
        there.Host.Receive(News, static (_, _, _) => default);
        await using var stream = await here.Host.OpenMessagesAsync(there.Id, News.Id, default);

        await stream.WriteAsync(LengthPrefixed.Frame(new byte[1001]), default);

        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (true)
            {
                await stream.WriteAsync(new byte[] { 1, 1 }, default);
                await Task.Yield();
            }
        });
    }

    [Fact]
    public async Task A_peer_that_does_not_speak_the_protocol_gets_no_stream()
    {
        await using var here = await TestHost.StartAsync();
        await using var there = await TestHost.StartAsync();
        await here.ConnectAsync(there);

        var failure = await Assert.ThrowsAsync<ConnectionException>(() => here.Host.OpenMessagesAsync(there.Id, News.Id, default));

        Assert.Equal(ConnectionFailure.NegotiationFailed, failure.Failure);
    }

    [Fact]
    public async Task A_conversation_goes_to_and_fro_until_one_side_ends_it()
    {
        await using var here = await TestHost.StartAsync();
        await using var there = await TestHost.StartAsync();
        await here.ConnectAsync(there);
        there.Host.Converse(News, static async (_, conversation, cancellation) =>
        {
            while (await conversation.ReadAsync(cancellation) is { Length: > 0 } message)
                await conversation.WriteAsync(LengthPrefixed.Frame([.. message.Span, (byte)message.Length]), cancellation);
        });

        await using var conversation = await here.Host.OpenConversationAsync(there.Id, News, default);
        byte[] said = [];
        for (var i = 0; i < 50; i++)
        {
            await conversation.WriteAsync(LengthPrefixed.Frame([.. said, 9]), default);
            said = (await conversation.ReadAsync(default))!.Value.ToArray();
            Assert.Equal((2 * i) + 2, said.Length);
        }
        await conversation.WriteAsync(LengthPrefixed.Frame([]), default);
        Assert.Null(await conversation.ReadAsync(default));
    }

    [Fact]
    public async Task An_answer_over_the_limit_ends_the_conversation()
    {
        await using var here = await TestHost.StartAsync();
        await using var there = await TestHost.StartAsync();
        await here.ConnectAsync(there);
        there.Host.Converse(News, static async (_, conversation, cancellation) =>
        {
            await conversation.WriteAsync(LengthPrefixed.Frame(new byte[1001]), cancellation);
            await conversation.ReadAsync(cancellation);
        });

        await using var conversation = await here.Host.OpenConversationAsync(there.Id, News, default);
        var failed = await Assert.ThrowsAsync<ConnectionException>(async () => await conversation.ReadAsync(default));
        Assert.Equal(ConnectionFailure.ProtocolViolated, failed.Failure);
    }
}
