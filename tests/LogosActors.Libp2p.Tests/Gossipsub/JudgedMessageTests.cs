using LogosActors.Configuration;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Tests.Gossipsub;

/// <summary>Nobody is penalised for relaying what an implementation of the network accepts, and nothing is sent that one of them would penalise.</summary>
public sealed class JudgedMessageTests
{
    const string Topic = "t";

    static readonly PrivateKey Key = PrivateKey.Generate(KeyType.Ed25519);
    static readonly byte[] Author = PeerId.FromPublicKey(Key.PublicKey).Bytes.ToArray();
    static readonly byte[] Sequence = [1, 2, 3, 4, 5, 6, 7, 8];
    static readonly byte[] Data = [0xab, 0xcd];

    public static TheoryData<string, byte[], byte[], byte[], byte[]> Accepted => new()
    {
        { "js-libp2p minds no author", [1, 2], [], [], [] },
        { "js-libp2p minds no author, however long", new byte[5000], [], [], [] },
        { "nim-libp2p minds no author and sequence number", Author, Sequence, [], [] },
        { "nim-libp2p minds no sequence number", [], Sequence, [], [] },
        { "nim-libp2p minds no key", [], [], [], [9, 9] },
        { "nim-libp2p minds no valid signature", Author, Sequence, MessageSignature.Sign(Key, Topic, Data, 0x0102030405060708).Signature.ToArray(), [] },
    };

    public static TheoryData<string, byte[], byte[], byte[]> Rejected => new()
    {
        { "a sequence number of 7 bytes", Author, Sequence[1..], [] },
        { "a sequence number of somebody who is none", [1, 2], Sequence, [] },
        { "a forged signature", Author, Sequence, new byte[64] },
        { "a signature of nobody", [], Sequence, new byte[64] },
    };

    [Theory]
    [MemberData(nameof(Accepted))]
    public void What_one_implementation_accepts_is_relayed_without_its_author(string why, byte[] author, byte[] sequence, byte[] signature, byte[] key)
    {
        Assert.NotEmpty(why);
        var (network, node, puppet) = NodeAndPuppet();
        var other = Join(network, node);
        network.Run(2);

        network.Say(puppet, node, rpc => rpc.Message(Message(author, sequence, signature, key)));
        network.Run(1);

        Assert.Equal(Data, Assert.Single(node.Delivered).Data);
        Assert.Contains("message t abcd", other.Lines);
        Assert.True(node.Router!.ScoreOf(puppet.Id) >= 0);
    }

    [Theory]
    [MemberData(nameof(Rejected))]
    public void What_no_implementation_accepts_is_rejected_with_a_penalty(string what, byte[] author, byte[] sequence, byte[] signature)
    {
        Assert.NotEmpty(what);
        var (network, node, puppet) = NodeAndPuppet();

        network.Say(puppet, node, rpc => rpc.Message(Message(author, sequence, signature, [])));
        network.Run(0.2);

        Assert.Empty(node.Delivered);
        Assert.Equal(-100, node.Router!.ScoreOf(puppet.Id), 0);
    }

    [Fact]
    public void A_forged_author_spoils_neither_the_message_nor_those_who_relay_it()
    {
        var (network, node, forger) = NodeAndPuppet();
        var honest = Join(network, node);

        network.Say(forger, node, rpc => rpc.Message(Message(Author, Sequence, new byte[64], [])));
        network.Say(forger, node, rpc => rpc.Message(Message(Author, Sequence[1..], [], [])));
        network.Run(0.2);
        network.Say(honest, node, rpc => rpc.Message(Message([], [], [], [])));
        network.Run(0.2);

        Assert.Single(node.Delivered);
        Assert.True(node.Router!.ScoreOf(honest.Id) >= 0);
        Assert.True(node.Router.ScoreOf(forger.Id) < 0);
    }

    [Fact]
    public void A_message_over_the_limit_is_dropped_and_its_relay_keeps_its_place()
    {
        var limits = new GossipsubLimits { MessageSize = DataSize.FromKibibytes(2) };
        var (network, node, puppet) = NodeAndPuppet(GossipsubPresets.Relay with { Limits = limits });
        var data = new byte[limits.MessageSize.Bytes + 1];
        network.Run(2);
        network.Say(puppet, node, rpc => rpc.IHave(Topic, new[] { MessageId.OfData(data) }));
        network.Run(0.5);

        network.Say(puppet, node, rpc => rpc.Message(GossipMessage.Create(new MessageView { Data = data, Topic = "t"u8 }, Topic, default)));
        network.Run(10);

        Assert.Empty(node.Delivered);
        Assert.Empty(node.Disconnected);
        Assert.Contains(puppet.Id, node.Mesh(Topic));
        Assert.True(node.Router!.ScoreOf(puppet.Id) >= 0);
    }

    [Fact]
    public void What_needs_a_larger_rpc_than_peers_accept_is_neither_relayed_nor_published()
    {
        var options = GossipsubPresets.Relay with
        {
            Limits = new GossipsubLimits { MessageSize = DataSize.FromKibibytes(2), SentRpcSize = DataSize.FromKibibytes(2), BatchSize = DataSize.FromKibibytes(2) },
        };
        var (network, node, puppet) = NodeAndPuppet(options);
        var other = Join(network, node);
        network.Run(2);
        // Two tags with lengths of two bytes, and the topic: 9 bytes beside the data.
        var (longest, longer) = (new byte[2048 - 9], new byte[2048 - 8]);

        network.Say(puppet, node, rpc => rpc.Message(GossipMessage.Create(new MessageView { Data = longest, Topic = "t"u8 }, Topic, default)));
        network.Say(puppet, node, rpc => rpc.Message(GossipMessage.Create(new MessageView { Data = longer, Topic = "t"u8 }, Topic, default)));
        network.Run(1);

        Assert.Equal(longest, Assert.Single(node.Delivered).Data);
        Assert.Equal(1, other.MessagesHeard);
        Assert.True(node.Router!.ScoreOf(puppet.Id) >= 0);
        longest[0] = 1;
        longer[0] = 1;
        Assert.Equal((PublishOutcome.Sent, PublishOutcome.TooLarge), (network.Publish(node, Topic, longest), network.Publish(node, Topic, longer)));
    }

    [Fact]
    public void A_peer_may_be_on_topics_that_we_do_not_keep()
    {
        var (network, node, puppet) = NodeAndPuppet();
        var topic = new string('x', network.Options.Limits.TopicLength + 1);

        network.Say(puppet, node, rpc =>
        {
            rpc.Subscription(topic, subscribe: true);
            rpc.Graft(topic);
            rpc.IHave(topic, new[] { MessageId.OfData([1]) });
            for (var i = 0; i < 1024; i++)
                rpc.Subscription($"/waku/2/rs/1/{i}", subscribe: true);
        });
        network.Run(0.2);

        Assert.Empty(node.Disconnected);
        Assert.Empty(node.Router!.PeersOf(topic));
        Assert.True(node.Router.ScoreOf(puppet.Id) >= 0);
    }

    static GossipMessage Message(byte[] author, byte[] sequence, byte[] signature, byte[] key) => GossipMessage.Create(
        new MessageView { Data = Data, Topic = "t"u8, From = author, Sequence = sequence, Signature = signature, Key = key }, Topic, MessageId.OfData(Data));

    static (RouterNetwork Network, RouterNode Node, RouterNode Puppet) NodeAndPuppet(GossipsubOptions? options = null)
    {
        var network = new RouterNetwork(10, options);
        var node = network.Add();
        network.Subscribe(Topic, node);
        return (network, node, Join(network, node));
    }

    static RouterNode Join(RouterNetwork network, RouterNode node)
    {
        var puppet = network.AddPuppet();
        network.Connect(puppet, node);
        network.Say(puppet, node, rpc => rpc.Subscription(Topic, subscribe: true));
        network.Run(0.1);
        return puppet;
    }
}
