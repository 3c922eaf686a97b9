using System.Net;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Tests.Relay;

public sealed class RelayScoreTests
{
    const int Peers = 50;

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("192.0.2.1", false)]
    [InlineData("192.0.2.1", true, Peers)]
    public void Many_peers_of_this_machine_are_welcome_and_of_another_one_as_many_as_the_host_lets_in(string address, bool areWelcome, int maxPerAddress = 16)
    {
        var score = new PeerScore(RelayGossipsub.For(WakuMessageLimits.MessageSize, maxPerAddress).Score);

        var all = Enumerable.Range(0, Peers).Select(_ => score.Connect(Id(), IPAddress.Parse(address))).ToList();

        Assert.All(all, stats => Assert.Equal(areWelcome, score.Of(stats) >= 0));
    }

    static PeerId Id()
    {
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        return PeerId.FromPublicKey(key.PublicKey);
    }
}
