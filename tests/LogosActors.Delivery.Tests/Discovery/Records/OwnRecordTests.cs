using System.Net;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Delivery.Tests.Discovery.Records;

public sealed class OwnRecordTests
{
    static readonly NodeKey Key = new(Convert.FromHexString(RecordVectors.Eip778Key));

    static readonly OwnRecordContent Content = new(Capabilities.Relay | Capabilities.Store, new RecordShards(1, [0, 3]))
    {
        Ip = IPAddress.Parse("192.0.2.1"),
        Tcp = 60000,
        Udp = 9000,
    };

    static Multiaddr LongName(int number) => Multiaddr.Parse($"/dns4/node-{number}.{new string('a', 40)}.example.org/tcp/443/wss");

    [Fact]
    public void Each_change_makes_a_record_with_the_next_number_and_no_change_makes_none()
    {
        var own = new OwnRecord(Key, last: 41);

        Assert.True(own.Update(Content));
        Assert.Equal(42UL, own.Current!.Sequence);
        Assert.False(own.Update(Content));
        Assert.True(own.Update(Content with { Shards = new RecordShards(1, [0]) }));
        Assert.Equal(43UL, own.Current.Sequence);
        Assert.Equal(new RecordShards(1, [0]), own.Current.ShardsOf());
    }

    [Fact]
    public void A_record_of_an_earlier_run_is_kept_while_it_says_the_same()
    {
        var before = new OwnRecord(Key, 0);
        before.Update(Content);
        var own = new OwnRecord(Key, before.Current!.Sequence);
        own.Restore(before.Current);

        Assert.False(own.Update(Content));
        Assert.True(own.Update(Content with { Tcp = 1 }));
        Assert.Equal(2UL, own.Current!.Sequence);
    }

    [Fact]
    public void What_it_says_is_read_again()
    {
        var own = new OwnRecord(Key, 0);
        own.Update(Content with { Multiaddrs = [LongName(1)] });
        var record = NodeRecordTests.Read(own.Current!.ToString());

        Assert.Equal(Capabilities.Relay | Capabilities.Store, record.CapabilitiesOf());
        Assert.Equal(new RecordShards(1, [0, 3]), record.ShardsOf());
        Assert.Equal(["/ip4/192.0.2.1/tcp/60000", LongName(1).ToString()], record.AddressesOf().Select(address => address.ToString()));
    }

    [Fact]
    public void Addresses_that_do_not_fit_are_left_out_from_the_end()
    {
        var own = new OwnRecord(Key, 0);
        own.Update(Content with { Multiaddrs = [LongName(1), LongName(2), LongName(3)] });

        Assert.InRange(own.Current!.Bytes.Length, 200, NodeRecord.MaxLength);
        Assert.Equal([LongName(1)], own.Current.MultiaddrsOf());
    }

    [Fact]
    public void With_the_most_shards_and_both_IP_addresses_there_is_still_a_record()
    {
        var own = new OwnRecord(Key, ulong.MaxValue - 1);
        own.Update(Content with
        {
            Shards = new RecordShards(1, [.. Enumerable.Range(900, 100).Select(shard => (ushort)shard)]),
            Ip6 = IPAddress.Parse("2001:db8::1"),
        });

        Assert.Equal(RecordShards.MaxListed, own.Current!.ShardsOf()!.Shards.Count);
    }

    [Fact]
    public void Secure_WebSockets_come_first_and_plain_IP_addresses_not_at_all() =>
        Assert.Equal(
            ["/dns4/example.org/tcp/443/wss", "/ip4/192.0.2.1/tcp/443/tls/ws", "/ip4/192.0.2.1/tcp/80/ws", "/dns4/example.org/tcp/60000"],
            OwnRecord.Choose(new[]
            {
                "/ip4/192.0.2.1/tcp/60000", "/dns4/example.org/tcp/60000", "/ip4/192.0.2.1/tcp/80/ws", "/dns4/example.org/tcp/443/wss",
                "/ip4/192.0.2.1/tcp/443/tls/ws",
            }.Select(Multiaddr.Parse)).Select(address => address.ToString()));

    [Fact]
    public void The_addresses_of_a_record_leave_the_peer_out()
    {
        var address = Multiaddr.Parse("/dns4/example.org/tcp/443/wss/p2p/16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ");

        Assert.Equal("/dns4/example.org/tcp/443/wss", Assert.Single(RecordMultiaddrs.Decode(RecordMultiaddrs.Encode([address]))).ToString());
    }
}
