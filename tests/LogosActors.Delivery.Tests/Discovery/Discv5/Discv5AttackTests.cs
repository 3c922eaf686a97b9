using System.Net;
using LogosActors.Delivery.Discovery.Discv5;
using LogosActors.Delivery.Discovery.Records;

namespace LogosActors.Delivery.Tests.Discovery.Discv5;

/// <summary>What strangers try.</summary>
public sealed class Discv5AttackTests
{
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    static readonly IPEndPoint Stranger = new(IPAddress.Parse("8.8.8.8"), 5555);

    readonly Random _random = new(1);
    readonly Discv5World _world = new(2);

    /// <summary>A message that no session has, of a node that says it is somebody.</summary>
    byte[] Junk(NodeId to, NodeId from, string protocol = Discv5Options.WakuProtocol)
    {
        using var codec = new PacketCodec(from, protocol);
        var (iv, nonce, message) = (new byte[16], new byte[12], new byte[24]);
        _random.NextBytes(iv);
        _random.NextBytes(nonce);
        _random.NextBytes(message);
        return PacketCodec.Encode(to, codec.WriteHead(PacketKind.Message, iv, nonce, from.ToArray()), message);
    }

    static IReadOnlyList<Discv5Effect.Send> SendsOf(IReadOnlyList<Discv5Effect> effects) => [.. effects.OfType<Discv5Effect.Send>()];

    [Fact]
    public void A_stranger_gets_no_more_bytes_than_it_sends()
    {
        var victim = _world.Join(Discv5World.AddressOf(1));
        var datagram = Junk(victim.Key.Id, Discv5World.KeyOf(_random).Id);
        var answer = Assert.Single(SendsOf(victim.Node.Receive(datagram, Stranger, TimeSpan.Zero)));

        Assert.Equal(Stranger, answer.To);
        Assert.InRange(answer.Datagram.Length, Packet.MinLength, datagram.Length);
    }

    [Fact]
    public void Packets_of_another_network_get_no_answer()
    {
        var victim = _world.Join(Discv5World.AddressOf(1));

        Assert.Empty(SendsOf(victim.Node.Receive(Junk(victim.Key.Id, Discv5World.KeyOf(_random).Id, "discv5"), Stranger, TimeSpan.Zero)));
        Assert.Empty(SendsOf(victim.Node.Receive(new byte[100], Stranger, TimeSpan.Zero)));
    }

    [Fact]
    public void One_address_is_held_to_a_rate_and_others_are_not()
    {
        var victim = _world.Join(Discv5World.AddressOf(1));
        var datagram = Junk(victim.Key.Id, Discv5World.KeyOf(_random).Id);
        var answers = Enumerable.Range(0, 1000).Sum(_ => SendsOf(victim.Node.Receive(datagram, Stranger, Second)).Count);

        Assert.Equal(200, answers);
        Assert.Equal(800, victim.Node.Limited);
        Assert.Single(SendsOf(victim.Node.Receive(datagram, new IPEndPoint(IPAddress.Parse("9.9.9.9"), 1), Second)));
    }

    [Fact]
    public void While_a_WHOAREYOU_is_open_whoever_forges_the_address_gets_the_same_one()
    {
        var victim = _world.Join(Discv5World.AddressOf(1));
        var id = Discv5World.KeyOf(_random).Id;
        var first = Assert.Single(SendsOf(victim.Node.Receive(Junk(victim.Key.Id, id), Stranger, TimeSpan.Zero)));
        var second = Assert.Single(SendsOf(victim.Node.Receive(Junk(victim.Key.Id, id), Stranger, Second)));
        var third = Assert.Single(SendsOf(victim.Node.Receive(Junk(victim.Key.Id, id), Stranger, 3 * Second)));

        Assert.Equal(first.Datagram, second.Datagram);
        Assert.NotEqual(first.Datagram, third.Datagram);
    }

    [Fact]
    public void A_flood_of_forged_senders_keeps_nobody_out()
    {
        var victim = _world.Join(Discv5World.AddressOf(1));
        for (var i = 0; i < 20_000; i++)
            victim.Node.Receive(Junk(victim.Key.Id, new NodeId(Enumerable.Range(0, 32).Select(_ => (byte)_random.Next(256)).ToArray())), new IPEndPoint(new IPAddress(_random.Next()), 1), TimeSpan.Zero);
        var honest = _world.Join(Discv5World.AddressOf(2), [victim.Record]);

        Assert.True(_world.RunUntil(() => victim.Knows(honest), 10 * Second));
        Assert.Equal(1, victim.Node.Sessions);
    }

    [Fact]
    public void A_WHOAREYOU_that_nobody_waits_for_gets_no_answer()
    {
        var victim = _world.Join(Discv5World.AddressOf(1));
        using var codec = new PacketCodec(Discv5World.KeyOf(_random).Id, Discv5Options.WakuProtocol);
        var datagram = PacketCodec.Encode(victim.Key.Id, codec.WriteHead(PacketKind.WhoAreYou, new byte[16], new byte[12], new byte[24]), []);

        Assert.Empty(SendsOf(victim.Node.Receive(datagram, Stranger, TimeSpan.Zero)));
    }

    [Fact]
    public void A_replayed_handshake_is_ignored()
    {
        var victim = _world.Join(Discv5World.AddressOf(1));
        _world.IsRecording = true;
        var peer = _world.Join(Discv5World.AddressOf(2), [victim.Record]);
        Assert.True(_world.RunUntil(() => victim.Knows(peer), 5 * Second));
        using var codec = new PacketCodec(victim.Key.Id, Discv5Options.WakuProtocol);
        var memory = new byte[Packet.MaxHeaderLength];
        var handshake = _world.Sent.First(sent => sent.To.Equals(victim.EndPoint)
            && codec.TryDecode(sent.Datagram, memory, out var packet, out _) && packet.Kind is PacketKind.Handshake);

        Assert.Empty(SendsOf(victim.Node.Receive(handshake.Datagram, handshake.From, _world.Now)));
        Assert.Empty(SendsOf(victim.Node.Receive(handshake.Datagram, Stranger, _world.Now)));
    }

    [Fact]
    public void A_message_from_another_address_than_the_sessions_is_asked_who_it_is()
    {
        var victim = _world.Join(Discv5World.AddressOf(1));
        _world.IsRecording = true;
        var peer = _world.Join(Discv5World.AddressOf(2), [victim.Record]);
        Assert.True(_world.RunUntil(() => victim.Knows(peer), 5 * Second));
        using var codec = new PacketCodec(victim.Key.Id, Discv5Options.WakuProtocol);
        var memory = new byte[Packet.MaxHeaderLength];
        _world.Do(peer, (node, now) => node.LookUp(victim.Key.Id, now));
        var message = _world.Sent.Last(sent => sent.To.Equals(victim.EndPoint)
            && codec.TryDecode(sent.Datagram, memory, out var packet, out _) && packet.Kind is PacketKind.Message);
        var answer = Assert.Single(SendsOf(victim.Node.Receive(message.Datagram, Stranger, _world.Now)));

        using var ofPeer = new PacketCodec(peer.Key.Id, Discv5Options.WakuProtocol);
        Assert.True(ofPeer.TryDecode(answer.Datagram, memory, out var packet, out _));
        Assert.Equal(PacketKind.WhoAreYou, packet.Kind);
    }

    [Fact]
    public void A_table_takes_two_nodes_of_a_network_in_a_bucket_and_ten_in_all()
    {
        var self = Discv5World.KeyOf(_random);
        var table = new RoutingTable(self.Id);
        for (var i = 0; i < 200; i++)
        {
            var key = Discv5World.KeyOf(_random);
            var endpoint = new IPEndPoint(new IPAddress([1, 2, 3, (byte)i]), 9000);
            table.Offer(Discv5World.RecordOf(key, endpoint), endpoint);
        }

        Assert.InRange(table.Count, 8, RoutingTable.MaxOfNetwork);
        Assert.All(table.Nodes.GroupBy(node => self.Id.LogDistanceTo(node.Record.Id)), bucket => Assert.InRange(bucket.Count(), 1, 2));
    }

    [Fact]
    public void Whoever_answers_stays_in_a_full_bucket_and_a_replacement_comes_when_one_has_gone()
    {
        var self = Discv5World.KeyOf(_random);
        var table = new RoutingTable(self.Id);
        for (var i = 0; i < 100; i++)
        {
            var endpoint = new IPEndPoint(Discv5World.AddressOf(i), 9000);
            table.Offer(Discv5World.RecordOf(Discv5World.KeyOf(_random), endpoint), endpoint);
        }
        var bucket = table.Nodes.Where(node => self.Id.LogDistanceTo(node.Record.Id) == 256).Select(node => node.Record.Id).ToArray();
        Assert.Equal(RoutingTable.BucketSize, bucket.Length);
        table.Answered(bucket[0]);

        Assert.Null(table.Failed(bucket[0]));
        Assert.NotNull(table.Failed(bucket[0]));
        Assert.Null(table.Find(bucket[0]));
        Assert.NotNull(table.Failed(bucket[1])); // has never answered
        Assert.Equal(RoutingTable.BucketSize, table.Nodes.Count(node => self.Id.LogDistanceTo(node.Record.Id) == 256));
    }

    [Fact]
    public void Of_an_answer_only_records_are_taken_that_were_asked_for_and_that_the_sender_may_name()
    {
        var liar = Discv5World.KeyOf(_random);
        var record = Discv5World.RecordOf(liar, new IPEndPoint(Discv5World.AddressOf(50), 9000));
        var victim = _world.Join(Discv5World.AddressOf(1), [record], allowPrivate: true);
        using var sessions = new SessionLayer(liar, () => record, _ => null, new RecordCache(), memory => _random.NextBytes(memory.Span), new Discv5Options());
        NodeRecord Named(string address) => Discv5World.RecordOf(Discv5World.KeyOf(_random), new IPEndPoint(IPAddress.Parse(address), 9000));
        NodeRecord[] named = [Named("8.8.8.8"), Named("9.9.9.9"), Named("1.1.1.1"), Named("192.168.1.1"), Named("10.0.0.1"), Named("127.0.0.1"), Named("224.0.0.1"), record, victim.Record];
        var distances = new List<int>();
        var waiting = new Queue<byte[]>(SendsOf(victim.Node.Tick(TimeSpan.Zero)).Select(send => send.Datagram));
        while (waiting.TryDequeue(out var datagram))
        {
            var effects = new List<SessionEffect>();
            sessions.Receive(datagram, victim.EndPoint, TimeSpan.Zero, effects);
            foreach (var find in effects.OfType<SessionEffect.Received>().ToArray())
            {
                if (find.Message is not Discv5Message.FindNode request)
                    continue;
                distances.AddRange(request.Distances);
                var answer = new Discv5Message.Nodes(request.RequestId, 4, []);
                foreach (var chunk in named.Chunk(3))
                    sessions.Respond(find.From, MessageCodec.Encode(answer with { Records = [.. chunk.Select(one => (ReadOnlyMemory<byte>)one.Bytes.ToArray())] }), effects);
            }
            foreach (var send in effects.OfType<SessionEffect.Send>())
            {
                foreach (var effect in victim.Node.Receive(send.Datagram, new IPEndPoint(Discv5World.AddressOf(50), 9000), TimeSpan.Zero))
                {
                    if (effect is Discv5Effect.Send back && back.To.Equals(new IPEndPoint(Discv5World.AddressOf(50), 9000)))
                        waiting.Enqueue(back.Datagram);
                    else if (effect is Discv5Effect.Found found)
                        victim.Found.Add(found.Record);
                }
            }
        }

        Assert.NotEmpty(distances);
        Assert.Equal(
            named[..3].Where(one => distances.Contains(liar.Id.LogDistanceTo(one.Id))).Select(one => one.Id.ToString()).Order(StringComparer.Ordinal),
            victim.Found.Select(one => one.Id.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Only_nodes_that_have_answered_are_named_to_others()
    {
        var one = _world.Join(Discv5World.AddressOf(1));
        var dead = Discv5World.RecordOf(Discv5World.KeyOf(_random), new IPEndPoint(Discv5World.AddressOf(77), 9000));
        one.Node.Add(dead);
        var two = _world.Join(Discv5World.AddressOf(2), [one.Record]);
        _world.RunUntil(() => two.Lookups.Count > 1, 30 * Second);

        Assert.True(two.Knows(one));
        Assert.DoesNotContain(dead, two.Found);
    }
}
