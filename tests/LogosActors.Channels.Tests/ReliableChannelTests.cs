using System.Text;
using LogosActors.Channels.Encryption;
using LogosActors.Delivery;
using static LogosActors.Channels.Tests.TwoNodes;

namespace LogosActors.Channels.Tests;

/// <summary>Reliable channels as an application has them, between two nodes.</summary>
public sealed class ReliableChannelTests
{
    [Fact]
    public async Task A_message_comes_to_the_other_participant_and_its_sender_is_told()
    {
        await using var nodes = await StartAsync();
        var (alice, bob) = await nodes.OpenAsync();
        await using var told = alice.Events().GetAsyncEnumerator();
        await using var received = bob.Events().GetAsyncEnumerator();

        var sent = await alice.SendAsync("hello"u8.ToArray());

        Assert.True(sent.IsSuccess, sent.Error?.Message);
        var message = await NextAsync<ReliableMessageReceived>(received);
        Assert.Equal(("lobby", sent.Value, "alice", Topic, "hello"), (message.ChannelId, message.RequestId, message.SenderId, message.ContentTopic, Encoding.UTF8.GetString(message.Payload.Span)));
        Assert.Equal(sent.Value, (await NextAsync<ReliableMessageSent>(told)).RequestId);
        Assert.Equal(sent.Value, (await NextAsync<ReliableMessageDelivered>(told)).RequestId);
    }

    [Fact]
    public async Task A_confirmed_send_returns_when_the_other_participant_has_the_message()
    {
        await using var nodes = await StartAsync();
        var (alice, bob) = await nodes.OpenAsync();
        await using var received = bob.Messages().GetAsyncEnumerator();

        var sent = await alice.SendAndConfirmAsync("hello"u8.ToArray());

        Assert.True(sent.IsSuccess, sent.Error?.Message);
        Assert.True(await received.MoveNextAsync());
        Assert.Equal((sent.Value.RequestId, "hello"), (received.Current.RequestId, received.Current.ReadText()));
    }

    [Fact]
    public async Task A_confirmed_send_that_nobody_confirms_says_so()
    {
        await using var nodes = await StartAsync();
        var (alice, bob) = await nodes.OpenAsync(static options => options with
        {
            Sds = new SdsOptions
            {
                AcknowledgementTimeout = TimeSpan.FromMilliseconds(200),
                AcknowledgementDelay = TimeSpan.FromMilliseconds(100),
                PossiblyAcknowledgedTimeout = TimeSpan.FromMilliseconds(200),
                MaxRetransmissions = 0,
                LastTimeout = TimeSpan.FromMilliseconds(200),
            },
        });
        // The node still takes messages of the topic, so that they go out.
        await nodes.Bob.SubscribeAsync([Topic]);
        await bob.CloseAsync();

        Assert.Equal(ChannelSendErrorKind.NotConfirmed, (await alice.SendAndConfirmAsync("hello"u8.ToArray())).Error?.Kind);
    }

    [Fact]
    public async Task A_confirmed_send_ends_when_the_channel_is_closed()
    {
        await using var nodes = await StartAsync();
        var (alice, bob) = await nodes.OpenAsync();
        await bob.CloseAsync();
        var sending = alice.SendAndConfirmAsync("hello"u8.ToArray());

        await Task.WhenAll(alice.CloseAsync(), alice.CloseAsync());

        Assert.Equal(ChannelSendErrorKind.NotOpen, (await sending).Error?.Kind);
    }

    [Fact]
    public async Task A_message_counts_as_handled_when_its_asynchronous_handler_has_returned()
    {
        await using var nodes = await StartAsync();
        var (alice, bob) = await nodes.OpenAsync();
        var handled = new TaskCompletionSource<string>();
        using var handler = bob.Handle<ReliableMessageReceived>(async received =>
        {
            await Task.Yield();
            handled.SetResult(received.ReadText());
        });

        await alice.SendTextAsync("hello");

        Assert.Equal("hello", await handled.Task);
    }

    [Fact]
    public async Task A_conversation_comes_in_order_and_every_message_once()
    {
        await using var nodes = await StartAsync();
        var (alice, bob) = await nodes.OpenAsync(Unlimited);
        await using var received = bob.Events().GetAsyncEnumerator();

        for (var i = 0; i < 200; i++)
            Assert.True((await alice.SendAsync(BitConverter.GetBytes(i))).IsSuccess);

        for (var i = 0; i < 200; i++)
            Assert.Equal(i, BitConverter.ToInt32((await NextAsync<ReliableMessageReceived>(received)).Payload.Span));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_of_1_MiB_comes_whole(bool hasParity)
    {
        await using var nodes = await StartAsync();
        var (alice, bob) = await nodes.OpenAsync(options => options with { Segmentation = new SegmentationOptions { EnableReedSolomon = hasParity } });
        await using var told = alice.Events().GetAsyncEnumerator();
        await using var received = bob.Events().GetAsyncEnumerator();
        var payload = RandomBytes(SegmentationOptions.MaxMessageSize);

        var sent = await alice.SendAsync(payload);

        Assert.Equal(payload, (await NextAsync<ReliableMessageReceived>(received)).Payload.ToArray());
        var progress = await NextAsync<ReliableMessageProgress>(told, progress => progress.Acknowledged == progress.Chunks);
        Assert.Equal((sent.Value, 11, 11), (progress.RequestId, progress.Chunks, progress.Sent));
    }

    [Fact]
    public async Task Participants_with_the_same_key_understand_each_other_and_others_are_told_what_they_do_not()
    {
        await using var nodes = await StartAsync();
        using var key = ChannelKey.Generate(1);
        using var encryptions = new Disposables();
        var (alice, bob) = await nodes.OpenAsync(options => options with { Encryption = encryptions.Add(new SymmetricEncryption(new ChannelKey(1, key.Export()))) });
        var eve = await nodes.Bob.OpenChannelAsync(new ReliableChannelOptions { ChannelId = "other", ContentTopic = Topic, Encryption = encryptions.Add(new SymmetricEncryption(ChannelKey.Generate(1))) });
        await using var received = bob.Events().GetAsyncEnumerator();
        await using var noticed = eve.Events().GetAsyncEnumerator();

        await alice.SendAsync("secret"u8.ToArray());

        Assert.Equal("secret"u8.ToArray(), (await NextAsync<ReliableMessageReceived>(received)).Payload.ToArray());
        Assert.Equal(ChannelProblem.NotDecrypted, (await NextAsync<ChannelProblemFound>(noticed)).Problem);
    }

    [Fact]
    public async Task An_encryption_that_is_disposed_of_while_its_channel_is_open_lets_nothing_out()
    {
        await using var nodes = await StartAsync();
        using var key = ChannelKey.Generate(1);
        using var encryptions = new Disposables();
        var alices = encryptions.Add(new SymmetricEncryption(new ChannelKey(1, key.Export())));
        var (alice, bob) = await nodes.OpenAsync(options => options with
        {
            Encryption = options.SenderId is "alice" ? alices : encryptions.Add(new SymmetricEncryption(new ChannelKey(1, key.Export()))),
        });
        var eve = await nodes.Bob.OpenChannelAsync(new ReliableChannelOptions
        {
            ChannelId = "other",
            ContentTopic = Topic,
            Encryption = encryptions.Add(new SymmetricEncryption(new ChannelKey(1, new byte[ChannelKey.Size]))),
        });
        await using var received = bob.Events().GetAsyncEnumerator();
        await using var told = alice.Events().GetAsyncEnumerator();
        await using var overheard = eve.Events().GetAsyncEnumerator();
        await alice.SendAsync("before"u8.ToArray());
        await NextAsync<ReliableMessageReceived>(received);

        alices.Dispose();
        var after = await alice.SendAsync("after"u8.ToArray());

        var failed = await NextAsync<ReliableMessageSendError>(told, error => error.RequestId == after.Value);
        Assert.Equal(SendFailure.NotEncrypted, failed.Failure);
        await bob.SendAsync("answer"u8.ToArray());
        Assert.Equal(ChannelProblem.NotDecrypted, (await NextAsync<ChannelProblemFound>(told)).Problem);
        // Whoever tries a key of zeros reads nothing.
        Assert.Equal(ChannelProblem.NotDecrypted, (await NextAsync<ChannelProblemFound>(overheard)).Problem);
    }

    [Fact]
    public async Task An_ephemeral_message_comes_to_whoever_is_there()
    {
        await using var nodes = await StartAsync();
        var (alice, bob) = await nodes.OpenAsync();
        await using var told = alice.Events().GetAsyncEnumerator();
        await using var received = bob.Events().GetAsyncEnumerator();

        var sent = await alice.SendEphemeralAsync("now"u8.ToArray());

        var message = await NextAsync<ReliableMessageReceived>(received);
        Assert.True(message.IsEphemeral);
        Assert.Equal("now"u8.ToArray(), message.Payload.ToArray());
        Assert.Equal(sent.Value, (await NextAsync<ReliableMessageSent>(told)).RequestId);
    }

    [Fact]
    public async Task A_message_that_nobody_confirms_ends_in_an_error()
    {
        await using var nodes = await StartAsync();
        // Bob's node takes part in the network, and nobody in the channel.
        await nodes.Bob.SubscribeAsync([Topic]);
        var alice = await nodes.Alice.OpenChannelAsync(new ReliableChannelOptions
        {
            ChannelId = "lobby",
            ContentTopic = Topic,
            Sds = new SdsOptions
            {
                AcknowledgementTimeout = TimeSpan.FromMilliseconds(200),
                AcknowledgementDelay = TimeSpan.FromMilliseconds(100),
                MaxRetransmissions = 1,
                LastTimeout = TimeSpan.FromMilliseconds(200),
            },
        });
        await nodes.AreMetAsync();
        await using var told = alice.Events().GetAsyncEnumerator();

        var sent = await alice.SendAsync("anybody?"u8.ToArray());

        Assert.Equal(sent.Value, (await NextAsync<ReliableMessageDeliveryError>(told)).RequestId);
        var end = await NextAsync<ReliableMessageSendError>(told);
        Assert.Equal((sent.Value, SendFailure.NotAcknowledged), (end.RequestId, end.Failure));
    }

    [Fact]
    public async Task What_is_over_the_limit_is_held_back_and_told()
    {
        await using var nodes = await StartAsync();
        var (alice, bob) = await nodes.OpenAsync(options => options with
        {
            RateLimit = new RateLimitOptions { EpochSize = TimeSpan.FromSeconds(3), MessagesPerEpoch = 2 },
        });
        await using var told = alice.Events().GetAsyncEnumerator();
        await using var received = bob.Events().GetAsyncEnumerator();

        for (var i = 0; i < 10; i++)
            Assert.True((await alice.SendAsync(BitConverter.GetBytes(i))).IsSuccess);

        var held = await NextAsync<ChannelBackPressure>(told, pressure => pressure.RequestId is not null);
        Assert.True(held.ExpectedPublishTime > DateTimeOffset.UtcNow - TimeSpan.FromMinutes(1));
        for (var i = 0; i < 10; i++)
            Assert.Equal(i, BitConverter.ToInt32((await NextAsync<ReliableMessageReceived>(received)).Payload.Span));
    }

    [Fact]
    public async Task What_cannot_be_sent_is_refused_with_the_reason()
    {
        await using var nodes = await StartAsync();
        var (alice, _) = await nodes.OpenAsync();

        Assert.Equal(ChannelSendErrorKind.EmptyPayload, (await alice.SendAsync(default)).Error?.Kind);
        Assert.Equal(ChannelSendErrorKind.TooLarge, (await alice.SendAsync(new byte[SegmentationOptions.MaxMessageSize + 1])).Error?.Kind);
        await alice.CloseAsync();
        Assert.Equal(ChannelSendErrorKind.NotOpen, (await alice.SendAsync("late"u8.ToArray())).Error?.Kind);
        Assert.Equal(
            ChannelSendErrorKind.NotOpen,
            (await nodes.Alice.SendAsync(new ReliableEnvelope(new MessageEnvelope(Topic, new byte[1]), "nowhere"))).Error?.Kind);
    }

    [Fact]
    public async Task A_channel_is_open_once_and_can_be_opened_again_when_it_is_closed()
    {
        await using var nodes = await StartAsync();
        var (alice, bob) = await nodes.OpenAsync();
        var options = new ReliableChannelOptions { ChannelId = "lobby", ContentTopic = Topic, SenderId = "alice" };

        var twice = await Assert.ThrowsAsync<ChannelOpenException>(() => nodes.Alice.OpenChannelAsync(options));
        Assert.Equal(ChannelOpenFailure.AlreadyOpen, twice.Failure);
        await alice.CloseAsync();
        await using var again = await nodes.Alice.OpenChannelAsync(options);
        await nodes.AreMetAsync();
        await using var received = bob.Events().GetAsyncEnumerator();
        await again.SendAsync("again"u8.ToArray());

        Assert.Equal("again"u8.ToArray(), (await NextAsync<ReliableMessageReceived>(received)).Payload.ToArray());
    }

    [Fact]
    public async Task An_envelope_goes_to_its_channel_or_without_one_to_whoever_is_there()
    {
        await using var nodes = await StartAsync();
        var (_, bob) = await nodes.OpenAsync();
        await using var inChannel = bob.Events().GetAsyncEnumerator();
        await nodes.Bob.SubscribeAsync([Topic]);
        await using var outside = nodes.Bob.Messages().GetAsyncEnumerator();

        Assert.True((await nodes.Alice.SendAsync(new ReliableEnvelope(new MessageEnvelope(Topic, "in"u8.ToArray()), "lobby"))).IsSuccess);
        Assert.Equal("in"u8.ToArray(), (await NextAsync<ReliableMessageReceived>(inChannel)).Payload.ToArray());
        Assert.True((await nodes.Alice.SendAsync(new ReliableEnvelope(new MessageEnvelope(Topic, "out"u8.ToArray())))).IsSuccess);

        while (await outside.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1)))
        {
            if (!outside.Current.Message.IsEphemeral || outside.Current.Message.Meta.Length > 0)
                continue;
            Assert.Equal("out"u8.ToArray(), outside.Current.Message.Payload.ToArray());
            return;
        }
    }

    static ReliableChannelOptions Unlimited(ReliableChannelOptions options) => options with { RateLimit = new RateLimitOptions { IsEnabled = false } };

    sealed class Disposables : IDisposable
    {
        readonly List<IDisposable> _all = [];

        public T Add<T>(T one)
            where T : IDisposable
        {
            _all.Add(one);
            return one;
        }

        public void Dispose() => _all.ForEach(one => one.Dispose());
    }
}
