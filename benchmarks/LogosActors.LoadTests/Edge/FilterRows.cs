using System.Diagnostics;
using LogosActors.Delivery;
using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Messages;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Requests;
using LogosActors.LoadTests.Delivery;

namespace LogosActors.LoadTests.Edge;

/// <summary>From a publish of a service node to 100 light clients that are subscribed to its topic.</summary>
internal sealed class FilterRows
{
    const int Subscribers = 100, PayloadLength = 1024;

    readonly SharedMeasurement<double> _rate = new(async budget =>
    {
        await using var pushes = await Pushes.StartAsync();
        return await Rounds.BestAsync(budget, 20_000, pushes.SendAsync) * Subscribers;
    });

    public Row Rate(double target) => new FigureRow(
        "filter to 100 subscribers", async budget => new(await _rate.GetAsync(budget), "msg/s", new("nothing", double.NaN), new Target.AtLeast(target)));

    public Row Latency(double target) => new FigureRow("filter to 100 subscribers, p99, half load", async budget =>
    {
        var half = await _rate.GetAsync(budget) / 2;
        await using var pushes = await Pushes.StartAsync();
        await pushes.MeasureAsync(half / Subscribers, TimeSpan.FromSeconds(3));
        return LatencyRow.Outcome(await pushes.MeasureAsync(half / Subscribers, budget.Steady), half, budget, new Target.AtMost(target));
    });

    sealed class Pushes : IAsyncDisposable
    {
        static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), Pause = TimeSpan.FromMilliseconds(1);

        readonly ServiceScene _scene;
        readonly Receipts _receipts = new(int.MaxValue, static _ => { });
        long _number;

        Pushes(ServiceScene scene) => _scene = scene;

        public static async Task<Pushes> StartAsync()
        {
            var pushes = new Pushes(await ServiceScene.StartAsync(Subscribers));
            foreach (INodeHost client in pushes._scene.Clients)
            {
                client.Receive(new MessageProtocol(FilterProtocol.PushId, FilterLimits.PushLength), pushes.ReceiveAsync);
                using var subscribing = client.CreateClient(FilterProtocol.Subscribe);
                var answer = await subscribing.RequestAsync(pushes._scene.Service.PeerId, new FilterSubscribeRequest
                {
                    RequestId = "1",
                    Type = FilterRequestType.Subscribe,
                    PubsubTopic = pushes._scene.Shard.ToString(),
                    ContentTopics = [DeliveryNode.Topic],
                });
                if (answer.Response?.Status is not FilterStatus.Success)
                    throw new InvalidOperationException($"A client could not subscribe: {answer.Reason ?? answer.Response?.Description}");
            }
            return pushes;
        }

        /// <summary>Publishes as fast as the subscribers receive.</summary>
        public async Task<TimeSpan> SendAsync(int count)
        {
            var (started, before) = (Stopwatch.GetTimestamp(), _receipts.Count);
            for (var sent = 0; sent < count; sent++)
            {
                // No more than the queues of the subscribers hold.
                while ((sent * (long)Subscribers) - (_receipts.Count - before) > 32 * Subscribers)
                    await Task.Yield();
                Publish(Stopwatch.GetTimestamp());
            }
            await WaitAsync(before + ((long)count * Subscribers));
            _receipts.TakeAges(0);
            return Stopwatch.GetElapsedTime(started);
        }

        /// <summary>Publishes in an open loop.</summary>
        public async Task<Latencies> MeasureAsync(double rate, TimeSpan duration)
        {
            _receipts.TakeAges(0);
            var (started, before, sent) = (Stopwatch.GetTimestamp(), _receipts.Count, 0L);
            var ticks = Stopwatch.Frequency / rate;
            for (var count = (long)(rate * duration.TotalSeconds); sent < count;)
            {
                for (var elapsed = Stopwatch.GetTimestamp() - started; sent < count && sent * ticks <= elapsed; sent++)
                    Publish(started + (long)(sent * ticks));
                await Task.Delay(Pause);
            }
            await WaitAsync(before + (sent * Subscribers));
            return _receipts.TakeAges(sent * Subscribers);
        }

        public ValueTask DisposeAsync() => _scene.DisposeAsync();

        void Publish(long due)
        {
            var payload = new byte[PayloadLength];
            StampedMessage.Write(payload, _number++, due);
            _ = _scene.Service.PublishAsync(_scene.Shard, new WakuMessage
            {
                ContentTopic = DeliveryNode.Topic,
                Payload = payload,
                Timestamp = UnixNanoseconds.Now(TimeProvider.System),
                IsEphemeral = true,
            });
        }

        ValueTask ReceiveAsync(PeerId peer, ReadOnlyMemory<byte> message, CancellationToken cancellation)
        {
            if (FilterCodec.TryDecodePush(message, out var push, out _) && WakuMessageCodec.TryDecodeInPlace(push.Message, out var decoded, out _))
                _receipts.Add(decoded.Payload.Span);
            return default;
        }

        async Task WaitAsync(long count)
        {
            using var late = new CancellationTokenSource(Patience);
            while (_receipts.Count < count)
                await Task.Delay(1, late.Token);
        }
    }
}
