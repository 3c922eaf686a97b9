using System.Net;
using System.Net.Sockets;
using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Libp2p.Encoding;
using static LogosActors.Delivery.Tests.Discovery.Records.RecordVectors;

namespace LogosActors.Delivery.Tests.Discovery.Records;

public sealed class NodeRecordTests
{
    static readonly NodeKey Key = new(Convert.FromHexString(Eip778Key));

    static readonly Gen<Dictionary<string, byte[]>> Values =
        from pairs in (from key in Gen.Elements("a", "ip", "rs", "udp", "zz", "multiaddrs", "waku2")
                       from length in Gen.Choose(0, 40)
                       from value in ArbMap.Default.GeneratorFor<byte>().ArrayOf(length)
                       select (key, value)).ArrayOf()
        select pairs.GroupBy(pair => pair.key).Take(4).ToDictionary(same => same.Key, same => same.First().value);

    public static TheoryData<string> ValidTexts => [.. Valid];

    internal static NodeRecord Read(string text) =>
        NodeRecord.TryParse(text, out var record, out var error) ? record : throw new InvalidOperationException($"{error}: {text}");

    internal static NodeRecord Sign(params (string Key, byte[] Value)[] values) =>
        NodeRecord.TrySign(Key, 1, values.ToDictionary(pair => pair.Key, pair => pair.Value), out var record)
            ? record
            : throw new InvalidOperationException("too long");

    static DecodeError ErrorOf(ReadOnlySpan<byte> bytes) => NodeRecord.TryDecode(bytes, out _, out var error) ? DecodeError.None : error;

    [Fact]
    public void The_record_of_the_specification_is_what_it_says()
    {
        var record = Read(Eip778);

        Assert.Equal(1UL, record.Sequence);
        Assert.Equal(Eip778Id, record.Id.ToString());
        Assert.Equal(["id", "ip", "secp256k1", "udp"], record.Keys);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 30303), record.UdpEndPointOf(AddressFamily.InterNetwork));
        Assert.Null(record.TcpEndPointOf(AddressFamily.InterNetwork));
        Assert.Equal("03ca634cae0d49acb401d8a4c6b6fe8c55b70d115bf400769cc1400f3258cd3138", Convert.ToHexStringLower(record.PublicKey));
        Assert.StartsWith("f884b8407098ad865b00a582", Convert.ToHexStringLower(record.Bytes), StringComparison.Ordinal);
        Assert.Equal(134, record.Bytes.Length);
    }

    [Fact]
    public void The_record_of_the_specification_is_signed_with_the_same_signature()
    {
        var record = Sign(("ip", [127, 0, 0, 1]), ("udp", [0x76, 0x5f]));

        Assert.Equal(Eip778, record.ToString());
    }

    [Theory]
    [MemberData(nameof(ValidTexts))]
    public void A_published_record_is_verified_and_has_the_same_text(string text) => Assert.Equal(text, Read(text).ToString());

    [Fact]
    public void A_record_leads_to_its_peer_and_its_addresses()
    {
        var record = Read(Tcp);

        Assert.Equal("16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ", record.Peer.ToString());
        Assert.Equal(["/ip4/134.209.139.210/tcp/30303"], record.AddressesOf().Select(address => address.ToString()));
    }

    [Fact]
    public void An_address_of_an_unknown_kind_costs_only_itself() =>
        Assert.Equal(
            ["/dns4/node-01.do-ams3.wakuv2.test.statusim.net/tcp/443/wss", "/dns6/node-01.ac-cn-hongkong-c.wakuv2.test.statusim.net/tcp/443/wss"],
            Read(Multiaddrs).MultiaddrsOf().Select(address => address.ToString()));

    [Fact]
    public void Values_of_other_networks_are_kept()
    {
        Assert.True(Read(Eth2).TryGet("eth2", out var value));
        Assert.Equal("f6775d0700000113ffffffffffff1f00", Convert.ToHexStringLower(value));
        Assert.Null(Read(Eth2).ShardsOf());
        Assert.Equal(Capabilities.None, Read(Eth2).CapabilitiesOf());
    }

    [Theory]
    [InlineData(RecordVectors.Relay, 1)]
    [InlineData(RecordVectors.Store, 2)]
    [InlineData(RelayAndStore, 3)]
    public void What_a_node_serves_is_read(string text, int expected) => Assert.Equal((Capabilities)expected, Read(text).CapabilitiesOf());

    [Fact]
    public void The_nodes_of_the_public_network_say_all_that_is_needed_to_reach_them()
    {
        foreach (var record in NetworkPreset.TheWakuNetwork.DiscoveryNodes.Select(Read))
        {
            Assert.Equal(new RecordShards(1, [0, 1, 2, 3, 4, 5, 6, 7]), record.ShardsOf());
            Assert.Equal((Capabilities)0x0f, record.CapabilitiesOf());
            Assert.Equal(9000, record.UdpEndPointOf(AddressFamily.InterNetwork)!.Port);
            Assert.Equal(30303, record.TcpEndPointOf(AddressFamily.InterNetwork)!.Port);
            Assert.Contains(record.AddressesOf(), address => address.ToString().EndsWith("/tcp/8000/wss", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_record_without_a_key_is_refused() => Assert.False(NodeRecord.TryParse(WithoutKey, out _, out _));

    [Theory]
    [InlineData("")]
    [InlineData("enr:")]
    [InlineData("ENR:-IS4QHCYrYZb")]
    [InlineData("enr:-IS4QHCYrYZb=")]
    [InlineData("enr:-IS4 QHCYrYZb")]
    public void What_is_no_text_of_a_record_is_refused(string text) => Assert.False(NodeRecord.TryParse(text, out _, out _));

    [Fact]
    public void Padding_and_stray_bits_make_no_second_text_of_a_record()
    {
        Assert.False(NodeRecord.TryParse(Eip778 + "=", out _, out _));
        Assert.False(NodeRecord.TryParse(Eip778[..^1] + "9", out _, out _)); // 8 with its last bit set, which no byte holds
    }

    [Fact]
    public void Any_change_of_a_byte_makes_a_record_invalid()
    {
        var bytes = Read(NetworkPreset.TheWakuNetwork.DiscoveryNodes[0]).Bytes.ToArray();
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 1;
            Assert.NotEqual(DecodeError.None, ErrorOf(bytes));
            bytes[i] ^= 1;
        }
        Assert.Equal(DecodeError.None, ErrorOf(bytes));
    }

    [Fact]
    public void A_signature_with_a_high_s_is_refused()
    {
        var bytes = Read(Eip778).Bytes.ToArray();
        var order = System.Numerics.BigInteger.Parse("00fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", System.Globalization.NumberStyles.HexNumber);
        var s = new System.Numerics.BigInteger(bytes.AsSpan(4 + 32, 32), isUnsigned: true, isBigEndian: true);
        (order - s).ToByteArray(isUnsigned: true, isBigEndian: true).CopyTo(bytes, 4 + 32);

        Assert.Equal(DecodeError.InvalidSignature, ErrorOf(bytes));
    }

    [Fact]
    public void A_record_has_300_bytes_at_most()
    {
        var values = new Dictionary<string, byte[]> { ["a"] = new byte[300 - Read(Eip778).Bytes.Length] };
        Assert.True(NodeRecord.TrySign(Key, 1, values, out var record));
        var room = 300 - record.Bytes.Length;
        values["a"] = new byte[values["a"].Length + room];
        Assert.True(NodeRecord.TrySign(Key, 1, values, out record));
        Assert.Equal(300, record.Bytes.Length);

        values["a"] = new byte[values["a"].Length + 1];
        Assert.False(NodeRecord.TrySign(Key, 1, values, out _));
        Assert.Equal(DecodeError.LimitExceeded, ErrorOf(new byte[301]));
    }

    [Fact]
    public void Any_record_is_the_same_after_a_round_trip() =>
        Prop.ForAll(Arb.From(Values), values =>
        {
            Assert.True(NodeRecord.TrySign(Key, 7, values, out var record));
            Assert.True(NodeRecord.TryDecode(record.Bytes, out var decoded, out _));
            Assert.Equal(record, Read(decoded.ToString()));
            Assert.Equal((7UL, Eip778Id), (decoded.Sequence, decoded.Id.ToString()));
            foreach (var (key, value) in values)
            {
                Assert.True(decoded.TryGet(key, out var read));
                Assert.Equal(value, read.ToArray());
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Ports_without_a_six_count_for_IPv6_too_where_it_has_none_of_its_own()
    {
        var ip6 = IPAddress.Parse("2001:db8::1");
        Assert.Equal(new IPEndPoint(ip6, 9000), Sign(("ip6", ip6.GetAddressBytes()), ("udp", [0x23, 0x28])).UdpEndPointOf(AddressFamily.InterNetworkV6));
        Assert.Equal(
            new IPEndPoint(ip6, 1),
            Sign(("ip6", ip6.GetAddressBytes()), ("udp", [0x23, 0x28]), ("udp6", [1])).UdpEndPointOf(AddressFamily.InterNetworkV6));
    }
}
