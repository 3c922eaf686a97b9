using System.Net;
using FsCheck;
using FsCheck.Fluent;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Tests.Fuzzing;

namespace LogosActors.Libp2p.Tests.Addresses;

public sealed class MultiaddrTests
{
    const string Ed25519Peer = "12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV";
    const string RsaPeer = "QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC";

    static DecodeError ErrorOf(string text) => Multiaddr.TryParse(text, out _, out var error) ? DecodeError.None : error;

    // go-multiaddr's tests; then js-multiaddr 12.5's bytes for these texts.
    public static TheoryData<string, string> Vectors => new()
    {
        { "/ip4/127.0.0.1/udp/1234", "047f000001910204d2" },
        { "/ip4/127.0.0.1/tcp/4321", "047f0000010610e1" },
        { "/ip4/127.0.0.1/udp/1234/ip4/127.0.0.1/tcp/4321", "047f000001910204d2047f0000010610e1" },
        { "/ip6zone/eth0/ip6/::1", "2a04657468302900000000000000000000000000000001" },
        { "/ip4/1.2.3.4", "0401020304" },
        { "/ip6/2601:9:4f81:9700:803e:ca65:66e8:c21", "29260100094f819700803eca6566e80c21" },
        { "/ip6zone/x%y/ip6/fe80::1", "2a0378257929fe800000000000000000000000000001" },
        { "/dns4/node-01.example.org/tcp/30303/p2p/16Uiu2HAmLhLvBoYaoZfaMUKuibM6ac163GwKY74c5kiSLg5KvLpY",
            "36136e6f64652d30312e6578616d706c652e6f726706765fa50327002508021221037777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca99" },
        { "/dns4/node-01.example.org/tcp/443/wss/p2p/16Uiu2HAmLhLvBoYaoZfaMUKuibM6ac163GwKY74c5kiSLg5KvLpY",
            "36136e6f64652d30312e6578616d706c652e6f72670601bbde03a50327002508021221037777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca99" },
        { "/dns6/example.org/tcp/8000/tls/sni/example.org/ws",
            "370b6578616d706c652e6f7267061f40c003c1030b6578616d706c652e6f7267dd03" },
        { "/dnsaddr/bootstrap.libp2p.io/p2p/QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC",
            "3813626f6f7473747261702e6c69627032702e696fa503221220d52ebb89d85b02a284948203a62ff28389c57c9f42beec4ec20db76a68911c0b" },
        { "/dns/example.org/udp/4001/quic-v1", "350b6578616d706c652e6f726791020fa1cd03" },
        { "/ip4/127.0.0.1/udp/1234/quic-v1/webtransport/certhash/uEiDDq4_xNyDorZBH3TlGazyJdOWSwvo4PUo5YHFMrvDE8g",
            "047f000001910204d2cd03d103d203221220c3ab8ff13720e8ad9047dd39466b3c8974e592c2fa383d4a3960714caef0c4f2" },
        { "/ip4/127.0.0.1/tcp/4001/p2p/QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC/p2p-circuit/p2p/12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV",
            "047f000001060fa1a503221220d52ebb89d85b02a284948203a62ff28389c57c9f42beec4ec20db76a68911c0ba202a503260024080112202d3de6d16ae87f7a933fe1552162a2d3f04951e90e8051e4ee2c18f002dd0fb4" },
        { "/ip4/127.0.0.1/udp/9090/webrtc-direct", "047f000001910223829802" },
        { "/ip4/127.0.0.1/tcp/80/http", "047f000001060050e003" },
        { "/ip4/127.0.0.1/tcp/443/https", "047f0000010601bbbb03" },
        { "/ip4/127.0.0.1/udp/4001/quic", "047f00000191020fa1cc03" },
        { "/ip4/1.2.3.4/tcp/1/noise", "0401020304060001c603" },
        { "/ip6/::1/tcp/0/webrtc", "29000000000000000000000000000000010600009902" },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_published_address_is_the_same_bytes_and_text(string text, string hex)
    {
        var parsed = Multiaddr.Parse(text);
        Assert.Equal(hex, Convert.ToHexStringLower(parsed.Bytes));
        Assert.True(Multiaddr.TryDecode(Convert.FromHexString(hex), out var decoded, out _));
        Assert.Equal(text, decoded.ToString());
        Assert.True(parsed == decoded);
        Assert.Equal(parsed.GetHashCode(), decoded.GetHashCode());
    }

    // go-multiaddr's lists of what must be read, and js-multiaddr's.
    [Theory]
    [InlineData("/ip4/0.0.0.0", "/ip4/0.0.0.0")]
    [InlineData("/ip6/::1", "/ip6/::1")]
    [InlineData("/ip6/ABCD::1:2:3:4:5:6", "/ip6/abcd:0:1:2:3:4:5:6")]
    [InlineData("/ip6/::ffff:127.0.0.1/tcp/111", "/ip6/::ffff:127.0.0.1/tcp/111")]
    [InlineData("/ip6zone/x/ip6/fe80::1/udp/1234/quic", "/ip6zone/x/ip6/fe80::1/udp/1234/quic")]
    [InlineData("/udp/0", "/udp/0")]
    [InlineData("/tcp/65535", "/tcp/65535")]
    [InlineData("/ip4/127.0.0.1/tcp/1234/", "/ip4/127.0.0.1/tcp/1234")]
    [InlineData("/ipfs/" + RsaPeer, "/p2p/" + RsaPeer)]
    [InlineData("/p2p/k2k4r8oqamigqdo6o7hsbfwd45y70oyynp98usk7zmyfrzpqxh1pohl7", "/p2p/" + RsaPeer)]
    [InlineData("/p2p/bafzaajaiaejcalj543iwv2d7pkjt7ykvefrkfu7qjfi6sduakhso4lay6abn2d5u/tcp/1234", "/p2p/" + Ed25519Peer + "/tcp/1234")]
    [InlineData("/ip4/127.0.0.1/tcp/127/tls/ws", "/ip4/127.0.0.1/tcp/127/tls/ws")]
    [InlineData("/ip4/127.0.0.1/udp/1234/quic-v1/webtransport/certhash/b2uaraocy6yrdblb4sfptaddgimjmmpy"
        + "/certhash/zQmbWTwYGcmdyK9CYfNBcfs9nhZs17a6FQ4Y8oea278xx41",
        "/ip4/127.0.0.1/udp/1234/quic-v1/webtransport/certhash/u1QEQOFj2IjCsPJFfMAxmQxLGPw/certhash/uEiDDq4_xNyDorZBH3TlGazyJdOWSwvo4PUo5YHFMrvDE8g")]
    [InlineData("/dns4/xn--bcher-kva.example/tcp/1", "/dns4/xn--bcher-kva.example/tcp/1")]
    [InlineData("/dns/bücher.example", "/dns/bücher.example")]
    public void What_others_read_is_read(string text, string canonical)
    {
        var address = Multiaddr.Parse(text);
        Assert.Equal(canonical, address.ToString());
        Assert.Equal(address, Multiaddr.Parse(canonical));
    }

    // Mostly go-multiaddr's list of what must fail.
    [Theory]
    [InlineData("", DecodeError.InvalidText)]
    [InlineData("/", DecodeError.InvalidText)]
    [InlineData("//", DecodeError.InvalidText)]
    [InlineData("ip4/1.2.3.4", DecodeError.InvalidText)]
    [InlineData("/ip4", DecodeError.Truncated)]
    [InlineData("/ip4/", DecodeError.Truncated)]
    [InlineData("/ip6", DecodeError.Truncated)]
    [InlineData("/tcp", DecodeError.Truncated)]
    [InlineData("/ip6zone//ip6/fe80::1", DecodeError.Truncated)]
    [InlineData("/ip4/127.0.0.1/p2p", DecodeError.Truncated)]
    [InlineData("/ip4/127.0.0.1/udp/1234/quic-v1/webtransport/certhash", DecodeError.Truncated)]
    [InlineData("/ip4/::1", DecodeError.InvalidText)]
    [InlineData("/ip4/1.2.3", DecodeError.InvalidText)]
    [InlineData("/ip4/1.2.3.4.5", DecodeError.InvalidText)]
    [InlineData("/ip4/1.2.3.256", DecodeError.InvalidText)]
    [InlineData("/ip4/010.2.3.4", DecodeError.InvalidText)]
    [InlineData("/ip4/0x7f.0.0.1", DecodeError.InvalidText)]
    [InlineData("/ip4/1.2.3.", DecodeError.InvalidText)]
    [InlineData("/ip4/fdpsofodsajfdoisa", DecodeError.InvalidText)]
    [InlineData("/ip6/1.2.3.4", DecodeError.InvalidText)]
    [InlineData("/ip6/fe80::1%eth0", DecodeError.InvalidText)]
    [InlineData("/ip6/[::1]", DecodeError.InvalidText)]
    [InlineData("/ip6/FFFF::GGGG", DecodeError.InvalidText)]
    [InlineData("/tcp/65536", DecodeError.InvalidText)]
    [InlineData("/tcp/-1", DecodeError.InvalidText)]
    [InlineData("/tcp/+1", DecodeError.InvalidText)]
    [InlineData("/tcp/ 1", DecodeError.InvalidText)]
    [InlineData("/tcp/01", DecodeError.InvalidText)]
    [InlineData("/tcp/١", DecodeError.InvalidText)]
    [InlineData("/ip4/127.0.0.1/tcp/jfodsajfidosajfoidsa", DecodeError.InvalidText)]
    [InlineData("/quic-v1/65536", DecodeError.Unsupported)]
    [InlineData("/ip4/127.0.0.1/tcp/9090/http/p2p-webcrt-direct", DecodeError.Unsupported)]
    [InlineData("/ip4/1.2.3.4//tcp/1", DecodeError.Unsupported)]
    [InlineData("/ip4/1.2.3.4/tcp/1//", DecodeError.InvalidText)]
    [InlineData("/IP4/1.2.3.4", DecodeError.Unsupported)]
    [InlineData("/unix/a/b/c", DecodeError.Unsupported)]
    [InlineData("/onion3/vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd:1234", DecodeError.Unsupported)]
    [InlineData("/p2p/QmxoHT6iViN5xAjoz1VZ553cL31U9F94ht3QvWR1FrEbZY", DecodeError.InvalidValue)]
    [InlineData("/p2p/k2jmtxwoe2phm1hbqp0e7nufqf6umvuu2e9qd7ana7h411a0haqj6i2z", DecodeError.Unsupported)]
    [InlineData("/ip4/127.0.0.1/p2p/tcp", DecodeError.Unsupported)]
    [InlineData("/ip4/127.0.0.1/udp/1234/quic-v1/webtransport/certhash/b2uaraocy6yrdblb4sfptaddgimjmmp", DecodeError.InvalidText)]
    [InlineData("/dns4/ex ample.org", DecodeError.InvalidText)]
    [InlineData("/dns4/a\nb", DecodeError.InvalidText)]
    [InlineData("/dns4/a\u007f", DecodeError.InvalidText)]
    public void What_is_no_address_is_refused_by_name(string text, DecodeError expected)
    {
        Assert.Equal(expected, ErrorOf(text));
        Assert.Throws<FormatException>(() => Multiaddr.Parse(text));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_no_text() => Assert.Equal(DecodeError.InvalidText, ErrorOf("/dns4/a" + '\ud800' + "b"));

    [Theory]
    [InlineData("", DecodeError.Truncated)]
    [InlineData("04", DecodeError.Truncated)]
    [InlineData("047f0000", DecodeError.Truncated)]
    [InlineData("047f00000106", DecodeError.Truncated)]
    [InlineData("0610e106", DecodeError.Truncated)]
    [InlineData("84007f000001", DecodeError.NotCanonical)]
    [InlineData("05", DecodeError.Unsupported)]
    [InlineData("047f000001ffffffffffffffff7f", DecodeError.Unsupported)]
    [InlineData("36", DecodeError.Truncated)]
    [InlineData("3603", DecodeError.Truncated)]
    [InlineData("3600", DecodeError.InvalidValue)]
    [InlineData("36ffffffffffffffff7f", DecodeError.LimitExceeded)]
    [InlineData("360161", DecodeError.None)]
    [InlineData("36012f", DecodeError.InvalidText)]
    [InlineData("360100", DecodeError.InvalidText)]
    [InlineData("36028080", DecodeError.InvalidText)]
    [InlineData("a50300", DecodeError.Truncated)]
    [InlineData("a503221221c05877cbae039d70a5e600ea02c6f9f2942439285c9e344e26f8d280c850fad6", DecodeError.InvalidValue)] // go-multiaddr
    [InlineData("d203021200", DecodeError.InvalidValue)]
    public void Bytes_are_an_address_or_refused_by_name(string hex, DecodeError expected)
    {
        Assert.Equal(expected is DecodeError.None, Multiaddr.TryDecode(Convert.FromHexString(hex), out _, out var error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void Sizes_have_limits()
    {
        byte[] full = [.. Enumerable.Repeat((byte)6, 3 * 341).Select((code, at) => at % 3 == 0 ? code : (byte)1)];
        Assert.Equal(1023, full.Length);
        Assert.True(Multiaddr.TryDecode(full, out _, out _));
        Assert.False(Multiaddr.TryDecode([.. full, .. full[..3]], out _, out var error));
        Assert.Equal(DecodeError.LimitExceeded, error);
        Assert.Equal(DecodeError.None, ErrorOf("/dns/" + new string('a', 253)));
        Assert.Equal(DecodeError.LimitExceeded, ErrorOf("/dns/" + new string('a', 254)));
        Assert.Equal(DecodeError.LimitExceeded, ErrorOf("/dns/" + new string('a', 100_000)));
        var long250 = "/dns/" + new string('a', 250);
        Assert.Equal(DecodeError.None, ErrorOf(long250 + long250 + long250 + long250));
        Assert.Equal(DecodeError.LimitExceeded, ErrorOf(long250 + long250 + long250 + long250 + "/ip6/::1"));
        var address = Multiaddr.Parse(long250 + long250);
        Assert.Throws<ArgumentException>(() => address.Encapsulate(address).Encapsulate(address));
    }

    [Theory]
    [InlineData("/ip4/192.0.2.1/tcp/60000/ws", "192.0.2.1", 60000, null)]
    [InlineData("/ip6/::1/udp/9000/quic-v1", "::1", 9000, null)]
    [InlineData("/ip6zone/eth0/ip6/fe80::1/tcp/1", "fe80::1%eth0", 1, null)]
    [InlineData("/dns4/example.org/tcp/443/tls/sni/other.org/ws/p2p/" + Ed25519Peer, "example.org", 443, Ed25519Peer)]
    [InlineData("/dnsaddr/example.org/p2p/" + RsaPeer, "example.org", null, RsaPeer)]
    [InlineData("/ip4/1.2.3.4", "1.2.3.4", null, null)]
    [InlineData("/ip4/1.2.3.4/ws/tcp/5", "1.2.3.4", null, null)]
    [InlineData("/tcp/5", null, null, null)]
    [InlineData("/ip6zone/x/ip4/1.2.3.4", null, null, null)]
    [InlineData("/p2p/" + RsaPeer, null, null, RsaPeer)]
    [InlineData("/ip4/1.2.3.4/tcp/5/p2p/" + RsaPeer + "/p2p-circuit", "1.2.3.4", 5, null)]
    [InlineData("/ip4/1.2.3.4/tcp/5/p2p/" + RsaPeer + "/p2p-circuit/p2p/" + Ed25519Peer, "1.2.3.4", 5, Ed25519Peer)]
    public void Host_port_and_peer_are_those_that_would_be_dialled(string text, string? host, int? port, string? peer)
    {
        var address = Multiaddr.Parse(text);
        Assert.Equal((host, port, peer), (address.Host, address.Port, address.PeerId?.ToString()));
    }

    // go-multiaddr's TestDecapsulate.
    [Theory]
    [InlineData("/ip4/1.2.3.4/tcp/1234", "/ip4/1.2.3.4", null)]
    [InlineData("/ip4/1.2.3.4", "/ip4/1.2.3.4/tcp/1234", "/ip4/1.2.3.4")]
    [InlineData("/ip4/1.2.3.5/tcp/1234", "/ip4/5.3.2.1", "/ip4/1.2.3.5/tcp/1234")]
    [InlineData("/ip4/1.2.3.5/udp/1234/quic-v1", "/udp/1234", "/ip4/1.2.3.5")]
    [InlineData("/ip4/1.2.3.6/udp/1234/quic-v1", "/udp/1234/quic-v1", "/ip4/1.2.3.6")]
    [InlineData("/ip4/1.2.3.7/tcp/1234", "/ws", "/ip4/1.2.3.7/tcp/1234")]
    [InlineData("/dnsaddr/wss.com/tcp/4001/ws", "/wss", "/dnsaddr/wss.com/tcp/4001/ws")]
    [InlineData("/dnsaddr/wss.com/ws", "/dnsaddr/wss.com", null)]
    [InlineData("/dnsaddr/wss.com/tcp/4001/wss", "/wss", "/dnsaddr/wss.com/tcp/4001")]
    [InlineData("/tcp/1/tcp/1/tcp/1", "/tcp/1", "/tcp/1/tcp/1")]
    [InlineData("/ip4/6.0.1.6/tcp/1", "/tcp/1", "/ip4/6.0.1.6")] // the bytes 6, 0, 1 of the IP are no part
    public void Decapsulation_takes_the_last_place_and_what_follows(string outer, string inner, string? expected) =>
        Assert.Equal(expected, Multiaddr.Parse(outer).Decapsulate(Multiaddr.Parse(inner))?.ToString());

    [Fact]
    public void Decapsulation_by_protocol_drops_its_last_part_and_what_follows()
    {
        var address = Multiaddr.Parse($"/ip4/1.2.3.4/tcp/5/p2p/{RsaPeer}/p2p-circuit/p2p/{Ed25519Peer}");
        Assert.Equal($"/ip4/1.2.3.4/tcp/5/p2p/{RsaPeer}/p2p-circuit", address.Decapsulate(MultiaddrProtocol.P2p)?.ToString());
        Assert.Equal($"/ip4/1.2.3.4/tcp/5/p2p/{RsaPeer}", address.Decapsulate(MultiaddrProtocol.P2pCircuit)?.ToString());
        Assert.Null(address.Decapsulate(MultiaddrProtocol.Ip4));
        Assert.Same(address, address.Decapsulate(MultiaddrProtocol.Ws));
    }

    [Fact]
    public void Encapsulation_appends_and_a_peer_only_once()
    {
        var address = Multiaddr.Parse("/ip4/127.0.0.1/udp/1234").Encapsulate(Multiaddr.Parse("/udp/5678"));
        Assert.Equal("/ip4/127.0.0.1/udp/1234/udp/5678", address.ToString());
        var id = PeerId.Parse(Ed25519Peer);
        var named = address.Encapsulate(id);
        Assert.Equal($"/ip4/127.0.0.1/udp/1234/udp/5678/p2p/{Ed25519Peer}", named.ToString());
        Assert.Same(named, named.Encapsulate(id));
    }

    [Fact]
    public void An_address_says_what_it_holds()
    {
        var address = Multiaddr.Parse("/ip4/1.2.3.4/tcp/5/wss");
        Assert.True(address.Has(MultiaddrProtocol.Wss));
        Assert.False(address.Has(MultiaddrProtocol.Ws));
        var parts = new List<string>();
        foreach (var part in address)
            parts.Add(part.ToString());
        Assert.Equal(["/ip4/1.2.3.4", "/tcp/5", "/wss"], parts);
    }

    [Theory]
    [InlineData("192.0.2.1", 80, "/ip4/192.0.2.1/tcp/80")]
    [InlineData("::ffff:192.0.2.1", 65535, "/ip4/192.0.2.1/tcp/65535")]
    [InlineData("2001:db8::1", 0, "/ip6/2001:db8::1/tcp/0")]
    [InlineData("fe80::1%3", 1, "/ip6zone/3/ip6/fe80::1/tcp/1")]
    public void An_endpoint_is_an_address(string ip, int port, string expected)
    {
        Assert.Equal(expected, Multiaddr.FromEndPoint(new IPEndPoint(IPAddress.Parse(ip), port)).ToString());
        Assert.EndsWith($"/udp/{port}", Multiaddr.FromEndPoint(new IPEndPoint(IPAddress.Parse(ip), port), MultiaddrProtocol.Udp).ToString(), StringComparison.Ordinal);
    }

    static readonly Gen<string> Parts = Gen.OneOf(
        Gen.Choose(0, 255).Four().Select(b => $"/ip4/{b.Item1}.{b.Item2}.{b.Item3}.{b.Item4}"),
        ArbMap.Default.GeneratorFor<byte>().ArrayOf(16).Select(bytes => $"/ip6/{new IPAddress(bytes)}"),
        Gen.Choose(0, 65535).Select(port => $"/tcp/{port}"),
        Gen.Choose(0, 65535).Select(port => $"/udp/{port}"),
        Gen.Elements("/ws", "/wss", "/tls", "/noise", "/quic-v1", "/p2p-circuit", "/webtransport", "/dns/a.b", "/dns4/é", "/sni/x%y", "/ip6zone/eth0"),
        Gen.Elements("/p2p/" + RsaPeer, "/p2p/" + Ed25519Peer, "/certhash/uEiDDq4_xNyDorZBH3TlGazyJdOWSwvo4PUo5YHFMrvDE8g"));

    [Fact]
    public void A_text_of_valid_parts_is_read_and_written_the_same() =>
        Prop.ForAll(Gen.Choose(1, 12).SelectMany(count => Parts.ArrayOf(count)).Select(string.Concat).ToArbitrary(), text =>
        {
            var address = Multiaddr.Parse(text);
            return address.ToString() == text && Multiaddr.TryDecode(address.Bytes, out var decoded, out _) && decoded == address && decoded.ToString() == text;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    static bool IsConsistent(Multiaddr address)
    {
        _ = (address.Host, address.Port, address.PeerId);
        return Multiaddr.Parse(address.ToString()) == address;
    }

    [Fact]
    public void Any_bytes_are_an_address_that_its_text_gives_back_or_an_error() => Mutations.Check(
        bytes => Multiaddr.TryDecode(bytes, out var address, out var error)
            ? address.Bytes.SequenceEqual(bytes) && IsConsistent(address)
            : error is not DecodeError.None && address is null,
        [.. Vectors.Select(row => Convert.FromHexString((string)row[1]))]);

    [Fact]
    public void Any_text_is_an_address_or_an_error() => Mutations.Check(
        bytes => Multiaddr.TryParse(System.Text.Encoding.Latin1.GetString(bytes), out var address, out var error)
            ? IsConsistent(address)
            : error is not DecodeError.None && address is null,
        [.. Vectors.Select(row => System.Text.Encoding.Latin1.GetBytes((string)row[0]))]);
}
