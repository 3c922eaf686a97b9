using LogosActors.Delivery.Discovery;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Delivery.PeerExchange;
using LogosActors.Delivery.Peers;
using LogosActors.Delivery.Tests.Discovery.DnsLists;
using LogosActors.Delivery.Tests.Receiving;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Tests.PeerExchange;

public sealed class PeerExchangeClientTests
{
    static readonly PeerId Self = ReceivingWorld.NewPeer(), First = ReceivingWorld.NewPeer(), Second = ReceivingWorld.NewPeer();

    readonly ServicePeers _peers = new(new Random(1));
    readonly PeerExchangeClient _client;

    public PeerExchangeClientTests()
    {
        _client = new PeerExchangeClient(_peers, new CandidateFilter(1, self: null, allowPrivate: false), Self);
        _peers.Add(First, group: null);
    }

    [Fact]
    public void One_peer_is_asked_at_a_time_and_nobody_while_there_are_enough()
    {
        _peers.Add(Second, group: null);

        Assert.Null(_client.Next(connected: 4, target: 4, default));
        Assert.NotNull(_client.Next(3, 4, default));
        Assert.Null(_client.Next(3, 4, default));
    }

    [Fact]
    public void Nobody_is_asked_when_nobody_speaks_it()
    {
        _peers.Remove(First);

        Assert.Null(_client.Next(0, 4, default));
    }

    [Fact]
    public void A_bad_record_costs_itself_and_the_rest_are_kept()
    {
        var wronglySigned = Record(1).Bytes.ToArray();
        wronglySigned[10] ^= 1;

        var named = Ask(new byte[] { 1 }, wronglySigned, new byte[300], Record(2).Bytes.ToArray());

        Assert.Equal(Record(2).Peer, Assert.Single(named).Peer);
        Assert.Equal("/ip4/8.8.8.8/tcp/30303", Assert.Single(named[0].Addresses).ToString());
    }

    [Fact]
    public void Nodes_of_other_networks_of_no_use_or_in_private_networks_are_not_dialed() =>
        Assert.Empty(Ask(
            Record(1, cluster: 2).Bytes.ToArray(), Record(2, capabilities: 0).Bytes.ToArray(), Record(3, ip: "10.0.0.1").Bytes.ToArray(),
            PublishedTree.Node(4).Bytes.ToArray()));

    [Fact]
    public void The_node_does_not_dial_itself_whoever_names_it()
    {
        var client = new PeerExchangeClient(_peers, new CandidateFilter(1, self: null, allowPrivate: false), Record(1).Peer);
        client.Next(0, 4, default);

        Assert.Empty(client.Answered(Response(Record(1).Bytes.ToArray()), default));
    }

    [Fact]
    public void A_peer_that_is_named_twice_is_one() => Assert.Single(Ask(Record(1).Bytes.ToArray(), Record(1, sequence: 2).Bytes.ToArray()));

    [Fact]
    public void Of_an_answer_with_more_records_than_were_asked_for_the_first_60_are_read()
    {
        var records = Enumerable.Range(0, 60).Select(_ => new byte[] { 1 }).Append(Record(1).Bytes.ToArray()).ToArray();

        Assert.Empty(Ask(records));
    }

    [Fact]
    public void An_answer_of_10000_records_is_not_read()
    {
        var encoded = PeerExchangeCodec.Encode(Response([.. Enumerable.Range(0, 10_000).Select(_ => new byte[] { 1 })]));

        Assert.False(PeerExchangeCodec.TryDecode(encoded, out PeerExchangeResponse? _, out var error));
        Assert.Equal(DecodeError.LimitExceeded, error);
    }

    [Fact]
    public void Who_names_nobody_new_is_asked_less_and_less_often_and_again_after_10_minutes_at_most()
    {
        double[] rests = [30, 60, 120, 240, 480, 600, 600];
        var now = TimeSpan.Zero;
        foreach (var rest in rests)
        {
            Assert.Equal(First, _client.Next(0, 4, now));
            _client.Answered(Response(), now);
            Assert.Null(_client.Next(0, 4, now + TimeSpan.FromSeconds(rest) - TimeSpan.FromTicks(1)));
            now += TimeSpan.FromSeconds(rest);
        }
        _client.Next(0, 4, now);
        _client.Answered(Response(Record(1).Bytes.ToArray()), now);
        Assert.Equal(First, _client.Next(0, 4, now + TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Who_wants_to_be_asked_less_or_fails_rests_while_another_is_asked()
    {
        _client.Next(0, 4, default);
        _client.Answered(Response() with { Status = PeerExchangeStatus.TooManyRequests }, default);
        _peers.Add(Second, group: null);
        Assert.Equal(Second, _client.Next(0, 4, default));
        _client.Failed(default);

        Assert.Null(_client.Next(0, 4, default));
        Assert.Equal(Second, _client.Next(0, 4, TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void An_answer_that_comes_when_nobody_was_asked_is_nothing() =>
        Assert.Empty(_client.Answered(Response(Record(1).Bytes.ToArray()), default));

    IReadOnlyList<NamedPeer> Ask(params byte[][] records)
    {
        Assert.Equal(First, _client.Next(0, 4, default));
        return _client.Answered(Response(records), default);
    }

    static PeerExchangeResponse Response(params byte[][] records) =>
        new() { Status = PeerExchangeStatus.Success, Records = [.. records.Select(record => (ReadOnlyMemory<byte>)record)] };

    static NodeRecord Record(int seed, ushort cluster = 1, byte capabilities = 1, string ip = "8.8.8.8", ulong sequence = 1)
    {
        var values = new Dictionary<string, byte[]>
        {
            ["rs"] = new RecordShards(cluster, [3]).Encode(),
            ["waku2"] = [capabilities],
            ["ip"] = System.Net.IPAddress.Parse(ip).GetAddressBytes(),
            ["tcp"] = [0x76, 0x5f],
        };
        return NodeRecord.TrySign(PublishedTree.KeyOf(seed), sequence, values, out var record) ? record : throw new InvalidOperationException();
    }
}
