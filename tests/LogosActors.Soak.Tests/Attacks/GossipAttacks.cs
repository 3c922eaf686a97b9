using System.Buffers;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Tests.Hosting;

namespace LogosActors.Soak.Tests.Attacks;

/// <summary>Attacks on the relay.</summary>
internal static class GossipAttacks
{
    const string Protocol = "/vac/waku/relay/2.0.0";
    const string Topic = "/waku/2/rs/0/0";

    static readonly byte[] Utf8 = System.Text.Encoding.UTF8.GetBytes(Topic);

    static int _number;

    /// <summary>Peers that want every message, and read none.</summary>
    public static async Task ReadNothingAsync(Multiaddr node, CancellationToken ending)
    {
        await using var system = TestSystem.Create();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SpeakAsync(node, system, static rpc =>
        {
            rpc.Graft(Topic);
            rpc.IHave(Topic, Ids(10));
        }, TimeSpan.FromSeconds(1), ending)));
    }

    /// <summary>GRAFT, PRUNE, IHAVE, IWANT, IDONTWANT and subscriptions, as many as an RPC may have.</summary>
    public static Task SpamControlAsync(Multiaddr node, CancellationToken ending) => FloodAsync(node, static rpc =>
    {
        rpc.Graft(Topic);
        rpc.IHave(Topic, Ids(1000));
        foreach (var id in Ids(1000))
        {
            rpc.IWant(id);
            rpc.IDontWant(id);
        }
        for (var i = 0; i < 500; i++)
            rpc.Subscription($"/waku/2/rs/0/{Random.Shared.Next(1024)}", subscribe: i % 2 == 0);
    }, ending);

    /// <summary>Messages that no node accepts.</summary>
    public static Task FloodInvalidAsync(Multiaddr node, CancellationToken ending) => FloodAsync(node, static rpc =>
    {
        for (var i = 0; i < 100; i++)
            rpc.Message(Message([0xff, 0xff, .. BitConverter.GetBytes(Interlocked.Increment(ref _number))]));
    }, ending);

    /// <summary>Messages that every node relays.</summary>
    public static Task FloodValidAsync(Multiaddr node, CancellationToken ending) => FloodAsync(node, static rpc =>
    {
        for (var i = 0; i < 20; i++)
        {
            byte[] payload = [.. BitConverter.GetBytes(Interlocked.Increment(ref _number)), .. BitConverter.GetBytes(Environment.ProcessId), .. new byte[400]];
            // WakuMessage (14/WAKU2-MESSAGE): payload and content topic.
            rpc.Message(Message([0x0a, 0x98, 0x03, .. payload, 0x12, 0x0f, .. "/spam/1/x/proto"u8]));
        }
    }, ending);

    static async Task FloodAsync(Multiaddr node, Action<GossipsubRpc> write, CancellationToken ending)
    {
        await using var system = TestSystem.Create();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => SpeakAsync(node, system, write, TimeSpan.Zero, ending)));
    }

    /// <summary>Connects as ever new peers, which read nothing, and speaks until the node hangs up.</summary>
    static async Task SpeakAsync(Multiaddr node, TestSystem system, Action<GossipsubRpc> write, TimeSpan pause, CancellationToken ending)
    {
        using var pace = new Pace();
        var bytes = new ArrayBufferWriter<byte>();
        while (!ending.IsCancellationRequested)
        {
            await pace.WaitAsync(ending);
            await using var host = await TestHost.StartAsync(system: system);
            host.Host.Handle(Protocol, static (_, cancellation) => Task.Delay(Timeout.InfiniteTimeSpan, cancellation));
            if (!(await host.Host.DialAsync(node, ending)).IsConnected)
                continue;
            try
            {
                await using var stream = await host.Host.OpenStreamAsync(node.PeerId!, Protocol, ending);
                for (Action<GossipsubRpc> next = static rpc => rpc.Subscription(Topic, subscribe: true); ; next = write)
                {
                    var rpc = new GossipsubRpc();
                    next(rpc);
                    bytes.ResetWrittenCount();
                    rpc.WriteTo(bytes);
                    await LengthPrefixed.WriteAsync(stream, bytes.WrittenSpan, ending);
                    await Task.Delay(pause, ending);
                }
            }
            catch (IOException)
            {
                // The node has hung up.
            }
        }
    }

    static MessageId[] Ids(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => MessageId.OfData(BitConverter.GetBytes(Interlocked.Increment(ref _number))))];

    static GossipMessage Message(byte[] data) => GossipMessage.Create(new MessageView { Data = data, Topic = Utf8 }, Topic, MessageId.OfData(data));
}
