using System.Net;
using LogosActors.Libp2p.Limits;

namespace LogosActors.Libp2p.Tests.Limits;

public sealed class LimitTests
{
    static readonly IPAddress Somebody = IPAddress.Parse("192.0.2.1");
    static readonly IPAddress Other = IPAddress.Parse("192.0.2.2");
    static readonly ConnectionWorth Idle = new(IsKept: false, IsDialer: false, Streams: 0, Score: 0, Age: TimeSpan.FromMinutes(5));

    [Fact]
    public void One_address_has_a_few_handshakes_under_way_and_beyond_them_its_own_oldest_makes_room()
    {
        var gate = new InboundGate(maxPending: 100, maxPendingPerAddress: 3, ratePerAddress: 10, burst: 20);
        InboundHandshake[] first = [Begin(gate, Somebody), Begin(gate, Somebody), Begin(gate, Somebody)];
        Begin(gate, Other);

        Begin(gate, Somebody, makesRoom: first[0]);
        Begin(gate, Somebody.MapToIPv6(), makesRoom: first[1]);
        gate.End(first[2]);
        Begin(gate, Somebody);

        Assert.Equal(4, gate.Pending);
    }

    [Fact]
    public void Where_all_places_are_taken_the_oldest_of_the_address_that_has_most_makes_room()
    {
        var gate = new InboundGate(maxPending: 6, maxPendingPerAddress: 4, ratePerAddress: 10, burst: 20);
        var modest = Begin(gate, Other);
        InboundHandshake[] greedy = [.. Enumerable.Range(0, 4).Select(_ => Begin(gate, Somebody))];
        var single = Begin(gate, Address(3));

        Begin(gate, Address(4), makesRoom: greedy[0]);
        Begin(gate, Address(5), makesRoom: greedy[1]);
        // Now it has two, which is no more than its next newcomer would have.
        Begin(gate, Somebody, makesRoom: greedy[2]);
        Begin(gate, Address(6), makesRoom: greedy[3]);
        Begin(gate, Address(7), makesRoom: modest);
        Begin(gate, Address(8), makesRoom: single);

        Assert.Equal(6, gate.Pending);
    }

    [Fact]
    public void Newcomers_complete_their_handshakes_while_many_addresses_hold_and_renew_silent_ones()
    {
        var gate = new InboundGate(maxPending: 128, maxPendingPerAddress: 10, ratePerAddress: 5, burst: 10);
        var isSilent = new Dictionary<InboundHandshake, bool>();
        for (var i = 0; i < 5000; i++)
        {
            var now = TimeSpan.FromMilliseconds(10 * i);
            if (gate.TryBegin(Address(i % 26), now, out var displaced) is { } silent)
                isSilent.Add(silent, true);
            // A newcomer needs 200 ms for its handshake.
            if (i % 100 == 99)
                isSilent.Add(Begin(gate, IPAddress.Parse($"198.51.100.{i / 100}"), now, out displaced), false);
            if (displaced is not null)
            {
                Assert.True(isSilent[displaced], $"A newcomer was sent away after {i} turns.");
                gate.End(displaced);
            }
        }
    }

    [Fact]
    public void Connections_that_make_room_are_counted_until_they_are_closed()
    {
        var gate = new InboundGate(maxPending: 2, maxPendingPerAddress: 2, ratePerAddress: 10, burst: 20);
        InboundHandshake[] first = [Begin(gate, Somebody), Begin(gate, Somebody)];
        Begin(gate, Other, makesRoom: first[0]);
        Begin(gate, Address(3), makesRoom: first[1]);
        Assert.Null(gate.TryBegin(Address(4), TimeSpan.Zero, out _));
        gate.End(first[0]);
        Assert.NotNull(gate.TryBegin(Address(4), TimeSpan.Zero, out _));
    }

    [Fact]
    public void One_address_is_let_in_at_its_rate_after_its_burst()
    {
        var gate = new InboundGate(maxPending: 100, maxPendingPerAddress: 50, ratePerAddress: 5, burst: 10);
        bool Visit(TimeSpan now)
        {
            var letIn = gate.TryBegin(Somebody, now, out _);
            if (letIn is not null)
                gate.End(letIn);
            return letIn is not null;
        }
        Assert.Equal(10, Enumerable.Range(0, 100).Count(_ => Visit(TimeSpan.FromSeconds(1))));
        Assert.Equal(5, Enumerable.Range(0, 100).Count(i => Visit(TimeSpan.FromSeconds(1 + ((i + 1) / 100.0)))));
    }

    [Fact]
    public void A_whole_network_of_IPv6_is_one_address_and_the_loopback_has_no_bound_of_its_own()
    {
        var gate = new InboundGate(maxPending: 100, maxPendingPerAddress: 2, ratePerAddress: 5, burst: 10);
        var first = Begin(gate, IPAddress.Parse("2001:db8:0:1::1"));
        Begin(gate, IPAddress.Parse("2001:db8:0:1:ffff::2"));
        Begin(gate, IPAddress.Parse("2001:db8:0:1:1::3"), makesRoom: first);
        Begin(gate, IPAddress.Parse("2001:db8:0:2::1"));
        var local = Enumerable.Range(0, 97).Select(_ => Begin(gate, IPAddress.Loopback)).ToArray();
        Begin(gate, IPAddress.Loopback, makesRoom: local[0]);
        Begin(gate, IPAddress.Parse("127.0.0.2"), makesRoom: local[1]);
    }

    [Fact]
    public void A_flood_from_ever_new_addresses_is_remembered_within_bounds_and_keeps_nobody_out()
    {
        var gate = new InboundGate(maxPending: 100, maxPendingPerAddress: 2, ratePerAddress: 5, burst: 10);
        for (var i = 0; i < 3 * InboundGate.MaxTracked; i++)
        {
            if (gate.TryBegin(new IPAddress(0x01000000L + i), TimeSpan.FromMilliseconds(i / 100), out _) is { } begun)
                gate.End(begun);
            Assert.InRange(gate.Tracked, 0, InboundGate.MaxTracked);
        }
        Begin(gate, Somebody);
    }

    static IPAddress Address(int i) => IPAddress.Parse($"203.0.113.{i}");

    static InboundHandshake Begin(InboundGate gate, IPAddress address, InboundHandshake? makesRoom = null)
    {
        var begun = Begin(gate, address, TimeSpan.Zero, out var displaced);
        Assert.Same(makesRoom, displaced);
        return begun;
    }

    static InboundHandshake Begin(InboundGate gate, IPAddress address, TimeSpan now, out InboundHandshake? displaced)
    {
        var begun = gate.TryBegin(address, now, out displaced);
        Assert.NotNull(begun);
        return begun;
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
    public void A_stranger_displaces_the_youngest_of_an_address_that_has_two_more_however_they_are_used()
    {
        var used = Idle with { Streams = 3 };
        ConnectionWorth[] crowd =
        [
            used with { OfAddress = 1 }, used with { OfAddress = 4 }, used with { OfAddress = 4, Age = TimeSpan.FromSeconds(1) },
            used with { OfAddress = 4, Score = 1, Age = TimeSpan.Zero }, used with { OfAddress = 4, IsKept = true, Age = TimeSpan.Zero },
            used with { OfAddress = 3, Age = TimeSpan.Zero },
        ];
        Assert.Equal(2, Pruning.Choose(crowd, newcomerIsDialed: false));
        Assert.Equal(2, Pruning.Choose(crowd, newcomerIsDialed: false, ofAddress: 2));
        Assert.Equal(-1, Pruning.Choose(crowd, newcomerIsDialed: false, ofAddress: 3));
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
