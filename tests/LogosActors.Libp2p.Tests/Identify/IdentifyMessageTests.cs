using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identify;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Records;
using LogosActors.Libp2p.Tests.Fuzzing;

namespace LogosActors.Libp2p.Tests.Identify;

public sealed class IdentifyMessageTests : IDisposable
{
    static readonly Multiaddr Address = Multiaddr.Parse("/ip4/192.0.2.1/tcp/60000");
    static readonly Multiaddr Other = Multiaddr.Parse("/dns4/example.org/tcp/443/wss");

    readonly PrivateKey _key = PrivateKey.Generate(KeyType.Secp256k1);
    readonly PrivateKey _stranger = PrivateKey.Generate(KeyType.Ed25519);

    IdentifyMessage Message => new()
    {
        PublicKey = _key.PublicKey.Encode(),
        ListenAddresses = [Address, Other],
        Protocols = ["/ipfs/id/1.0.0", "/ipfs/ping/1.0.0"],
        ObservedAddress = Multiaddr.Parse("/ip4/198.51.100.7/tcp/4242"),
        ProtocolVersion = "ipfs/0.1.0",
        AgentVersion = "test/1",
        SignedRecord = Record(_key, 7, Address),
    };

    static byte[] Record(PrivateKey key, ulong sequence, params Multiaddr[] addresses) =>
        new PeerRecord(PeerId.FromPublicKey(key.PublicKey), sequence, addresses).Seal(key);

    public void Dispose()
    {
        _key.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public void A_message_reads_back_as_it_was_written()
    {
        Assert.True(IdentifyMessage.TryDecode(Message.Encode(), out var read, out _));
        Assert.Equal(Message.PublicKey.ToArray(), read.PublicKey.ToArray());
        Assert.Equal(Message.ListenAddresses, read.ListenAddresses);
        Assert.Equal(Message.Protocols, read.Protocols);
        Assert.Equal(Message.ObservedAddress, read.ObservedAddress);
        Assert.Equal(("ipfs/0.1.0", "test/1"), (read.ProtocolVersion, read.AgentVersion));
        Assert.True(IdentifyCheck.TryAccept(read, _key.PublicKey, out var identity, out _));
        Assert.Equal([Address], identity.ListenAddresses);
    }

    [Fact]
    public void Several_messages_behind_one_another_are_one_identity()
    {
        byte[] bytes =
        [
            .. new IdentifyMessage { ListenAddresses = [Address], AgentVersion = "first" }.Encode(),
            .. new IdentifyMessage { ListenAddresses = [Other], AgentVersion = "last" }.Encode(),
        ];
        Assert.True(IdentifyMessage.TryDecode(bytes, out var read, out _));
        Assert.Equal([Address, Other], read.ListenAddresses);
        Assert.Equal("last", read.AgentVersion);
    }

    [Fact]
    public void A_message_beyond_any_limit_is_refused_by_name()
    {
        IdentifyMessage[] excessive =
        [
            new() { Protocols = [.. Enumerable.Range(0, IdentifyMessage.MaxProtocols + 1).Select(i => $"/{i}")] },
            new() { Protocols = [new string('p', IdentifyMessage.MaxProtocolLength + 1)] },
            new() { ListenAddresses = [.. Enumerable.Repeat(Address, IdentifyMessage.MaxAddresses + 1)] },
            new() { AgentVersion = new string('a', IdentifyMessage.MaxVersionLength + 1) },
            new() { ProtocolVersion = new string('a', IdentifyMessage.MaxVersionLength + 1) },
        ];
        foreach (var message in excessive)
        {
            Assert.False(IdentifyMessage.TryDecode(message.Encode(), out _, out var error));
            Assert.Equal(DecodeError.LimitExceeded, error);
        }
    }

    [Fact]
    public void Another_peers_key_or_record_is_a_lie()
    {
        IdentifyMessage[] lies =
        [
            Message with { PublicKey = _stranger.PublicKey.Encode() },
            Message with { SignedRecord = Record(_stranger, 9, Address) },
            Message with { SignedRecord = Tampered(Record(_key, 9, Address)) },
        ];
        foreach (var lie in lies)
        {
            Assert.False(IdentifyCheck.TryAccept(lie, _key.PublicKey, out _, out var error));
            Assert.Equal(DecodeError.InvalidSignature, error);
        }

        static byte[] Tampered(byte[] record)
        {
            record[^1] ^= 1;
            return record;
        }
    }

    [Fact]
    public void An_older_record_that_is_replayed_does_not_replace_a_newer_one()
    {
        Assert.True(IdentifyCheck.TryAccept(Message, _key.PublicKey, out var newer, out _));
        Assert.True(IdentifyCheck.TryAccept(
            Message with { SignedRecord = Record(_key, 6, Other), AgentVersion = "later" }, _key.PublicKey, out var replayed, out _));
        var merged = IdentifyCheck.Merge(newer, replayed);
        Assert.Equal([Address], merged.ListenAddresses);
        Assert.Equal("later", merged.AgentVersion);
        Assert.Equal([Other], IdentifyCheck.Merge(null, replayed).ListenAddresses);
    }

    [Fact]
    public void Mutated_messages_are_read_or_refused_and_never_throw()
    {
        var bytes = Message.Encode();
        Mutations.Check(
            input =>
            {
                if (IdentifyMessage.TryDecode(input, out var message, out var error))
                    IdentifyCheck.TryAccept(message, _key.PublicKey, out _, out error);
                return Enum.IsDefined(error);
            },
            bytes);
    }

    [Fact]
    public void An_address_of_the_whole_machine_is_announced_as_those_that_it_has()
    {
        var announced = AnnouncedAddresses.Expand([Multiaddr.Parse("/ip4/0.0.0.0/tcp/60000/ws"), Address]);
        Assert.Contains(Multiaddr.Parse("/ip4/127.0.0.1/tcp/60000/ws"), announced);
        Assert.Contains(Address, announced);
        Assert.DoesNotContain(announced, address => address.Host == "0.0.0.0");
    }
}
