using System.Net.Sockets;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Connections.WebSocket;

namespace LogosActors.Libp2p.Tests.Connections.WebSocket;

public sealed class WebSocketUpgradeTests
{
    const string Upgrade = "Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
    const string Key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    static async Task<ConnectionException> FailureOf(Task task) => await Assert.ThrowsAsync<ConnectionException>(() => task);

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 426 ")]
    [InlineData("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n", "HTTP/1.1 426 ")]
    [InlineData("GET / HTTP/1.1\r\n" + Upgrade + "Sec-WebSocket-Version: 13\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET / HTTP/1.1\r\n" + Upgrade + Key + "Sec-WebSocket-Version: 8\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET /elsewhere HTTP/1.1\r\n" + Upgrade + Key + "Sec-WebSocket-Version: 13\r\n\r\n", "HTTP/1.1 404 ")]
    [InlineData("\x13/multistream/1.0.0\n\x07/noise\n\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("\0\0\0\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" + Key + "Sec-WebSocket-Version: 13\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET / HTTP/1.1\r\n" + Upgrade + "Sec-WebSocket-Key: c2hvcnQ=\r\nSec-WebSocket-Version: 13\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET / HTTP/1.1\r\n" + Upgrade + Key + "Sec-WebSocket-Version: 13\r\n\r\nframes before the answer", "HTTP/1.1 400 ")]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n", "HTTP/1.1 400 ")]
    public async Task What_is_no_upgrade_is_refused_and_the_connection_closed(string request, string answer)
    {
        await using var server = await WebSocketServer.StartAsync();
        using var stream = await server.SendAsync(request);
        Assert.StartsWith(answer, await WebSocketServer.AnswerAsync(stream), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_comes_byte_by_byte_is_answered_as_the_specification_s_example_is()
    {
        await using var server = await WebSocketServer.StartAsync();
        using var stream = await server.SendAsync("");
        var request = "GET /?any HTTP/1.1\r\n" + Upgrade.Replace("Connection: Upgrade", "connection: keep-alive, upgrade", StringComparison.Ordinal) + Key + "Sec-WebSocket-Version: 13\r\n\r\n";
        foreach (var letter in request)
            await stream.WriteAsync(new[] { (byte)letter });
        await (await server.Listener.AcceptAsync()).DisposeAsync();
        var answer = await WebSocketServer.AnswerAsync(stream);
        Assert.StartsWith("HTTP/1.1 101 ", answer, StringComparison.Ordinal);
        // RFC 6455 §1.3
        Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_says_what_is_spoken_here()
    {
        await using var server = await WebSocketServer.StartAsync();
        using var stream = await server.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        var answer = await WebSocketServer.AnswerAsync(stream);
        Assert.Contains("Upgrade: websocket", answer, StringComparison.Ordinal);
        Assert.Contains("Sec-WebSocket-Version: 13", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_without_end_are_refused()
    {
        await using var server = await WebSocketServer.StartAsync();
        var flood = string.Concat(Enumerable.Range(0, 90).Select(i => $"X-{i}: {new string('a', 400)}\r\n"));
        using var stream = await server.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n" + flood);
        Assert.StartsWith("HTTP/1.1 431 ", await WebSocketServer.AnswerAsync(stream), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("GET / HTTP/1.1\r\n", false)]
    [InlineData("", true)]
    public async Task Those_who_do_not_finish_their_request_are_sent_away(string request, bool isSecure)
    {
        await using var server = await WebSocketServer.StartAsync(new WebSocketListenerOptions { RequestTimeout = TimeSpan.FromSeconds(1) }, isSecure);
        using var stream = await server.SendAsync(request);
        await WebSocketServer.AnswerAsync(stream);
    }

    [Fact]
    public async Task No_more_than_the_limit_may_be_half_open_and_those_who_are_upgraded_make_room()
    {
        await using var server = await WebSocketServer.StartAsync(new WebSocketListenerOptions { MaxHalfOpen = 2 });
        var (dialed, accepted) = await server.ConnectAsync();
        var (other, _) = await server.ConnectAsync();
        // A request that waits for its end holds a place. Which of the three finds none is a matter of luck.
        Stream[] streams = [await server.SendAsync("GET / HTTP/1.1\r\n"), await server.SendAsync("GET / HTTP/1.1\r\n"), await server.SendAsync("GET / HTTP/1.1\r\n")];
        var answers = streams.Select(WebSocketServer.AnswerAsync).ToArray();
        var refused = await Task.WhenAny(answers);
        Assert.Empty(await refused);

        foreach (var (stream, answer) in streams.Zip(answers).Where(pair => pair.Second != refused))
        {
            await stream.WriteAsync("Host: localhost\r\n\r\n"u8.ToArray());
            Assert.StartsWith("HTTP/1.1 426 ", await answer, StringComparison.Ordinal);
        }
        foreach (var stream in streams)
            await stream.DisposeAsync();
        await other.DisposeAsync();
        await dialed.SendAsync(new byte[] { 1 }, default);
        Assert.Equal(1, await accepted.ReceiveAsync(new byte[1], default));
    }

    [Fact]
    public async Task Connections_beyond_the_backlog_are_refused_until_some_are_accepted()
    {
        await using var server = await WebSocketServer.StartAsync(new WebSocketListenerOptions { Backlog = 2 });
        await server.DialAsync();
        await server.DialAsync();
        Assert.Equal(ConnectionFailure.Unreachable, (await FailureOf(server.DialAsync())).Failure);
        await server.Listener.AcceptAsync();
        await server.DialAsync();
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused()
    {
        await using var server = await WebSocketServer.StartAsync(isSecure: true);
        var strict = new WebSocketDialer(new WebSocketConnectionOptions(), TimeProvider.System);
        Assert.Equal(ConnectionFailure.SecurityFailed, (await FailureOf(strict.DialAsync(server.Listener.EndPoint, server.Address))).Failure);
    }

    [Fact]
    public async Task A_listener_that_is_disposed_closes_what_it_has_accepted_and_its_port()
    {
        var server = await WebSocketServer.StartAsync();
        var (dialed, accepted) = await server.ConnectAsync();
        var accepting = server.Listener.AcceptAsync();
        var ending = dialed.ReceiveAsync(new byte[1], default).AsTask();
        using var halfOpen = await server.SendAsync("GET / HTTP/1.1\r\n");
        await server.DisposeAsync();
        Assert.Equal(ConnectionFailure.Closed, (await FailureOf(accepting)).Failure);
        Assert.Equal(0, await ending);
        Assert.True(accepted.Ended.IsCompleted);
        Assert.Equal(ConnectionFailure.Unreachable, (await FailureOf(server.DialAsync())).Failure);
    }

    [Fact]
    public async Task An_address_that_is_taken_cannot_be_listened_at()
    {
        await using var server = await WebSocketServer.StartAsync();
        var second = Assert.Throws<ConnectionException>(
            () => WebSocketConnectionListener.Start(server.Listener.EndPoint, new WebSocketListenerOptions(), TimeProvider.System));
        Assert.Equal(ConnectionFailure.Unreachable, second.Failure);
    }
}
