using LogosActors.Interop.Tests.Peers;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Interop.Tests.Identity;

public sealed class IdentityTests
{
    [Theory]
    [InlineData(KeyType.Ed25519)]
    [InlineData(KeyType.Secp256k1)]
    public async Task A_js_peer_names_itself_and_its_addresses_as_we_do(KeyType type)
    {
        await using var peer = await JsPeer.StartAsync(new() { Key = type, Transports = ["tcp", "ws"] });
        var encodedKey = peer.Listening.GetProperty("publicKey").GetBytesFromBase64();

        Assert.True(PublicKey.TryDecode(encodedKey, out var key, out _));
        Assert.Equal(type, key.Type);
        Assert.Equal(encodedKey, key.Encode());

        var id = PeerId.FromPublicKey(key);
        Assert.Equal(peer.Listening.GetProperty("peer").GetString(), id.ToString());
        Assert.Equal(peer.Listening.GetProperty("cid").GetString(), id.ToCid());

        Assert.Equal(2, peer.Addresses.Count);
        Assert.All(peer.Addresses, address => Assert.Equal(id, address.PeerId));
        Assert.Equal(Texts("addresses"), peer.Addresses.Select(address => address.ToString()));
        Assert.Equal(Texts("binaryAddresses"), peer.Addresses.Select(address => Convert.ToBase64String(address.Bytes)));
        Assert.True(peer.Addresses[1].Has(MultiaddrProtocol.Ws));

        IEnumerable<string> Texts(string name) =>
            peer.Listening.GetProperty(name).EnumerateArray().Select(text => text.GetString()!);
    }
}
