using System.Buffers;
using System.Net;
using FsCheck;
using FsCheck.Fluent;
using LogosActors.Configuration;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Tests.Gossipsub;

public sealed class RandomProgramTests
{
    static readonly string[] Topics = ["a", "b", "c", "d"];

    static readonly GossipsubOptions Options = GossipsubPresets.Relay with
    {
        SeenCapacity = 1024,
        IDontWantThreshold = new DataSize(2),
        Limits = new GossipsubLimits
        {
            Peers = 10,
            Topics = 3,
            TopicsPerPeer = 2,
            PendingValidations = 8,
            PendingValidationsPerPeer = 4,
            QueuedMessages = 6,
            IHaveLength = 8,
            IDontWantMessages = 5,
            Promises = 16,
            BackoffsPerTopic = 16,
        },
    };

    /// <remarks>FsCheck prints the seed of the program that breaks an invariant; the program is <see cref="Run"/> of it.</remarks>
    [Fact]
    public void Whatever_peers_and_the_application_do_the_invariants_hold() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => Holds(seed))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1500));

    [Fact]
    public void The_same_seed_and_inputs_give_the_same_effects()
    {
        static List<string> Trace(int seed)
        {
            var trace = new List<string>();
            Assert.Null(Run(seed, trace));
            return trace;
        }

        for (var seed = 0; seed < 20; seed++)
            Assert.Equal(Trace(seed), Trace(seed));
    }

    static Property Holds(int seed)
    {
        var broken = Run(seed);
        return (broken is null).Label($"seed {seed}: {broken}");
    }

    static string? Run(int seed, List<string>? trace = null)
    {
        var random = new Random(seed);
        var direct = NumberedPeer.Id(1);
        var router = new GossipsubRouter(Options, new Random(seed), [direct]);
        var (now, connected, joined) = (TimeSpan.Zero, new HashSet<PeerId>(), new HashSet<string>(StringComparer.Ordinal));
        var pending = new List<MessageId>();
        var delivered = new Dictionary<MessageId, TimeSpan>();
        var output = new ArrayBufferWriter<byte>();
        for (var step = 0; step < 150; step++)
        {
            now += TimeSpan.FromMilliseconds(random.Next(400));
            var (peer, topic) = (NumberedPeer.Id(random.Next(1, 14)), Topics[random.Next(Topics.Length)]);
            switch (random.Next(12))
            {
                case 0 or 1:
                    router.PeerConnected(peer, (GossipsubVersion)random.Next(3), (PeerDirection)random.Next(2), new IPAddress([10, 0, 0, (byte)random.Next(3)]));
                    if (connected.Count < Options.Limits.Peers || peer.Equals(direct))
                        connected.Add(peer);
                    break;
                case 2:
                    router.PeerDisconnected(peer, now);
                    connected.Remove(peer);
                    break;
                case 3:
                    if (router.Subscribe(topic, now) != joined.Add(topic))
                        return $"step {step}: subscribe";
                    break;
                case 4 when random.Next(3) == 0:
                    if (router.Unsubscribe(topic, now) != joined.Remove(topic))
                        return $"step {step}: unsubscribe";
                    break;
                case 5:
                    router.Publish(topic, [(byte)random.Next(60), 0], now);
                    break;
                case 6:
                    router.Heartbeat(now);
                    break;
                case 7 when pending.Count > 0:
                    var decided = pending[random.Next(pending.Count)];
                    pending.Remove(decided);
                    router.Decide(decided, (ValidationResult)random.Next(3), now);
                    break;
                case 8:
                    output.Clear();
                    if (router.TryTakeOutbound(peer, output, now) && !GossipsubCodec.TryCheck(output.WrittenSpan, Options.Limits with { TopicsPerPeer = 100 }, out _))
                        return $"step {step}: what we send is refused by ourselves";
                    trace?.Add(Convert.ToHexString(output.WrittenSpan));
                    break;
                default:
                    router.Receive(peer, SomeRpc(random), now);
                    break;
            }
            while (router.TryTakeEffect(out var effect))
            {
                trace?.Add($"{effect.Kind} {effect.Peer} {effect.Message?.Id} {effect.Reason}");
                if (effect.Kind is GossipsubEffectKind.Validate)
                    pending.Add(effect.Message!.Id);
                if (effect.Kind is GossipsubEffectKind.Deliver && !TryNote(delivered, effect.Message!.Id, now))
                    return $"step {step}: {effect.Message.Id} delivered twice";
                if (effect.Kind is GossipsubEffectKind.Disconnect)
                {
                    router.PeerDisconnected(effect.Peer, now);
                    connected.Remove(effect.Peer);
                }
            }
            if (Broken(router, connected, joined, direct) is { } broken)
                return $"step {step}: {broken}";
        }
        return null;
    }

    static bool TryNote(Dictionary<MessageId, TimeSpan> delivered, MessageId id, TimeSpan now)
    {
        var isNew = !delivered.TryGetValue(id, out var at) || now - at >= Options.SeenTtl;
        delivered[id] = now;
        return isNew;
    }

    static string? Broken(GossipsubRouter router, HashSet<PeerId> connected, HashSet<string> joined, PeerId direct)
    {
        if (!connected.SetEquals(router.Peers))
            return "peers";
        if (!joined.SetEquals(router.Subscriptions))
            return "subscriptions";
        foreach (var topic in Topics)
        {
            var (mesh, peers) = (router.MeshOf(topic).ToHashSet(), router.PeersOf(topic).ToHashSet());
            if (!mesh.IsSubsetOf(peers) || !peers.IsSubsetOf(connected) || !router.FanoutOf(topic).All(peers.Contains))
                return $"the mesh of {topic} holds a peer that is not connected or not subscribed";
            if (mesh.Contains(direct))
                return $"the mesh of {topic} holds an explicit peer";
            if (mesh.Count > 0 && !joined.Contains(topic))
                return $"{topic} has a mesh and is not joined";
        }
        if (router.PendingValidations > Options.Limits.PendingValidations)
            return "pending validations";
        if (router.SeenMessages > Options.SeenCapacity)
            return "seen messages";
        if (router.KnownTopics > Options.Limits.Topics + Topics.Length)
            return "topics";
        if (connected.Any(peer => router.QueuedFor(peer).Messages > Options.Limits.QueuedMessages))
            return "queued messages";
        return connected.Any(peer => double.IsNaN(router.ScoreOf(peer))) ? "a score is not a number" : null;
    }

    static byte[] SomeRpc(Random random)
    {
        var rpc = new GossipsubRpc();
        for (var parts = random.Next(1, 4); parts > 0; parts--)
        {
            var topic = random.Next(8) == 0 ? $"x{random.Next(1000)}" : Topics[random.Next(Topics.Length)];
            MessageId[] ids = [.. Enumerable.Range(0, random.Next(12)).Select(_ => MessageId.OfData([(byte)random.Next(60), 0]))];
            switch (random.Next(9))
            {
                case 0 or 1 or 2: rpc.Subscription(topic, random.Next(4) > 0); break;
                case 3:
                    byte[] data = [(byte)random.Next(60), 0];
                    rpc.Message(GossipMessage.Create(new MessageView { Data = data, Topic = System.Text.Encoding.UTF8.GetBytes(topic) }, topic, MessageId.OfData(data)));
                    break;
                case 4: rpc.Graft(topic); break;
                case 5: rpc.Prune(topic, TimeSpan.FromSeconds(random.Next(3)), [new ExchangedPeer(NumberedPeer.Id(random.Next(100)).Bytes.ToArray(), default)]); break;
                case 6: rpc.IHave(topic, ids); break;
                case 7:
                    foreach (var id in ids)
                        rpc.IWant(id);
                    break;
                default:
                    foreach (var id in ids)
                        rpc.IDontWant(id);
                    break;
            }
        }
        var output = new ArrayBufferWriter<byte>();
        rpc.WriteTo(output);
        var bytes = output.WrittenSpan.ToArray();
        if (bytes.Length > 0 && random.Next(10) == 0)
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }
}
