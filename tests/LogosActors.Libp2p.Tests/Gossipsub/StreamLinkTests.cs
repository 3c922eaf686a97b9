using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.TestKit;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Gossipsub;
using Xunit.Abstractions;

namespace LogosActors.Libp2p.Tests.Gossipsub;

/// <summary>RPCs over byte streams: framing, limits, back-pressure, and whose end is whose.</summary>
public sealed class StreamLinkTests(ITestOutputHelper output) : Akka.TestKit.Xunit2.TestKit("", output)
{
    const string Topic = "t";

    static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Messages_cross_a_socket_in_their_order_and_all_of_them()
    {
        const int Count = 2000;
        var (alice, bob) = (Spawn(), Spawn());
        var subscriber = CreateTestProbe();
        await SubscribeAsync(alice, CreateTestProbe());
        await SubscribeAsync(bob, subscriber);
        var (streamOfAlice, streamOfBob) = await ConnectAsync();
        var limits = GossipsubPresets.Relay.Limits;
        var atAlice = new StreamLink(alice, NumberedPeer.Id(2), limits).RunAsync(streamOfAlice, GossipsubVersion.V12, PeerDirection.Outbound, null);
        var atBob = new StreamLink(bob, NumberedPeer.Id(1), limits).RunAsync(streamOfBob, GossipsubVersion.V12, PeerDirection.Inbound, null);
        await AwaitMeshAsync(alice);

        for (var i = 0; i < Count; i++)
            Assert.Equal(PublishOutcome.Sent, (await alice.Ask<Gossip.Published>(new Gossip.Publish(Topic, BitConverter.GetBytes(i)), Long)).Outcome);
        var received = await subscriber.ReceiveNAsync(Count, Long).ToListAsync();
        Assert.Equal(Enumerable.Range(0, Count), received.Select(message => BitConverter.ToInt32(((Gossip.Delivered)message).Data.Span)));

        Sys.Stop(alice);
        Assert.Equal(DecodeError.None, await atAlice.WaitAsync(Long));
        await streamOfAlice.DisposeAsync();
        Assert.Equal(DecodeError.None, await atBob.WaitAsync(Long));
    }

    [Theory]
    [InlineData(new byte[] { 0x81, 0x80, 0x40, 1 }, "LimitExceeded")]
    [InlineData(new byte[] { 0x80, 0x00 }, "NotCanonical")]
    [InlineData(new byte[] { 5, 1, 2 }, "Truncated")]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, "Overflow")]
    public async Task A_bad_frame_ends_the_link_of_its_sender_and_no_other(byte[] bytes, string error)
    {
        var node = Spawn();
        var subscriber = CreateTestProbe();
        await SubscribeAsync(node, subscriber);
        var good = MemoryLink.ToTest(node, NumberedPeer.Id(1));
        good.Connect(PeerDirection.Inbound);
        var (ours, theirs) = await ConnectAsync();
        var running = new StreamLink(node, NumberedPeer.Id(2), GossipsubPresets.Relay.Limits).RunAsync(ours, GossipsubVersion.V12, PeerDirection.Inbound, null);

        await theirs.WriteAsync(bytes);
        theirs.Socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(error, $"{await running.WaitAsync(Long)}");
        good.Say(rpc => rpc.Message(GossipMessage.Create(new MessageView { Data = "m"u8, Topic = "t"u8 }, Topic, default)));
        await subscriber.ExpectMsgAsync<Gossip.Delivered>();
        Assert.Null(good.Closed);
    }

    [Fact]
    public async Task Frames_arrive_whole_however_the_stream_is_cut()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var frames = Enumerable.Range(0, 300).Select(_ => Bytes(random, random.Next(4) == 0 ? random.Next(200_000) : random.Next(300))).ToList();
        var pipe = new Pipe();
        var taken = new List<byte[]>();
        FrameReader? reader = null;
        reader = new FrameReader(200_000, () =>
        {
            while (reader!.TryTake(out var frame))
                taken.Add(frame.ToArray());
        });
        var reading = reader.RunAsync(pipe.Reader.AsStream(), CancellationToken.None);

        foreach (var frame in frames)
        {
            var prefixed = new byte[Varint.Length((ulong)frame.Length) + frame.Length];
            frame.CopyTo(prefixed.AsSpan(Varint.Write(prefixed, (ulong)frame.Length)));
            for (var sent = 0; sent < prefixed.Length;)
            {
                var count = Math.Min(prefixed.Length - sent, random.Next(1, random.Next(2) == 0 ? 20 : 100_000));
                await pipe.Writer.WriteAsync(prefixed.AsMemory(sent, count));
                sent += count;
            }
        }
        await pipe.Writer.CompleteAsync();

        Assert.Equal(DecodeError.None, await reading.WaitAsync(Long));
        Assert.True(frames.Count == taken.Count && frames.Zip(taken).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second)), $"seed {seed}");
    }

    [Fact]
    public async Task Nobody_takes_and_so_no_more_than_two_batches_are_read()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024));
        var reader = new FrameReader(1000, () => { });
        using var stop = new CancellationTokenSource();
        var reading = reader.RunAsync(pipe.Reader.AsStream(), stop.Token);
        var frame = new byte[1001];
        Varint.Write(frame, 999);
        var written = 0L;
        using var pressed = new CancellationTokenSource();

        var writing = Task.Run(async () =>
        {
            while (true)
            {
                await pipe.Writer.WriteAsync(frame, pressed.Token);
                Interlocked.Add(ref written, frame.Length);
            }
        });
        var before = -1L;
        // A writer that no longer gets on has felt the pressure.
        await AwaitConditionAsync(() => Task.FromResult(before == (before = Interlocked.Read(ref written)) && before > 64 * 1024), Long);

        Assert.InRange(Interlocked.Read(ref written), 64 * 1024, 400 * 1024);
        await pressed.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task A_writer_whose_stream_does_not_move_refuses_until_it_does()
    {
        var writable = new TaskCompletionSource();
        var writer = new FrameWriter(() => writable.TrySetResult());
        var rpc = new byte[10_000];
        var sent = 0;
        for (; writer.TryBegin(); sent++)
            writer.Append(rpc);
        Assert.InRange(sent * rpc.Length, FrameWriter.Capacity, FrameWriter.Capacity + (2 * rpc.Length));
        Assert.False(writable.Task.IsCompleted);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        using var stop = new CancellationTokenSource();

        var writing = writer.RunAsync(pipe.Writer.AsStream(), stop.Token);

        await writable.Task.WaitAsync(Long);
        Assert.True(writer.TryBegin());
        var arrived = await pipe.Reader.ReadAtLeastAsync(sent * (rpc.Length + 2));
        Assert.Equal(sent * (rpc.Length + 2), arrived.Buffer.Length);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
    }

    static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    static async Task<(NetworkStream A, NetworkStream B)> ConnectAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var dialler = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await dialler.ConnectAsync(listener.LocalEndpoint);
        return (new NetworkStream(dialler, ownsSocket: true), new NetworkStream(await listener.AcceptSocketAsync(), ownsSocket: true));
    }

    IActorRef Spawn() => Sys.ActorOf(GossipsubActor.Props(new GossipsubSettings { Options = GossipsubPresets.Relay }));

    static async Task SubscribeAsync(IActorRef node, TestProbe subscriber) =>
        Assert.True((await node.Ask<Gossip.Subscribed>(new Gossip.Subscribe(Topic, subscriber), Long)).IsAccepted);

    static async Task AwaitMeshAsync(IActorRef node)
    {
        while ((await node.Ask<Gossip.GetStatus.Status>(new Gossip.GetStatus(Topic), Long)).Mesh.Count == 0)
            await Task.Delay(20);
    }
}
