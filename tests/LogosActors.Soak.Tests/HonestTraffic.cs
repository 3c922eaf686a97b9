using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.ServerSentEvents;
using System.Text.Json;
using LogosActors.Delivery;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Soak.Tests;

/// <summary>A peer that the node knows nothing of, which sends 100 messages a second; and a client of the node's REST service that is to see them.</summary>
internal sealed class HonestTraffic : IAsyncDisposable
{
    const string Topic = "/honest/1/x/proto";

    /// <summary>Messages per second.</summary>
    const int Rate = 100;

    readonly MessagingNode _peer;
    readonly HttpClient _http;
    readonly CancellationTokenSource _ending = new();
    readonly ConcurrentDictionary<int, long> _sent = new();
    readonly ConcurrentDictionary<int, double> _delivered = new();
    Task _receiving = Task.CompletedTask;
    Task _sending = Task.CompletedTask;

    HonestTraffic(MessagingNode peer, HttpClient http) => (_peer, _http) = (peer, http);

    public static async Task<HonestTraffic> StartAsync(string node, Uri rest)
    {
        var peer = await MessagingNode.CreateAsync(new NodeOptions
        {
            ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")],
            EntryNodes = [Multiaddr.Parse(node)],
        });
        var traffic = new HonestTraffic(peer, new HttpClient { BaseAddress = rest, Timeout = Timeout.InfiniteTimeSpan });
        await peer.StartAsync();
        var shard = peer.ShardOf(Topic);
        for (var deadline = Stopwatch.StartNew(); (await peer.RelayStatusAsync(shard)).Subscribers < 1; await Task.Delay(20))
            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(30), "The honest peer does not know of the node's subscription.");
        var response = await traffic._http.GetAsync($"messaging/v1/messages/stream?contentTopic={Topic}", HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        traffic._receiving = Task.Run(() => traffic.ReceiveAsync(response));
        traffic._sending = Task.Run(traffic.SendAsync);
        return traffic;
    }

    /// <summary>How it stands: whether its client still hears the node, and the node its peer.</summary>
    public async Task<string> DescribeAsync() =>
        $"stream {_receiving.Status} {_receiving.Exception?.GetBaseException().Message}, sender {_sending.Status} {_sending.Exception?.GetBaseException().Message}, "
        + $"peer {await _peer.RelayStatusAsync(_peer.ShardOf(Topic))}, node {await _http.GetStringAsync("admin/v1/peers/stats")}";

    /// <summary>How many messages were sent.</summary>
    public int Sent => _sent.Count;

    /// <summary>Waits until the node has delivered what was sent up to now, and says what became of those from one number on.</summary>
    /// <param name="first">The first number.</param>
    public async Task<(int Sent, int Delivered, TimeSpan Median, TimeSpan P99)> MeasureAsync(int first)
    {
        var last = Sent;
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(15) && Enumerable.Range(first, last - first).Any(i => !_delivered.ContainsKey(i));)
            await Task.Delay(50);
        double[] latencies = [.. Enumerable.Range(first, last - first).Where(_delivered.ContainsKey).Select(i => _delivered[i]).Order()];
        TimeSpan At(double part) => latencies.Length == 0 ? TimeSpan.MaxValue : TimeSpan.FromMilliseconds(latencies[(int)(part * (latencies.Length - 1))]);
        return (last - first, latencies.Length, At(0.5), At(0.99));
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_sending, _receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _peer.DisposeAsync();
        _http.Dispose();
        _ending.Dispose();
    }

    async Task SendAsync()
    {
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / Rate));
        for (var number = 0; await timer.WaitForNextTickAsync(_ending.Token);)
        {
            // What a late tick has held up is made up for.
            for (; number < clock.Elapsed.TotalSeconds * Rate; number++)
            {
                var payload = new byte[256];
                BitConverter.TryWriteBytes(payload, number);
                _sent[number] = Stopwatch.GetTimestamp();
                await _peer.SendAsync(new MessageEnvelope(Topic, payload));
            }
        }
    }

    async Task ReceiveAsync(HttpResponseMessage response)
    {
        using (response)
        {
            await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync(_ending.Token))
            {
                if (item.EventType != "message")
                    continue;
                using var json = JsonDocument.Parse(item.Data);
                var number = BitConverter.ToInt32(json.RootElement.GetProperty("message").GetProperty("payload").GetBytesFromBase64());
                _delivered.TryAdd(number, Stopwatch.GetElapsedTime(_sent[number]).TotalMilliseconds);
            }
        }
    }
}
