using System.Text.Json;
using LogosActors.Channels;
using LogosActors.Interop.Tests.Peers;

namespace LogosActors.Interop.Tests.Channels;

/// <summary>A reliable channel of ours and js-waku's ReliableChannel on the same content topic.</summary>
/// <remarks>
/// js-waku's needs light push and filter of a service node, and refuses relay. Our node serves neither, so a relay node of js-waku lends it both
/// (peers/reliable-channels.mjs): wrapping, retries, sync messages, order and acknowledgements are js-waku's own.
/// </remarks>
public sealed class ReliableChannelTests(RelayPair nodes) : IClassFixture<RelayPair>, IAsyncLifetime
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    readonly string _channel = $"lobby {Guid.NewGuid()}";
    ReliableChannel _ours = null!;
    IAsyncEnumerator<ChannelEvent> _told = null!;
    IAsyncEnumerator<ChannelEvent> _received = null!;

    public async Task InitializeAsync()
    {
        _ours = await nodes.Ours.OpenChannelAsync(new ReliableChannelOptions
        {
            ChannelId = _channel,
            ContentTopic = RelayPair.Topic,
            SenderId = "ours",
            Segmentation = new SegmentationOptions { AllowBareMessages = true },
            // js-waku acknowledges when its timers say so, which a slow machine delays.
            Sds = new SdsOptions { MaxRetransmissions = 20 },
        });
        _told = _ours.Events().GetAsyncEnumerator();
        _received = _ours.Events().GetAsyncEnumerator();
        // js-waku's own times are those of people; these let a test end in seconds.
        await nodes.Theirs.CallAsync("openChannel", new
        {
            ContentTopic = RelayPair.Topic,
            Channel = _channel,
            Sender = "theirs",
            Options = new { SyncMinIntervalMs = 1000, RetryIntervalMs = 3000, SweepInBufIntervalMs = 500, ProcessTaskMinElapseMs = 50 },
        });
        await nodes.KnowEachOtherAsync();
    }

    public async Task DisposeAsync()
    {
        await _told.DisposeAsync();
        await _received.DisposeAsync();
        // Ours is closed with its node: closing it would end the subscription that the next test relies on.
        await nodes.Theirs.CallAsync("closeChannel", new { Channel = _channel });
    }

    [Fact]
    public async Task What_we_say_comes_to_js_waku_and_it_acknowledges()
    {
        var payloads = Payloads();

        foreach (var payload in payloads)
        {
            var sent = await _ours.SendAsync(payload);
            Assert.True(sent.IsSuccess, sent.Error?.Message);
        }

        foreach (var payload in payloads)
            await HeardAsync(heard => heard.AsSpan().SequenceEqual(payload));
        for (var i = 0; i < payloads.Length; i++)
            await NextAsync<ReliableMessageDelivered>(_told);
    }

    [Fact]
    public async Task What_js_waku_says_comes_to_us_once_in_order_and_we_acknowledge()
    {
        var payloads = Payloads();

        var sent = new List<string>();
        foreach (var payload in payloads)
            sent.Add(await TheySendAsync(payload));

        foreach (var payload in payloads)
        {
            var received = await NextAsync<ReliableMessageReceived>(_received);
            Assert.Equal(("theirs", RelayPair.Topic), (received.SenderId, received.ContentTopic));
            Assert.Equal(payload, received.Payload.ToArray());
        }
        foreach (var id in sent)
            await AcknowledgedAsync(id);
    }

    [Fact]
    public async Task Each_reply_comes_after_what_it_answers_and_acknowledges_it()
    {
        for (byte i = 0; i < 5; i++)
        {
            var question = (await _ours.SendAsync(new byte[] { 1, i })).Value;
            await HeardAsync(heard => heard is [1, var j] && j == i);
            var answer = await TheySendAsync([2, i]);
            Assert.Equal([2, i], (await NextAsync<ReliableMessageReceived>(_received)).Payload.ToArray());
            Assert.Equal(question, (await NextAsync<ReliableMessageDelivered>(_told)).RequestId);
            await AcknowledgedAsync(answer);
        }
    }

    static byte[][] Payloads() => [.. new[] { 1, 100, 50_000, 2 }.Select((length, i) => Enumerable.Repeat((byte)(i + 1), length).ToArray())];

    async Task<string> TheySendAsync(byte[] payload) =>
        (await nodes.Theirs.CallAsync("sendOnChannel", new { Channel = _channel, Payload = payload })).GetProperty("messageId").GetString()!;

    async Task HeardAsync(Predicate<byte[]> condition) =>
        await nodes.Theirs.EventAsync("channelMessage", heard => IsHere(heard) && condition(heard.GetProperty("payload").GetBytesFromBase64()));

    async Task AcknowledgedAsync(string id) =>
        await nodes.Theirs.EventAsync("message-acknowledged", told => IsHere(told) && told.GetProperty("messageId").GetString() == id);

    bool IsHere(JsonElement told) => told.GetProperty("channel").GetString() == _channel;

    static async Task<TEvent> NextAsync<TEvent>(IAsyncEnumerator<ChannelEvent> events)
        where TEvent : ChannelEvent
    {
        while (await events.MoveNextAsync().AsTask().WaitAsync(Patience))
        {
            Assert.IsNotType<ReliableMessageSendError>(events.Current);
            if (events.Current is TEvent wanted)
                return wanted;
        }
        throw new InvalidOperationException("The channel was closed.");
    }
}
