using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Tests.Gossipsub;

public sealed class MessageSignatureTests
{
    [Theory]
    [InlineData(KeyType.Ed25519)]
    [InlineData(KeyType.Secp256k1)]
    public void A_message_is_its_authors_and_no_byte_of_it_may_change(KeyType type)
    {
        using var key = PrivateKey.Generate(type);
        var signed = MessageSignature.Sign(key, "t", [1, 2, 3], 7);
        var encoded = GossipMessage.Create(signed, "t", default).Encoded.ToArray();
        Assert.True(MessageSignature.IsValid(signed));

        for (var i = 0; i < encoded.Length; i++)
        {
            encoded[i] ^= 1;
            Assert.False(MessageView.TryRead(encoded, out var changed, out _) && MessageSignature.IsValid(changed), $"byte {i}");
            encoded[i] ^= 1;
        }
    }

    [Fact]
    public void Under_strict_signing_authors_and_sequence_numbers_tell_messages_apart()
    {
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        var router = new GossipsubRouter(new GossipsubOptions(), new Random(1));
        PublishOutcome Publish(ulong sequence) => router.Publish("t", MessageSignature.Sign(key, "t", [1], sequence), TimeSpan.Zero);

        Assert.Equal(PublishOutcome.NoPeers, Publish(1));
        Assert.Equal(PublishOutcome.NoPeers, Publish(2));
        Assert.Equal(PublishOutcome.Duplicate, Publish(1));
        Assert.Equal(PublishOutcome.Invalid, router.Publish("t", [1], TimeSpan.Zero));
    }

    [Fact]
    public void A_signed_message_goes_from_peer_to_peer_with_its_signature()
    {
        using var key = PrivateKey.Generate(KeyType.Secp256k1);
        var network = new RouterNetwork(1, new GossipsubOptions());
        for (var i = 0; i < 3; i++)
            network.Add().Validator = message => MessageSignature.IsValid(message.View()) ? ValidationResult.Accept : ValidationResult.Reject;
        network.Connect(network.Nodes[0], network.Nodes[1]);
        network.Connect(network.Nodes[1], network.Nodes[2]);
        network.Subscribe("t", network.Nodes);
        network.Run(3);

        network.Act(network.Nodes[0], router => router.Publish("t", MessageSignature.Sign(key, "t", [1], 1), network.Now));
        network.Run(1);

        Assert.Single(network.Nodes[2].Delivered);
    }
}
