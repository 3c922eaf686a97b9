using FsCheck;
using FsCheck.Fluent;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Libp2p.Tests.Gossipsub;

/// <summary>What the router remembers of messages: seen cache, message cache, promises, back-offs.</summary>
public sealed class MessageMemoryTests
{
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void The_seen_cache_knows_what_is_younger_than_its_ttl_and_fits()
    {
        var steps = Gen.Choose(0, 400).Select(id => (Id: id, Pause: id % 3)).ListOf(2000);
        Prop.ForAll(steps.ToArbitrary(), list =>
        {
            var cache = new SeenCache(Second * 100, 150);
            var order = new List<(int Id, TimeSpan At)>();
            var now = TimeSpan.Zero;
            foreach (var (id, pause) in list)
            {
                now += Second * pause;
                cache.Expire(now);
                order.RemoveAll(entry => entry.At + (Second * 100) <= now);
                var known = order.Exists(entry => entry.Id == id);
                if (cache.Contains(Id(id)) != known || cache.Count != order.Count)
                    return false;
                if (known)
                    continue;
                cache.Add(Id(id), SeenStatus.Pending, now);
                order.Add((id, now));
                if (order.Count > 150)
                    order.RemoveAt(0);
            }
            return order.TrueForAll(entry => cache.Contains(Id(entry.Id)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));
    }

    [Fact]
    public void The_seen_cache_remembers_the_verdict_and_its_time()
    {
        var cache = new SeenCache(Second * 100, 1024);
        cache.Add(Id(1), SeenStatus.Pending, Second);
        cache.Decide(Id(1), SeenStatus.Rejected, Second * 3);
        cache.Decide(Id(2), SeenStatus.Rejected, Second * 3);

        Assert.Equal(SeenStatus.Rejected, cache.Find(Id(1), out var decided));
        Assert.Equal(Second * 3, decided);
        Assert.Equal(SeenStatus.Unknown, cache.Find(Id(2), out _));
    }

    [Fact]
    public void A_recent_message_is_found_by_all_of_its_data_and_nothing_less()
    {
        var recent = new RecentMessages();
        foreach (var length in new[] { 0, 1, 15, 16, 100, RecentMessages.MaxLength })
        {
            var data = new byte[length];
            recent.Add(GossipMessage.Create(new MessageView { Data = data }, "t", MessageId.OfData(data)));
            Assert.True(recent.TryFind(data, out var id));
            Assert.Equal(MessageId.OfData(data), id);
            for (var i = 0; i < length; i++)
            {
                data[i] = 1;
                Assert.False(recent.TryFind(data, out _));
                data[i] = 0;
            }
        }
        recent.Clear();
        Assert.False(recent.TryFind(new byte[100], out _));
    }

    [Fact]
    public void A_message_is_gossiped_about_for_some_heartbeats_and_held_for_some_more()
    {
        var cache = new MessageCache(historyLength: 4, historyGossip: 2, capacity: 1 << 20);
        List<MessageId> Gossip()
        {
            var ids = new List<MessageId>();
            cache.CollectGossip("t", ids);
            return ids;
        }

        cache.Put(Message("t", 1));
        cache.Put(Message("other", 9));
        cache.Shift();
        cache.Put(Message("t", 2));
        Assert.Equal([IdOf(1), IdOf(2)], Gossip());
        cache.Shift();
        Assert.Equal([IdOf(2)], Gossip());
        cache.Shift();
        Assert.Empty(Gossip());
        Assert.True(cache.TryGet(IdOf(1), out _));
        cache.Shift();
        Assert.False(cache.TryGet(IdOf(1), out _));
        Assert.True(cache.TryGet(IdOf(2), out _));
        cache.Shift();
        Assert.Equal((0, 0), (cache.Count, cache.Size));
    }

    [Fact]
    public void Very_many_messages_leave_the_cache_by_and_by_and_until_the_next_heartbeat()
    {
        const int Many = 5000;
        var cache = new MessageCache(historyLength: 2, historyGossip: 1, capacity: 1 << 20);
        for (var i = 0; i < Many; i++)
            cache.Put(Message("t", i));
        cache.Shift();
        cache.Shift();
        Assert.InRange(cache.Count, 1, Many - 1);

        var left = cache.Count;
        cache.Put(Message("t", Many));
        Assert.InRange(cache.Count, 1, left - 1);
        var ids = new List<MessageId>();
        cache.CollectGossip("t", ids);
        Assert.Equal([IdOf(Many)], ids);

        cache.Shift();
        Assert.Equal(1, cache.Count);
        Assert.True(cache.TryGet(IdOf(Many), out _));
        cache.Shift();
        Assert.Equal((0, 0), (cache.Count, cache.Size));
    }

    [Fact]
    public void The_message_cache_never_holds_more_bytes_than_it_may()
    {
        var cache = new MessageCache(historyLength: 3, historyGossip: 3, capacity: 1000);
        for (var i = 0; i < 500; i++)
        {
            cache.Put(Message("t", i));
            if (i % 17 == 0)
                cache.Shift();
            Assert.InRange(cache.Size, 0, 1000);
            Assert.True(cache.TryGet(IdOf(i), out _) || i % 17 == 0);
        }
        var ids = new List<MessageId>();
        cache.CollectGossip("t", ids);
        Assert.Equal(cache.Count, ids.Count);
    }

    [Fact]
    public void A_message_that_has_left_the_cache_is_not_held()
    {
        var cache = new MessageCache(historyLength: 1, historyGossip: 1, capacity: 1 << 20);
        var bytes = Put(cache);
        cache.Shift();
        GC.Collect();

        Assert.False(bytes.IsAlive);
        GC.KeepAlive(cache);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static WeakReference Put(MessageCache cache)
        {
            var message = Message("t", 1);
            cache.Put(message);
            System.Runtime.InteropServices.MemoryMarshal.TryGetArray(message.Data, out var array);
            return new WeakReference(array.Array);
        }
    }

    [Fact]
    public void A_peer_counts_once_as_a_sender_of_a_message_in_the_cache_and_may_ask_for_it_a_few_times()
    {
        var cache = new MessageCache(historyLength: 3, historyGossip: 3, capacity: 1 << 20);
        var (first, other) = (Peer(1), Peer(2));
        cache.Put(GossipMessage.Create(new MessageView { Data = Data(1), Topic = "t"u8 }, "t", IdOf(1), first));
        cache.Put(Message("t", 2));

        Assert.False(cache.NoteSender(IdOf(1), first));
        Assert.True(cache.NoteSender(IdOf(1), other));
        Assert.False(cache.NoteSender(IdOf(1), other));
        Assert.False(cache.NoteSender(IdOf(2), other)); // our own
        Assert.False(cache.NoteSender(IdOf(3), other));

        for (var times = 0; times < 2; times++)
        {
            Assert.True(cache.TryRetransmit(other, IdOf(1), most: 2, out var message));
            Assert.Equal(Data(1), message.Data.ToArray());
        }
        Assert.False(cache.TryRetransmit(other, IdOf(1), most: 2, out _));
        Assert.True(cache.TryRetransmit(first, IdOf(1), most: 2, out _));
        Assert.False(cache.TryRetransmit(first, IdOf(3), most: 2, out _));
    }

    [Fact]
    public void A_broken_promise_is_reported_once_and_a_kept_one_never()
    {
        var promises = new GossipPromises(capacity: 2);
        var (first, second) = (Peer(1), Peer(2));
        promises.Add(first, Id(1), Second);
        promises.Add(first, Id(1), Second);
        promises.Add(second, Id(2), Second);
        promises.Add(second, Id(3), Second); // beyond the capacity
        promises.Fulfil(Id(2));

        var broken = new List<GossipsubPeer>();
        promises.TakeBroken(Second * 0.5, broken);
        Assert.Empty(broken);
        promises.TakeBroken(Second, broken);
        Assert.Equal([first], broken);
        promises.TakeBroken(Second * 9, broken);
        Assert.Single(broken);
        Assert.Equal(0, promises.Count);
    }

    [Fact]
    public void A_back_off_is_extended_but_not_cut_and_forgotten_after_the_slack()
    {
        var backoffs = new Backoffs(capacity: 1);
        var peer = NumberedPeer.Id(1);
        backoffs.Add(peer, TimeSpan.Zero, Second * 60);
        backoffs.Add(peer, Second, Second * 5);
        backoffs.Add(NumberedPeer.Id(2), Second, Second * 5); // beyond the capacity

        Assert.True(backoffs.IsActive(peer, Second * 59, out var pruned));
        Assert.Equal(Second, pruned);
        Assert.False(backoffs.IsActive(peer, Second * 60, out _));
        Assert.True(backoffs.Holds(peer, Second * 60, Second));
        Assert.False(backoffs.Holds(peer, Second * 61, Second));
        backoffs.Expire(Second * 60, Second);
        Assert.Equal(1, backoffs.Count);
        backoffs.Expire(Second * 61, Second);
        Assert.Equal(0, backoffs.Count);
    }

    [Fact]
    public void A_full_queue_gives_up_what_is_least_urgent_first()
    {
        var peer = Peer(1, new GossipsubLimits { QueuedMessages = 3 });
        peer.Queue.Message(Message("t", 1), OutboundPriority.Requested, Second);
        peer.Queue.Message(Message("t", 2), OutboundPriority.Forwarded, Second);
        peer.Queue.Message(Message("t", 3), OutboundPriority.Published, Second);
        peer.Queue.Message(Message("t", 4), OutboundPriority.Forwarded, Second);
        peer.Queue.Message(Message("t", 5), OutboundPriority.Requested, Second);
        peer.Queue.Message(Message("t", 6), OutboundPriority.Published, Second);
        peer.Queue.Graft("t");

        var rpc = new GossipsubRpc();
        peer.Queue.Take(rpc, peer, Second);

        Assert.Equal(["message t 00000003", "message t 00000006", "message t 00000004", "graft t"], Read(rpc));
        Assert.Equal(3, peer.Queue.TakeDropped(Second));
        Assert.True(peer.Queue.IsEmpty);
    }

    [Fact]
    public void Queues_hold_so_many_bytes_together_and_then_only_those_with_less_than_their_share_get_more()
    {
        var size = Message("t", 0).Encoded.Length;
        var budget = new OutboundBudget(10 * size);
        var (slow, other, third) = (Peer(1, budget: budget), Peer(2, budget: budget), Peer(3, budget: budget));
        bool Queue(GossipsubPeer peer, GossipMessage message) => peer.Queue.Message(message, OutboundPriority.Forwarded, Second);

        Assert.Equal(10, Enumerable.Range(0, 100).Count(i => Queue(slow, Message("t", i))));
        Assert.Equal(5, Enumerable.Range(100, 100).Count(i => Queue(other, Message("t", i))));
        // What waits already takes no more room for another peer.
        var shared = Message("t", 1000);
        Assert.True(Queue(third, shared));
        Assert.True(Queue(slow, shared));
        Assert.Equal((16 * size, 3), (budget.Used, budget.Queues));

        slow.Queue.Clear();
        Assert.Equal(6 * size, budget.Used);
        foreach (var peer in new[] { other, third })
        {
            for (var rpc = new GossipsubRpc(); !peer.Queue.IsEmpty; rpc.Clear())
                peer.Queue.Take(rpc, peer, Second);
        }
        Assert.Equal((0, 0), (budget.Used, budget.Queues));
    }

    [Fact]
    public void So_many_askers_of_messages_are_counted_and_others_get_nothing()
    {
        var cache = new MessageCache(historyLength: 1, historyGossip: 1, capacity: 1 << 20);
        var messages = MessageCache.MaxRetransmissions / 100;
        for (var i = 0; i <= messages; i++)
            cache.Put(Message("t", i));
        var peers = Enumerable.Range(1, 100).Select(number => Peer(number)).ToArray();

        var served = Enumerable.Range(0, messages + 1).Sum(i => peers.Count(peer => cache.TryRetransmit(peer, IdOf(i), 3, out _)));

        Assert.Equal(MessageCache.MaxRetransmissions, served);
        Assert.True(cache.TryRetransmit(peers[0], IdOf(0), 3, out _));
        cache.Shift();
        cache.Shift();
        cache.Put(Message("t", 0));
        Assert.True(cache.TryRetransmit(peers[0], IdOf(0), 3, out _));
    }

    [Fact]
    public void A_peer_has_so_many_messages_that_it_does_not_want()
    {
        var peer = Peer(1, new GossipsubLimits { IDontWantMessages = 10 });
        for (var i = 0; i < 100; i++)
            peer.AddUnwanted(IdOf(i), untilHeartbeat: 1);
        Assert.Equal(10, Enumerable.Range(0, 100).Count(i => peer.IsUnwanted(IdOf(i))));
        peer.BeginHeartbeat(1);
        peer.AddUnwanted(IdOf(50), untilHeartbeat: 2);
        Assert.True(peer.IsUnwanted(IdOf(50)));
    }

    [Fact]
    public void Messages_that_waited_too_long_are_dropped_ones_of_our_own_later()
    {
        var peer = Peer(1);
        peer.Queue.Message(Message("t", 1), OutboundPriority.Published, Second);
        peer.Queue.Message(Message("t", 2), OutboundPriority.Forwarded, Second);

        var rpc = new GossipsubRpc();
        peer.Queue.Take(rpc, peer, Second * 3);

        Assert.Equal(["message t 00000001"], Read(rpc));
        Assert.Equal(1, peer.Queue.TakeDropped(Second * 3));
    }

    [Fact]
    public void A_batch_stays_within_its_size_and_a_prune_takes_the_place_of_a_graft()
    {
        var peer = Peer(1, new GossipsubLimits { BatchSize = new(4096) });
        for (var i = 0; i < 1000; i++)
            peer.Queue.Message(Message("t", i), OutboundPriority.Forwarded, Second);
        peer.Queue.Graft("t");
        peer.Queue.Prune("t", Second * 60, []);
        peer.Queue.Subscription("t", subscribe: true);
        peer.Queue.Subscription("t", subscribe: false);

        var (rpc, lines) = (new GossipsubRpc(), new List<string>());
        while (!peer.Queue.IsEmpty)
        {
            rpc.Clear();
            peer.Queue.Take(rpc, peer, Second);
            Assert.InRange(rpc.TotalSize, 1, 4096);
            lines.AddRange(Read(rpc));
        }

        Assert.Equal(1002, lines.Count);
        Assert.Equal("unsubscribe t", lines[0]);
        Assert.Contains("prune t 60 s", lines);
        Assert.DoesNotContain("graft t", lines);
    }

    static List<string> Read(GossipsubRpc rpc)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        rpc.WriteTo(output);
        return RpcText.Read(output.WrittenSpan);
    }

    static GossipsubPeer Peer(int number, GossipsubLimits? limits = null, OutboundBudget? budget = null) => new(
        NumberedPeer.Id(number), GossipsubVersion.V12, PeerDirection.Inbound, isDirect: false, new PeerStats(), limits ?? new GossipsubLimits(),
        budget ?? new OutboundBudget(long.MaxValue));

    static byte[] Data(int number) => [(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number];

    static MessageId Id(int number) => MessageId.TryCreate(Data(number), out var id) ? id : default;

    static MessageId IdOf(int number) => MessageId.OfData(Data(number));

    static GossipMessage Message(string topic, int number) => GossipMessage.Create(
        new MessageView { Data = Data(number), Topic = System.Text.Encoding.UTF8.GetBytes(topic) }, topic, IdOf(number));
}
