using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Negotiation;
using LogosActors.Libp2p.Requests;
using LogosActors.Libp2p.Tests.Connections;
using LogosActors.Libp2p.Tests.Hosting;

namespace LogosActors.Libp2p.Tests.Requests;

public sealed class RequestTests
{
    static readonly MessageCodec<string> Text = new(System.Text.Encoding.UTF8.GetBytes, TryDecode) { MaxLength = 1000 };

    static readonly RequestProtocol<string, string> Shout = new() { Id = "/shout/1.0.0", Request = Text, Response = Text };

    static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out string? message, out DecodeError error)
    {
        error = System.Text.Unicode.Utf8.IsValid(source) ? DecodeError.None : DecodeError.InvalidText;
        message = error is DecodeError.None ? System.Text.Encoding.UTF8.GetString(source) : null;
        return message is not null;
    }

    static async Task<(TestHost Here, TestHost There)> ConnectedAsync()
    {
        var (here, there) = (await TestHost.StartAsync(), await TestHost.StartAsync());
        await here.ConnectAsync(there);
        return (here, there);
    }

    [Fact]
    public async Task A_question_is_answered()
    {
        var (here, there) = await ConnectedAsync();
        await using var _ = here;
        await using var __ = there;
        there.Host.Serve(Shout, (peer, request, _) => Task.FromResult($"{peer == here.Id} {request.ToUpperInvariant()}"));
        using var client = here.Host.CreateClient(Shout);
        Assert.Equal("True HELLO", (await client.RequestAsync(there.Id, "hello")).Response);
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => client.RequestAsync(there.Id, $"n{i}")));
        Assert.All(answers.Index(), answer => Assert.Equal($"True N{answer.Index}", answer.Item.Response));
    }

    [Fact]
    public async Task A_stream_without_a_question_stays_open_past_the_time_out_and_takes_no_turn_from_others()
    {
        var (here, there) = await ConnectedAsync();
        await using var _ = here;
        await using var __ = there;
        var hurried = Shout with { Timeout = TimeSpan.FromSeconds(3), MaxInbound = 1, MaxInboundPerPeer = 3 };
        there.Host.Serve(hurried, (_, request, _) => Task.FromResult(request.ToUpperInvariant()));
        await using var idle = await here.Host.OpenStreamAsync(there.Id, Shout.Id);
        await using var slow = await here.Host.OpenStreamAsync(there.Id, Shout.Id);
        using var client = here.Host.CreateClient(Shout);

        // A question that has begun and does not go on is cut off after the time-out.
        await slow.WriteAsync(new byte[] { 5, (byte)'h' });
        await Assert.ThrowsAsync<StreamResetException>(() => slow.ReadToEndAsync());

        Assert.Equal("HELLO", (await client.RequestAsync(there.Id, "hello")).Response);
        await idle.WriteAsync(new byte[] { 2, (byte)'o', (byte)'k' });
        await idle.CloseWriteAsync();
        Assert.Equal([2, (byte)'O', (byte)'K'], await idle.ReadToEndAsync());
    }

    [Fact]
    public async Task A_question_that_fails_says_why()
    {
        var (here, there) = await ConnectedAsync();
        await using var _ = here;
        await using var __ = there;
        var answer = "";
        using var client = here.Host.CreateClient(Shout);
        async Task<ConnectionFailure?> FailureOf(string question) => (await client.RequestAsync(there.Id, question)).Failure;

        Assert.Equal(ConnectionFailure.NegotiationFailed, await FailureOf("nobody serves it"));
        there.Host.Serve(Shout, (_, request, _) => request == "throw" ? throw new InvalidOperationException("on purpose") : Task.FromResult(answer));
        Assert.Equal(ConnectionFailure.Refused, await FailureOf("throw"));
        answer = new string('x', 1001);
        Assert.Equal(ConnectionFailure.Refused, await FailureOf("the answer is too long to be sent"));
        await Assert.ThrowsAsync<ArgumentException>(() => FailureOf(new string('x', 1001)));
        await here.Host.DisconnectAsync(there.Id);
        Assert.Equal(ConnectionFailure.NotConnected, await FailureOf("too late"));
    }

    [Theory]
    [InlineData(new byte[] { 2, 0xff, 0xff })]
    [InlineData(new byte[] { 0x80, 0x80, 0x04 })]
    [InlineData(new byte[] { 5, 1 })]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0x80, 0x00 })]
    public async Task An_answer_or_a_question_that_is_none_is_refused(byte[] bytes)
    {
        var (here, there) = await ConnectedAsync();
        await using var _ = here;
        await using var __ = there;
        there.Host.Handle(Shout.Id, async (stream, cancellation) => await stream.WriteAsync(bytes, cancellation));
        using var client = here.Host.CreateClient(Shout);
        Assert.Equal(ConnectionFailure.ProtocolViolated, (await client.RequestAsync(there.Id, "hello")).Failure);

        here.Host.Serve(Shout, (_, _, _) => Task.FromResult("never"));
        await using var stream = await there.Host.OpenStreamAsync(here.Id, Shout.Id);
        await Assert.ThrowsAsync<StreamResetException>(async () =>
        {
            await stream.WriteAsync(bytes);
            await stream.CloseWriteAsync();
            await stream.ReadToEndAsync();
        });
    }

    [Fact]
    public async Task A_question_without_an_answer_times_out_and_can_be_cancelled_and_the_handler_is_told()
    {
        var (here, there) = await ConnectedAsync();
        await using var _ = here;
        await using var __ = there;
        var (begun, ended) = (0, 0);
        there.Host.Serve(Shout, async (_, _, cancellation) =>
        {
            Interlocked.Increment(ref begun);
            try
            {
                await Task.Delay(Timeout.Infinite, cancellation);
                return "";
            }
            finally
            {
                Interlocked.Increment(ref ended);
            }
        });
        using var impatient = here.Host.CreateClient(Shout with { Timeout = TimeSpan.FromMilliseconds(300) });
        Assert.Equal(ConnectionFailure.TimedOut, (await impatient.RequestAsync(there.Id, "hello")).Failure);
        using var client = here.Host.CreateClient(Shout);
        using var cancel = new CancellationTokenSource();
        var asking = client.RequestAsync(there.Id, "hello", cancel.Token);
        await TestHost.Until(() => Volatile.Read(ref begun) == 2);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await TestHost.Until(() => Volatile.Read(ref ended) == 2);
        var last = client.RequestAsync(there.Id, "hello");
        await TestHost.Until(() => Volatile.Read(ref begun) == 3);
        await here.Host.DisconnectAsync(there.Id);
        await TestHost.Until(() => Volatile.Read(ref ended) == 3);
        Assert.False((await last).IsAnswered);
    }

    [Fact]
    public async Task A_question_leaves_with_the_proposal_of_its_protocol_where_the_peer_is_known_to_speak_it()
    {
        using var peers = new Connections.Peers();
        var (here, there) = await peers.ConnectAsync();
        using var environment = new HostEnvironment(peers.DialerKey, new Libp2pHostOptions(), TimeProvider.System);
        environment.Identified[peers.ListenerId] = new PeerIdentity { PublicKey = peers.ListenerKey.PublicKey, Protocols = [Shout.Id] };
        var connection = new PeerConnection(here, Address: null, IsDialer: true, Since: default, Actor: null!);
        var question = new byte[] { 1, 2, 3 };

        var (known, proposal) = await connection.OpenWithAsync(Shout.Id, question, environment, default);
        await using var served = await there.AcceptStreamAsync();
        byte[] expected = [19, .. "/multistream/1.0.0\n"u8, 13, .. "/shout/1.0.0\n"u8, 1, 2, 3];
        // The peer has answered nothing yet.
        Assert.Equal(expected, await served.ReadAsync(expected.Length));
        Assert.NotNull(proposal);
        Assert.Equal(Shout.Id, known.Protocol);

        var opening = connection.OpenWithAsync("/other", question, environment, default);
        await using var other = await there.AcceptStreamAsync();
        Assert.Equal("/other", await other.AgreeAsync(new SupportedProtocols("/other")));
        Assert.Null((await opening).Proposal);
        Assert.Equal(question, await other.ReadAsync(3));
        await here.DisposeAsync();
        await there.DisposeAsync();
    }

    [Fact]
    public async Task No_more_questions_are_under_way_than_allowed_on_either_side()
    {
        var (here, there) = await ConnectedAsync();
        await using var _ = here;
        await using var __ = there;
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = 0;
        there.Host.Serve(Shout with { MaxInbound = 3 }, async (_, request, _) =>
        {
            Interlocked.Increment(ref begun);
            await answer.Task;
            return request;
        });
        using var modest = here.Host.CreateClient(Shout with { MaxOutbound = 2 });
        var questions = Enumerable.Range(0, 6).Select(i => modest.RequestAsync(there.Id, $"{i}")).ToArray();
        await TestHost.Until(() => Volatile.Read(ref begun) == 2);
        using var greedy = here.Host.CreateClient(Shout);
        var third = greedy.RequestAsync(there.Id, "third");
        await TestHost.Until(() => Volatile.Read(ref begun) == 3);
        Assert.Equal(ConnectionFailure.Refused, (await greedy.RequestAsync(there.Id, "fourth")).Failure);
        answer.SetResult();
        Assert.All(await Task.WhenAll([.. questions, third]), result => Assert.True(result.IsAnswered, result.Reason));
        Assert.Equal(7, begun);
    }
}
