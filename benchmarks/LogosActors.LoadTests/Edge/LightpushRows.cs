using System.Diagnostics;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Lightpush;
using LogosActors.Delivery.Messages;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Requests;
using LogosActors.LoadTests.Delivery;

namespace LogosActors.LoadTests.Edge;

/// <summary>From a push of a light client to the answer that its message is relayed, over kept connections.</summary>
internal sealed class LightpushRows
{
    const int Clients = 8, UnderWay = 8, PayloadLength = 1024;

    readonly SharedMeasurement<double> _rate = new(async budget =>
    {
        await using var pushes = await Pushes.StartAsync();
        return await Rounds.BestAsync(budget, 20_000, pushes.SendAsync);
    });

    public Row Rate(double target) => new FigureRow(
        "lightpush requests", async budget => new(await _rate.GetAsync(budget), "req/s", new("published for the reference", 100), new Target.AtLeast(target)));

    public Row Latency(double target) => new FigureRow("lightpush requests, p99, half load", async budget =>
    {
        var half = await _rate.GetAsync(budget) / 2;
        await using var pushes = await Pushes.StartAsync();
        await pushes.MeasureAsync(half, TimeSpan.FromSeconds(3));
        return LatencyRow.Outcome(await pushes.MeasureAsync(half, budget.Steady), half, budget, new Target.AtMost(target));
    });

    sealed class Pushes : IAsyncDisposable
    {
        static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

        readonly ServiceScene _scene;
        readonly RequestClient<LightpushRequest, LightpushResponse>[] _clients;
        readonly LatencyHistogram _ages = new();
        readonly Lock _gate = new();
        long _number;

        Pushes(ServiceScene scene)
        {
            _scene = scene;
            _clients = [.. scene.Clients.Select(static client => ((INodeHost)client).CreateClient(LightpushProtocol.Protocol with { MaxOutbound = UnderWay }))];
        }

        public static async Task<Pushes> StartAsync() => new(await ServiceScene.StartAsync(Clients));

        public async Task<TimeSpan> SendAsync(int count)
        {
            var started = Stopwatch.GetTimestamp();
            var left = count;
            await Task.WhenAll(Enumerable.Range(0, Clients * UnderWay).Select(async worker =>
            {
                while (Interlocked.Decrement(ref left) >= 0)
                    await PushAsync(worker % Clients);
            }));
            return Stopwatch.GetElapsedTime(started);
        }

        /// <summary>Pushes in an open loop.</summary>
        public async Task<Latencies> MeasureAsync(double rate, TimeSpan duration)
        {
            _ages.Take(0);
            var (started, pushes) = (Stopwatch.GetTimestamp(), new List<Task>());
            var ticks = Stopwatch.Frequency / rate;
            for (var count = (long)(rate * duration.TotalSeconds); pushes.Count < count;)
            {
                for (var elapsed = Stopwatch.GetTimestamp() - started; pushes.Count < count && pushes.Count * ticks <= elapsed;)
                    pushes.Add(PushAsync(pushes.Count % Clients, started + (long)(pushes.Count * ticks)));
                await Task.Delay(Pause);
            }
            await Task.WhenAll(pushes);
            lock (_gate)
                return _ages.Take(pushes.Count);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var client in _clients)
                client.Dispose();
            await _scene.DisposeAsync();
        }

        async Task PushAsync(int client, long? due = null)
        {
            var payload = new byte[PayloadLength];
            StampedMessage.Write(payload, Interlocked.Increment(ref _number));
            var message = new WakuMessage { ContentTopic = DeliveryNode.Topic, Payload = payload, Timestamp = UnixNanoseconds.Now(TimeProvider.System), IsEphemeral = true };
            var answer = await _clients[client].RequestAsync(
                _scene.Service.PeerId,
                new LightpushRequest { RequestId = "1", PubsubTopic = _scene.Shard.ToString(), Message = WakuMessageCodec.Encode(message) });
            if (answer.Response?.Status is not LightpushStatus.Success)
                throw new InvalidOperationException($"A message was not relayed: {answer.Reason ?? answer.Response?.Description}");
            if (due is not { } stamp)
                return;
            lock (_gate)
                _ages.Add(Stopwatch.GetElapsedTime(stamp));
        }
    }
}
