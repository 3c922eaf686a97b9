using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Pipelines;
using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.LoadTests.Gossipsub;

/// <summary>Messages of 1 KiB from one gossipsub actor to a subscriber of another, in one process, over streams without a cipher.</summary>
internal sealed class RouterThroughputRow : Row
{
    const string Topic = "t";
    const int MessageSize = 1024;

    // Below what a peer's queue holds, so that nothing is dropped.
    const int InFlight = 2048;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public override string Name => "router, 1 KiB, in process, end to end";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        var system = LogosSystem.Create("gossipsub", NullLoggerFactory.Instance);
        var settings = new GossipsubSettings { Options = GossipsubPresets.Relay };
        var (publisher, receiver) = (system.ActorOf(GossipsubActor.Props(settings)), system.ActorOf(GossipsubActor.Props(settings)));
        var counter = new DeliveryCounter();
        var sink = system.ActorOf(Props.Create(() => new CountingActor(new DeliveryCounter())));
        var subscriber = system.ActorOf(Props.Create(() => new CountingActor(counter)));
        await publisher.Ask<Gossip.Subscribed>(new Gossip.Subscribe(Topic, sink), Patience);
        await receiver.Ask<Gossip.Subscribed>(new Gossip.Subscribe(Topic, subscriber), Patience);
        using var stop = new CancellationTokenSource();
        Join(publisher, receiver, stop.Token);
        while ((await publisher.Ask<Gossip.GetStatus.Status>(new Gossip.GetStatus(Topic), Patience)).Mesh.Count == 0)
            await Task.Delay(10);

        var messages = new Messages(publisher, counter);
        var rate = await Rounds.BestAsync(budget, int.MaxValue, messages.SendAsync);
        await stop.CancelAsync();
        await system.Terminate();
        return new(rate, "msg/s", new Peer("js gossipsub, two processes (published 2.6–9.3 k)", 9_300), new Target.Both(new Target.AtLeast(100_000), new Target.TimesPeer(15)));
    }

    static void Join(IActorRef a, IActorRef b, CancellationToken stop)
    {
        var limits = GossipsubPresets.Relay.Limits;
        var (linkOfA, linkOfB) = (new StreamLink(a, Id(2), limits), new StreamLink(b, Id(1), limits));
        var (toA, toB) = (new Pipe(), new Pipe());
        _ = linkOfA.ReadAsync(toA.Reader.AsStream(), stop);
        _ = linkOfA.WriteAsync(toB.Writer.AsStream(), stop);
        _ = linkOfB.ReadAsync(toB.Reader.AsStream(), stop);
        _ = linkOfB.WriteAsync(toA.Writer.AsStream(), stop);
        a.Tell(new Gossip.PeerConnected(Id(2), linkOfA, GossipsubVersion.V12, PeerDirection.Outbound, Address: null));
        b.Tell(new Gossip.PeerConnected(Id(1), linkOfB, GossipsubVersion.V12, PeerDirection.Inbound, Address: null));
    }

    static PeerId Id(byte number) => PeerId.TryDecode([0, 1, number], out var id, out _) ? id : throw new UnreachableException();

    /// <summary>Publishes as fast as messages arrive.</summary>
    sealed class Messages(IActorRef publisher, DeliveryCounter counter)
    {
        // An array is used again when the message that was in it has long been delivered.
        readonly byte[][] _data = [.. Enumerable.Range(0, 2 * InFlight).Select(_ => new byte[MessageSize])];
        long _published;

        public async Task<TimeSpan> SendAsync(int count)
        {
            var started = Stopwatch.GetTimestamp();
            var end = _published + count;
            while (_published < end)
            {
                await counter.WaitForAsync(_published - InFlight);
                for (var burst = 0; burst < InFlight / 2 && _published < end; burst++)
                {
                    var data = _data[_published % _data.Length];
                    BinaryPrimitives.WriteInt64LittleEndian(data, _published++);
                    publisher.Tell(new Gossip.Publish(Topic, data));
                }
            }
            await counter.WaitForAsync(end);
            return Stopwatch.GetElapsedTime(started);
        }
    }

    /// <summary>How many messages have come, and who waits for that.</summary>
    sealed class DeliveryCounter
    {
        readonly Lock _gate = new();
        long _count;
        long _awaited = long.MaxValue;
        TaskCompletionSource? _waiter;

        public void Add()
        {
            if (Interlocked.Increment(ref _count) < Volatile.Read(ref _awaited))
                return;
            lock (_gate)
            {
                _awaited = long.MaxValue;
                _waiter?.TrySetResult();
            }
        }

        public Task WaitForAsync(long count)
        {
            lock (_gate)
            {
                _waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                Volatile.Write(ref _awaited, count);
                Interlocked.MemoryBarrier();
                if (Volatile.Read(ref _count) >= count)
                    _waiter.TrySetResult();
                return _waiter.Task.WaitAsync(Patience);
            }
        }
    }

    sealed class CountingActor(DeliveryCounter counter) : SupervisedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is Gossip.Delivered)
                counter.Add();
        }
    }
}
