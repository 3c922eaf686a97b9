using System.Net.WebSockets;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Connections.WebSocket;
using LogosActors.TestKit;

namespace LogosActors.Libp2p.Tests.Connections.WebSocket;

public sealed class WebSocketTests
{
    static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    static async Task<byte[]> ReceiveAsync(WebSocketConnection connection, int length)
    {
        var bytes = new byte[length];
        for (var received = 0; received < length;)
        {
            var count = await connection.ReceiveAsync(bytes.AsMemory(received), default);
            Assert.NotEqual(0, count);
            received += count;
        }
        return bytes;
    }

    static async Task<ConnectionFailure> FailureOfReceiving(WebSocketConnection connection) =>
        (await Assert.ThrowsAsync<ConnectionException>(async () => await ReceiveAsync(connection, int.MaxValue / 2))).Failure;

    static async Task EchoAsync(MuxedConnection connection)
    {
        var stream = await connection.AcceptStreamAsync();
        var buffer = new byte[20_000];
        for (int count; (count = await stream.ReadAsync(buffer)) > 0;)
            await stream.WriteAsync(buffer.AsMemory(0, count));
        await stream.CloseWriteAsync();
    }

    static async Task<byte[]> AskAsync(MuxedConnection connection, byte[] question)
    {
        var stream = await connection.OpenStreamAsync();
        var answer = stream.ReadToEndAsync();
        await stream.WriteAsync(question);
        await stream.CloseWriteAsync();
        return await answer;
    }

    [Theory]
    [InlineData(ConnectionOptions.YamuxProtocol, false)]
    [InlineData(ConnectionOptions.YamuxProtocol, true)]
    [InlineData(ConnectionOptions.MplexProtocol, false)]
    [InlineData(ConnectionOptions.MplexProtocol, true)]
    public async Task A_stream_is_echoed_over_ws_and_wss(string muxer, bool isSecure)
    {
        await using var server = await WebSocketServer.StartAsync(isSecure: isSecure);
        using var peers = new Peers(new ConnectionOptions { Muxers = [muxer] });
        var (there, here) = await server.ConnectAsync();
        var (dialed, accepted) = await peers.ConnectAsync(there, here);
        var echo = EchoAsync(accepted);
        Assert.Equal(Bytes(1, 2_000_000), await AskAsync(dialed, Bytes(1, 2_000_000)));
        await echo;
        Assert.Equal(server.Listener.EndPoint.Port, ((System.Net.IPEndPoint)dialed.RemoteEndPoint!).Port);
        Assert.NotNull(accepted.RemoteEndPoint);
        await dialed.DisposeAsync();
        Assert.Equal(ConnectionFailure.Lost, (await accepted.Ended).Failure);
    }

    [Fact]
    public async Task Many_connections_at_once_do_not_disturb_each_other()
    {
        await using var server = await WebSocketServer.StartAsync();
        using var peers = new Peers();
        var echoes = Task.WhenAll(Enumerable.Range(0, 60).Select(async _ =>
        {
            var accepted = await peers.Listener.UpgradeAsync(await server.Listener.AcceptAsync(), isDialer: false, expected: null);
            await EchoAsync(accepted);
            await accepted.Ended;
        }));
        await Task.WhenAll(Enumerable.Range(0, 60).Select(async seed =>
        {
            var dialed = await peers.Dialer.UpgradeAsync(await server.DialAsync(), isDialer: true, peers.ListenerId);
            Assert.Equal(Bytes(seed, 30_000), await AskAsync(dialed, Bytes(seed, 30_000)));
            await dialed.DisposeAsync();
        }));
        await echoes;
    }

    [Fact]
    public async Task Messages_and_fragments_of_any_size_are_one_sequence_of_bytes()
    {
        await using var server = await WebSocketServer.StartAsync();
        var (client, accepted) = await server.ConnectClientAsync();
        using var owned = client;
        var sent = Bytes(2, 200_000);
        var received = ReceiveAsync(accepted, sent.Length);
        var random = new Random(2);
        for (int at = 0, length; at < sent.Length; at += length)
        {
            length = Math.Min(sent.Length - at, random.Next(4) == 0 ? random.Next(20_000) : random.Next(5));
            await client.SendAsync(sent.AsMemory(at, length), WebSocketMessageType.Binary, random.Next(3) == 0 || at + length == sent.Length, default);
        }
        Assert.Equal(sent, await received);
    }

    [Fact]
    public async Task A_side_that_closes_is_understood_by_the_other_whichever_it_is()
    {
        await using var server = await WebSocketServer.StartAsync();
        var (dialed, accepted) = await server.ConnectAsync();
        await dialed.SendAsync(Bytes(3, 100), default);
        var closing = dialed.DisposeAsync().AsTask();
        Assert.Equal(Bytes(3, 100), await ReceiveAsync(accepted, 100));
        Assert.Equal(0, await accepted.ReceiveAsync(new byte[1], default));
        await accepted.DisposeAsync();
        await closing;

        (dialed, accepted) = await server.ConnectAsync();
        await accepted.SendAsync(Bytes(4, 100), default);
        closing = accepted.DisposeAsync().AsTask();
        Assert.Equal(Bytes(4, 100), await ReceiveAsync(dialed, 100));
        Assert.Equal(0, await dialed.ReceiveAsync(new byte[1], default));
        await dialed.DisposeAsync();
        await closing;
    }

    [Fact]
    public async Task Sides_that_close_at_the_same_time_are_both_done()
    {
        await using var server = await WebSocketServer.StartAsync();
        var (dialed, accepted) = await server.ConnectAsync();
        var receiving = dialed.ReceiveAsync(new byte[1], default).AsTask();
        await Task.WhenAll(dialed.DisposeAsync().AsTask(), accepted.DisposeAsync().AsTask());
        Assert.Equal(0, await receiving);
        Assert.Equal(ConnectionFailure.Closed, await FailureOfReceiving(dialed));
    }

    [Fact]
    public async Task A_peer_that_does_not_answer_a_close_is_aborted()
    {
        var time = new VirtualTime();
        await using var server = await WebSocketServer.StartAsync(time: time);
        var (client, accepted) = await server.ConnectClientAsync();
        using var owned = client;
        var closing = accepted.DisposeAsync().AsTask();
        await client.ReceiveAsync(new byte[1], default);
        Assert.Equal(WebSocketState.CloseReceived, client.State);
        Assert.False(closing.IsCompleted);
        time.Advance(new WebSocketConnectionOptions().CloseTimeout);
        await closing;
    }

    [Fact]
    public async Task A_peer_that_vanishes_is_a_lost_connection()
    {
        await using var server = await WebSocketServer.StartAsync();
        var (client, accepted) = await server.ConnectClientAsync();
        client.Abort();
        Assert.Equal(ConnectionFailure.Lost, await FailureOfReceiving(accepted));
        client.Dispose();
    }

    [Fact]
    public async Task Text_messages_too_long_and_messages_without_a_byte_end_the_connection_with_the_reason()
    {
        var limited = new WebSocketListenerOptions { Connection = new WebSocketConnectionOptions { MaxMessage = 1000 } };
        await using var server = await WebSocketServer.StartAsync(limited);
        var offences = new (WebSocketMessageType Type, int Length, int Times, WebSocketCloseStatus Status)[]
        {
            (WebSocketMessageType.Text, 1, 1, WebSocketCloseStatus.InvalidMessageType),
            (WebSocketMessageType.Binary, 600, 2, WebSocketCloseStatus.MessageTooBig),
            (WebSocketMessageType.Binary, 0, 65, WebSocketCloseStatus.PolicyViolation),
        };
        foreach (var (type, length, times, status) in offences)
        {
            var (client, accepted) = await server.ConnectClientAsync();
            using var owned = client;
            var failure = FailureOfReceiving(accepted);
            for (var i = 0; i < times; i++)
                await client.SendAsync(Bytes(i, length), type, endOfMessage: length == 0, default);
            Assert.Equal(ConnectionFailure.TransportFailed, await failure);
            var closing = accepted.DisposeAsync().AsTask();
            await client.ReceiveAsync(new byte[1], default);
            Assert.Equal(status, client.CloseStatus);
            await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
            await closing;
        }
    }

    [Fact]
    public async Task A_message_may_be_as_long_as_the_limit_and_another_may_follow()
    {
        var limited = new WebSocketListenerOptions { Connection = new WebSocketConnectionOptions { MaxMessage = 1000 } };
        await using var server = await WebSocketServer.StartAsync(limited);
        var (dialed, accepted) = await server.ConnectAsync();
        for (var i = 0; i < 3; i++)
            await dialed.SendAsync(Bytes(i, 1000), default);
        var received = await ReceiveAsync(accepted, 3000);
        Assert.Equal([.. Bytes(0, 1000), .. Bytes(1, 1000), .. Bytes(2, 1000)], received);
    }
}
