using System.Net;
using LogosActors.Libp2p.Limits;

namespace LogosActors.Libp2p.Tests.Limits;

public sealed class LimitTests
{
    static readonly IPAddress Somebody = IPAddress.Parse("192.0.2.1");
    static readonly ConnectionWorth Idle = new(IsKept: false, IsDialer: false, Streams: 0, Score: 0, Age: TimeSpan.FromMinutes(5));

    [Fact]
    public void One_address_has_a_few_handshakes_under_way_and_others_are_not_held_up()
    {
        var gate = new InboundGate(maxPending: 100, maxPendingPerAddress: 3, ratePerAddress: 10, burst: 20);
        for (var i = 0; i < 3; i++)
            Assert.True(gate.TryBegin(Somebody, TimeSpan.Zero));
        Assert.False(gate.TryBegin(Somebody, TimeSpan.Zero));
        Assert.False(gate.TryBegin(Somebody.MapToIPv6(), TimeSpan.Zero));
        Assert.True(gate.TryBegin(IPAddress.Parse("192.0.2.2"), TimeSpan.Zero));
        gate.End(Somebody);
        Assert.True(gate.TryBegin(Somebody, TimeSpan.Zero));
    }

    [Fact]
    public void One_address_is_let_in_at_its_rate_after_its_burst()
    {
        var gate = new InboundGate(maxPending: 100, maxPendingPerAddress: 50, ratePerAddress: 5, burst: 10);
        bool Visit(TimeSpan now)
        {
            var letIn = gate.TryBegin(Somebody, now);
            if (letIn)
                gate.End(Somebody);
            return letIn;
        }
        Assert.Equal(10, Enumerable.Range(0, 100).Count(_ => Visit(TimeSpan.FromSeconds(1))));
        Assert.Equal(5, Enumerable.Range(0, 100).Count(i => Visit(TimeSpan.FromSeconds(1 + ((i + 1) / 100.0)))));
    }

    [Fact]
    public void A_whole_network_of_IPv6_is_one_address_and_the_loopback_is_none()
    {
        var gate = new InboundGate(maxPending: 100, maxPendingPerAddress: 2, ratePerAddress: 5, burst: 10);
        Assert.True(gate.TryBegin(IPAddress.Parse("2001:db8:0:1::1"), TimeSpan.Zero));
        Assert.True(gate.TryBegin(IPAddress.Parse("2001:db8:0:1:ffff::2"), TimeSpan.Zero));
        Assert.False(gate.TryBegin(IPAddress.Parse("2001:db8:0:1:1::3"), TimeSpan.Zero));
        Assert.True(gate.TryBegin(IPAddress.Parse("2001:db8:0:2::1"), TimeSpan.Zero));
        for (var i = 0; i < 97; i++)
            Assert.True(gate.TryBegin(IPAddress.Loopback, TimeSpan.Zero));
        Assert.False(gate.TryBegin(IPAddress.Loopback, TimeSpan.Zero));
    }

    [Fact]
    public void A_flood_from_ever_new_addresses_is_remembered_within_bounds()
    {
        var gate = new InboundGate(maxPending: 100, maxPendingPerAddress: 2, ratePerAddress: 5, burst: 10);
        for (var i = 0; i < 3 * InboundGate.MaxTracked; i++)
        {
            var address = new IPAddress(0x01000000L + i);
            if (gate.TryBegin(address, TimeSpan.FromMilliseconds(i)))
                gate.End(address);
            Assert.InRange(gate.Tracked, 0, InboundGate.MaxTracked);
        }
        Assert.True(gate.TryBegin(Somebody, TimeSpan.FromHours(1)));
    }

    [Fact]
    public void A_stranger_displaces_only_what_nobody_uses()
    {
        ConnectionWorth[] used =
        [
            Idle with { Streams = 1 }, Idle with { IsDialer = true }, Idle with { IsKept = true, Score = -5 },
            Idle with { Score = 1 }, Idle with { Age = TimeSpan.FromSeconds(1) },
        ];
        Assert.Equal(-1, Pruning.Choose(used, newcomerIsDialed: false));
        Assert.Equal(5, Pruning.Choose([.. used, Idle], newcomerIsDialed: false));
        Assert.Equal(6, Pruning.Choose([.. used, Idle, Idle with { Streams = 9, Score = -1 }], newcomerIsDialed: false));
    }

    [Fact]
    public void A_peer_that_is_wanted_displaces_the_least_useful()
    {
        ConnectionWorth[] used =
        [
            Idle with { Streams = 2 }, Idle with { Streams = 1, IsDialer = true }, Idle with { Streams = 1 },
            Idle with { IsKept = true }, Idle with { Score = 3 },
        ];
        Assert.Equal(2, Pruning.Choose(used, newcomerIsDialed: true));
    }
}
