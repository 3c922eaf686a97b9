using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Tests.Gossipsub;
using LogosActors.Tests;
using static LogosActors.Libp2p.Tests.Identity.KeyVectors;

namespace LogosActors.Libp2p.Tests.Fuzzing;

/// <summary>Gossipsub's RPCs and their frames.</summary>
internal sealed partial class FuzzTargets
{
    const int MaxRpc = 2000;

    static readonly GossipsubLimits Limits = new() { MessagesPerRpc = 3, ControlEntriesPerRpc = 6, MessageIdsPerRpc = 8 };

    IEnumerable<FuzzTarget> OfGossipsub()
    {
        var rpc = Written(output => Rpc().WriteTo(output));
        var message = GossipMessage.Create(MessageSignature.Sign(_key, "topic", [1, 2, 3], 5), "topic", default);
        Assert.True(MessageSignature.IsValid(message.View()));
        var signed = Written(output =>
        {
            var all = new GossipsubRpc();
            all.Message(message);
            all.WriteTo(output);
        });
        return
        [
            new("gossipsub RPC", 90_000, 0, 0, (input, cut) =>
            {
                if (GossipsubCodec.TryCheck(input, Limits, out var error))
                    Walk(input);
                else if (error is DecodeError.None)
                    Assert.Fail("no error");
            }, rpc, signed),
            new("gossipsub RPC, as router", 20_000, 16 * 1024, 128, Routed(), rpc, signed),
            new("gossipsub signature", 3_000, 4096, 8, (input, cut) =>
            {
                if (MessageView.TryRead(input, out var view, out var error))
                    MessageSignature.IsValid(view);
                else
                    Refuses(error);
            }, message.Encoded.ToArray()),
            new("length-prefixed frames", 50_000, 4096 + (2 * 64 * 1024), 8, ReadFrames, [(byte)3, 1, 2, 3, .. Prefixed(rpc), .. Prefixed(signed), .. Prefixed(new byte[300])]),
        ];
    }

    static GossipsubRpc Rpc()
    {
        var rpc = new GossipsubRpc();
        rpc.Subscription("topic", subscribe: true);
        rpc.Message(GossipMessage.Create(new MessageView { Data = [1, 2, 3], Topic = "topic"u8 }, "topic", default));
        rpc.IHave("topic", new[] { MessageId.OfData([1]), MessageId.OfData([2]) });
        rpc.IWant(MessageId.OfData([3]));
        rpc.Graft("topic");
        rpc.Prune("topic", TimeSpan.FromSeconds(60), [new ExchangedPeer(PeerId.Parse(PeerText).Bytes.ToArray(), new byte[100])]);
        rpc.IDontWant(MessageId.OfData([4]));
        return rpc;
    }

    /// <summary>What was checked is read without an error.</summary>
    static void Walk(ReadOnlySpan<byte> rpc)
    {
        var reader = new RpcReader(rpc);
        var isRead = true;
        while (reader.Next())
        {
            switch (reader.Part)
            {
                case RpcPart.Subscription:
                    isRead &= SubscriptionView.TryRead(reader.Body, out _, out _);
                    break;
                case RpcPart.Message:
                    isRead &= MessageView.TryRead(reader.Body, out _, out _);
                    break;
                case RpcPart.Graft or RpcPart.Prune:
                    isRead &= GraftOrPruneView.TryRead(reader.Part, reader.Body, out var entry, out _);
                    for (var peers = entry.Peers; peers.MoveNext();)
                        isRead &= peers.PeerId.Length + peers.SignedRecord.Length <= rpc.Length;
                    break;
                default:
                    isRead &= IdsView.TryRead(reader.Part, reader.Body, out var ids, out _);
                    foreach (var _ in ids)
                        continue;
                    break;
            }
        }
        if (!isRead || reader.Error is not DecodeError.None)
            Assert.Fail("what was checked cannot be read");
    }

    static Decode Routed()
    {
        var router = new GossipsubRouter(new GossipsubOptions { Limits = Limits }, new Random(1));
        var peer = NumberedPeer.Id(1);
        var now = TimeSpan.Zero;
        router.Subscribe("topic", now);
        return (input, cut) =>
        {
            router.PeerConnected(peer, GossipsubVersion.V12, PeerDirection.Inbound, null);
            router.Receive(peer, input, now);
            while (router.TryTakeEffect(out var effect))
            {
                if (effect.Kind is GossipsubEffectKind.Validate)
                    router.Decide(effect.Message!.Id, ValidationResult.Reject, now);
            }
            router.PeerDisconnected(peer, now);
            now += TimeSpan.FromMilliseconds(100);
            router.Heartbeat(now);
            Assert.True(router.PendingValidations == 0 && router.KnownTopics <= Limits.Topics);
        };
    }

    static byte[] Prefixed(byte[] message)
    {
        var bytes = new byte[Varint.Length((ulong)message.Length) + message.Length];
        message.CopyTo(bytes, Varint.Write(bytes, (ulong)message.Length));
        return bytes;
    }

    static void ReadFrames(ReadOnlySpan<byte> input, int cut)
    {
        FrameReader? reader = null;
        var taken = 0;
        reader = new FrameReader(MaxRpc, () =>
        {
            while (reader!.TryTake(out var frame))
            {
                Assert.True(frame.Length <= MaxRpc);
                taken += frame.Length;
            }
        });
        using var stream = new MemoryStream(input.ToArray());
        var reading = reader.RunAsync(stream, CancellationToken.None);
        Assert.True(reading.IsCompletedSuccessfully && taken <= input.Length);
    }
}
