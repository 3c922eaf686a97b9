using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;
using Xunit.Abstractions;

namespace LogosActors.Libp2p.Tests.Gossipsub;

public sealed class HotPathTests(ITestOutputHelper output)
{
    const string Topic = "/waku/2/rs/1/0";
    const int Payload = 1024;
    const int Peers = 7;

    readonly GossipsubRouter _router = new(GossipsubPresets.Relay with { SeenCapacity = 100_000 }, new Random(1));
    readonly PeerId[] _peers = [.. Enumerable.Range(1, Peers).Select(NumberedPeer.Id)];
    readonly ArrayBufferWriter<byte> _output = new(1 << 20);
    TimeSpan _now;
    long _sent;

    [Fact]
    public void A_duplicate_allocates_nothing_and_a_new_message_little_more_than_its_payload()
    {
        Join();
        var first = Rpcs(0, 4000);
        var second = Rpcs(4000, 4000);
        Handle(first, _peers[0]);
        _router.Heartbeat(_now);
        Handle(second.AsSpan(0, 2000), _peers[0]);

        var duplicates = Allocated(() =>
        {
            foreach (var rpc in second.AsSpan(0, 2000))
                _router.Receive(_peers[1], rpc, _now);
        });
        var messages = Allocated(() => Handle(second.AsSpan(2000), _peers[0]));

        output.WriteLine($"{duplicates / 2000.0:N1} bytes for a duplicate, {messages / 2000.0:N0} for a new message of {Payload}.");
        // A collection meanwhile counts what was left of the thread's last 8 KiB.
        Assert.True(duplicates < 10_000, $"{duplicates / 2000.0:N1} bytes for each duplicate");
        Assert.InRange(messages / 2000.0, Payload, Payload + 400);
    }

    /// <remarks>Prints a figure for this machine; what must hold is that everything arrives.</remarks>
    [Fact]
    public void Messages_are_decoded_deduplicated_validated_and_forwarded()
    {
        const int Count = 50_000;
        Join();
        var rpcs = Rpcs(0, Count);
        Handle(rpcs.AsSpan(0, 2000), _peers[0]);
        _sent = 0;

        var (watch, processor) = (Stopwatch.StartNew(), Environment.CpuUsage.UserTime);
        Handle(rpcs.AsSpan(2000), _peers[0]);
        var (wall, user) = (watch.Elapsed, Environment.CpuUsage.UserTime - processor);

        output.WriteLine($"{(Count - 2000) / wall.TotalSeconds:N0} new messages of {Payload} bytes a second, each queued and encoded for {Peers - 1} peers; "
            + $"{(Count - 2000) / user.TotalSeconds:N0} for a second of the processor (of all tests that run meanwhile).");
        Assert.InRange(_sent, (Count - 2000L) * Payload * (Peers - 1), (Count - 2000L) * (Payload + 100) * (Peers - 1));
    }

    static long Allocated(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    void Join()
    {
        _router.Subscribe(Topic, _now);
        foreach (var peer in _peers)
        {
            _router.PeerConnected(peer, GossipsubVersion.V11, PeerDirection.Outbound, new IPAddress([10, 0, 0, peer.Bytes[^1]]));
            _router.Receive(peer, Encoded(rpc =>
            {
                rpc.Subscription(Topic, subscribe: true);
                rpc.Graft(Topic);
            }), _now);
        }
        Assert.Equal(Peers, _router.MeshOf(Topic).Count());
    }

    void Handle(ReadOnlySpan<byte[]> rpcs, PeerId from)
    {
        foreach (var rpc in rpcs)
        {
            _router.Receive(from, rpc, _now);
            while (_router.TryTakeEffect(out var effect))
            {
                if (effect.Kind is GossipsubEffectKind.Validate)
                    _router.Decide(effect.Message!.Id, ValidationResult.Accept, _now);
                else if (effect.Kind is GossipsubEffectKind.Send)
                    Take(effect.Peer);
            }
            _now += TimeSpan.FromMicroseconds(10);
        }
    }

    void Take(PeerId peer)
    {
        while (_router.TryTakeOutbound(peer, _output, _now))
        {
            _sent += _output.WrittenCount;
            _output.ResetWrittenCount();
        }
    }

    static byte[][] Rpcs(int first, int count)
    {
        var topic = System.Text.Encoding.UTF8.GetBytes(Topic);
        return [.. Enumerable.Range(first, count).Select(i => Encoded(rpc =>
        {
            var data = new byte[Payload];
            BinaryPrimitives.WriteInt32LittleEndian(data, i);
            rpc.Message(GossipMessage.Create(new MessageView { Data = data, Topic = topic }, Topic, MessageId.OfData(data)));
        }))];
    }

    static byte[] Encoded(Action<GossipsubRpc> write)
    {
        var rpc = new GossipsubRpc();
        write(rpc);
        var output = new ArrayBufferWriter<byte>();
        rpc.WriteTo(output);
        return output.WrittenSpan.ToArray();
    }
}
