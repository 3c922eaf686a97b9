using LogosActors.Configuration;
using LogosActors.Libp2p.Gossipsub;
using Xunit.Abstractions;

namespace LogosActors.Libp2p.Tests.Gossipsub;

public sealed class ExtensionTests(ITestOutputHelper output)
{
    const string Topic = "t";

    [Fact]
    public void A_mesh_with_a_poor_median_takes_in_better_peers_each_minute()
    {
        var options = GossipsubPresets.Relay with
        {
            Score = GossipsubPresets.Relay.Score with { OpportunisticGraftThreshold = 1, ApplicationWeight = 1 },
        };
        var network = new RouterNetwork(20, options);
        var node = network.Add();
        network.Subscribe(Topic, node);
        Puppets(network, node, 6);
        network.Run(3);
        var good = Puppets(network, node, 5);
        foreach (var puppet in good)
            network.Act(node, router => router.SetApplicationScore(puppet.Id, 5));
        network.Run(50);
        Assert.DoesNotContain(good, puppet => node.Mesh(Topic).Contains(puppet.Id));

        network.Run(15);

        Assert.Equal(options.OpportunisticGraftPeers, good.Count(puppet => node.Mesh(Topic).Contains(puppet.Id)));
    }

    [Fact]
    public void An_explicit_peer_gets_every_message_outside_the_mesh_and_is_believed_whatever_its_score()
    {
        var network = new RouterNetwork(21);
        var direct = network.AddPuppet();
        var node = network.Add(direct: [direct.Id]);
        network.Subscribe(Topic, node);
        var sender = Puppets(network, node, 1)[0];
        Join(network, direct, node);
        network.Run(3);
        Assert.DoesNotContain(direct.Id, node.Mesh(Topic));

        network.Say(direct, node, rpc => rpc.Graft(Topic));
        network.Say(sender, node, rpc => rpc.Message(Message([1])));
        network.Run(1);
        Assert.Contains($"prune {Topic} 60 s", direct.Lines);
        Assert.Contains($"message {Topic} 01", direct.Lines);

        node.Validator = _ => ValidationResult.Reject;
        for (byte i = 10; i < 30; i++)
            network.Say(direct, node, rpc => rpc.Message(Message([i])));
        network.Run(1);
        node.Validator = _ => ValidationResult.Accept;
        network.Say(direct, node, rpc => rpc.Message(Message([2])));
        network.Run(1);
        Assert.True(node.Router!.ScoreOf(direct.Id) < network.Options.Score.GraylistThreshold);
        Assert.Contains(node.Delivered, delivered => delivered.Data is [2]);
        Assert.Empty(node.Disconnected);
    }

    [Fact]
    public void Explicit_peers_are_dialled_at_the_start_and_when_they_are_lost_and_every_five_minutes_then()
    {
        var network = new RouterNetwork(22);
        var direct = network.AddPuppet();
        var node = network.Add(direct: [direct.Id]);
        network.Run(2);
        Assert.Equal(direct.Id, Assert.Single(node.Dialled).Peer);

        network.Connect(node, direct);
        network.Run(310);
        Assert.Single(node.Dialled);

        network.Disconnect(node, direct);
        network.Run(290);
        Assert.Equal(2, node.Dialled.Count);
        network.Run(20);
        Assert.Equal(3, node.Dialled.Count);
    }

    [Fact]
    public void A_peer_that_is_refused_for_want_of_room_is_offered_others_with_their_records()
    {
        var network = new RouterNetwork(23);
        var node = network.Add();
        network.Subscribe(Topic, node);
        var members = Puppets(network, node, 8);
        foreach (var member in members)
        {
            network.Act(node, router => router.PeerRecordKnown(member.Id, new byte[] { 0xcc, member.Id.Bytes[^1] }));
            network.Say(member, node, rpc => rpc.Graft(Topic));
        }
        network.Run(0.1);
        Assert.Equal(8, node.Mesh(Topic).Count());

        var late = Puppets(network, node, 1)[0];
        network.Say(late, node, rpc => rpc.Graft(Topic));
        network.Run(0.2);

        var prune = late.Lines.Single(line => line.StartsWith("prune", StringComparison.Ordinal));
        Assert.All(members, member => Assert.Contains(
            $"[{Convert.ToHexStringLower(member.Id.Bytes)} cc{member.Id.Bytes[^1]:x2}]", prune, StringComparison.Ordinal));
        Assert.DoesNotContain(Convert.ToHexStringLower(late.Id.Bytes), prune, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(9, 0)]
    [InlineData(10, 16)]
    public void Offered_peers_are_dialled_only_when_a_trusted_peer_offers_them_and_only_so_many(double score, int expected)
    {
        var options = GossipsubPresets.Relay with { Score = GossipsubPresets.Relay.Score with { ApplicationWeight = 1, DefaultTopic = null } };
        var network = new RouterNetwork(24, options);
        var node = network.Add();
        network.Subscribe(Topic, node);
        var puppet = Puppets(network, node, 1)[0];
        network.Run(2);
        network.Act(node, router => router.SetApplicationScore(puppet.Id, score));

        var offered = Enumerable.Range(1000, 40).Select(i => new ExchangedPeer(NumberedPeer.Id(i).Bytes.ToArray(), new byte[] { 1 })).ToArray();
        network.Say(puppet, node, rpc => rpc.Prune(Topic, TimeSpan.FromSeconds(60), offered));
        network.Run(0.2);

        Assert.Equal(expected, node.Dialled.Count);
        Assert.All(node.Dialled, dialled => Assert.Equal([1], dialled.Record));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Peers_that_a_leaving_peer_offers_are_dialled_once(bool inOneRpc)
    {
        var options = GossipsubPresets.Relay with { Score = GossipsubPresets.Relay.Score with { AcceptPxThreshold = 0 } };
        var network = new RouterNetwork(29, options);
        var node = network.Add();
        network.Subscribe(Topic, node);
        var puppet = Puppets(network, node, 1)[0];
        network.Run(2);
        Assert.Equal([puppet.Id], node.Mesh(Topic));
        var offers = 0;
        ExchangedPeer[] Offered() => [new(NumberedPeer.Id(1000 + offers++).Bytes.ToArray(), new byte[] { 1 })];

        if (!inOneRpc)
            network.Say(puppet, node, rpc => rpc.Subscription(Topic, subscribe: false));
        for (var times = 0; times < 3; times++)
        {
            network.Say(puppet, node, rpc =>
            {
                rpc.Subscription(Topic, subscribe: false);
                rpc.Prune(Topic, TimeSpan.FromSeconds(10), Offered());
            });
        }
        network.Run(0.2);

        Assert.Single(node.Dialled);
    }

    [Fact]
    public void Nodes_that_know_one_bootstrapper_find_each_other_and_outlive_it()
    {
        var options = GossipsubPresets.Relay with { Score = GossipsubPresets.Relay.Score with { AcceptPxThreshold = 0 } };
        var network = new RouterNetwork(25, options) { Dials = true };
        var bootstrapper = network.Add();
        for (var i = 0; i < 40; i++)
            network.Connect(network.Add(), bootstrapper);
        network.Subscribe(Topic, network.Nodes);
        network.Run(120);

        foreach (var node in network.Nodes)
            network.Disconnect(node, bootstrapper);
        network.Run(5);
        network.Publish(network.Nodes[1], Topic, [1]);
        network.Run(10);

        Assert.Equal(39, network.Nodes.Sum(node => node.Delivered.Count));
    }

    [Fact]
    public void Idontwant_saves_bytes_of_large_messages()
    {
        long Bytes(DataSize threshold)
        {
            var network = new RouterNetwork(26, GossipsubPresets.Relay with { FloodPublish = false, IDontWantThreshold = threshold });
            for (var i = 0; i < 30; i++)
                network.Add().ValidationTime = TimeSpan.FromMilliseconds(50); // what IDONTWANT overtakes
            network.ConnectRandomly(network.Nodes, dials: 6);
            network.Subscribe(Topic, network.Nodes);
            network.Run(10);
            var before = network.Nodes.Sum(node => node.BytesHeard);
            foreach (var node in network.Nodes)
            {
                var data = new byte[32 * 1024];
                data[0] = node.Id.Bytes[^1];
                network.Publish(node, Topic, data);
                network.Run(1);
            }
            Assert.All(network.Nodes, node => Assert.Equal(29, node.Delivered.Count));
            return network.Nodes.Sum(node => node.BytesHeard) - before;
        }

        var with = Bytes(DataSize.FromKibibytes(1));
        var without = Bytes(DataSize.FromMebibytes(1));

        output.WriteLine($"30 nodes, 30 messages of 32 KiB: {with:N0} bytes with IDONTWANT, {without:N0} without: {1 - ((double)with / without):P0} saved.");
        Assert.True(with < without * 0.9, $"{with} of {without}");
    }

    [Fact]
    public void Idontwant_goes_to_no_peer_of_an_older_version_and_for_no_small_message()
    {
        var network = new RouterNetwork(27);
        var node = network.Add();
        network.Subscribe(Topic, node);
        var sender = Puppets(network, node, 1)[0];
        var newer = Puppets(network, node, 1)[0];
        var older = Puppets(network, node, 1, GossipsubVersion.V11)[0];
        network.Run(2);

        network.Say(sender, node, rpc => rpc.Message(Message(new byte[100])));
        network.Run(0.3);
        Assert.DoesNotContain(newer.Lines, line => line.StartsWith("idontwant", StringComparison.Ordinal));
        network.Say(sender, node, rpc => rpc.Message(Message(new byte[2000])));
        network.Run(0.3);

        Assert.Contains($"idontwant {MessageId.OfData(new byte[2000])}", newer.Lines);
        Assert.DoesNotContain(older.Lines.Concat(sender.Lines), line => line.StartsWith("idontwant", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_peer_does_not_want_it_does_not_get_until_it_is_forgotten_or_beyond_the_limit()
    {
        var options = GossipsubPresets.Relay with { Limits = new GossipsubLimits { IDontWantMessages = 2 } };
        var network = new RouterNetwork(28, options);
        var node = network.Add();
        network.Subscribe(Topic, node);
        var puppet = Puppets(network, node, 1)[0];
        network.Run(2);

        network.Say(puppet, node, rpc =>
        {
            foreach (var data in new byte[][] { [1], [2], [3] })
                rpc.IDontWant(MessageId.OfData(data));
        });
        network.Run(0.1);
        network.Publish(node, Topic, [1]);
        network.Publish(node, Topic, [3]);
        network.Run(0.1);
        Assert.DoesNotContain($"message {Topic} 01", puppet.Lines);
        Assert.Contains($"message {Topic} 03", puppet.Lines);

        network.Run(options.IDontWantTtl + 1);
        network.Publish(node, Topic, [2]);
        network.Run(0.1);
        Assert.Contains($"message {Topic} 02", puppet.Lines);
    }

    static List<RouterNode> Puppets(RouterNetwork network, RouterNode node, int count, GossipsubVersion version = GossipsubVersion.V12) =>
        [.. Enumerable.Range(0, count).Select(_ => Join(network, network.AddPuppet(), node, version))];

    static RouterNode Join(RouterNetwork network, RouterNode puppet, RouterNode node, GossipsubVersion version = GossipsubVersion.V12)
    {
        network.Connect(puppet, node, version);
        network.Say(puppet, node, rpc => rpc.Subscription(Topic, subscribe: true));
        network.Run(0.1);
        return puppet;
    }

    static GossipMessage Message(byte[] data) => GossipMessage.Create(new MessageView { Data = data, Topic = "t"u8 }, Topic, MessageId.OfData(data));
}
