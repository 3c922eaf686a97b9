using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Dialing;

namespace LogosActors.Libp2p.Tests.Dialing;

public sealed class DialRaceTests
{
    static readonly Multiaddr FirstV4 = Multiaddr.Parse("/ip4/192.0.2.1/tcp/1");
    static readonly Multiaddr SecondV4 = Multiaddr.Parse("/ip4/192.0.2.2/tcp/1");
    static readonly Multiaddr V6 = Multiaddr.Parse("/ip6/2001:db8::1/tcp/1");

    [Fact]
    public void Families_alternate_beginning_with_IPv6_and_each_attempt_is_alone_for_a_quarter_of_a_second()
    {
        var race = new DialRace();
        race.Add([FirstV4, SecondV4, V6]);
        var order = new List<(Multiaddr, TimeSpan)>();
        var now = TimeSpan.FromSeconds(5);
        while (!race.IsLost && order.Count < 3)
        {
            while (race.TryNext(now, out var address))
                order.Add((address, now));
            now = race.Due ?? now;
        }
        Assert.Equal(
            [
                (V6, TimeSpan.FromSeconds(5)),
                (FirstV4, TimeSpan.FromSeconds(5) + DialRace.AttemptDelay),
                (SecondV4, TimeSpan.FromSeconds(5) + (2 * DialRace.AttemptDelay)),
            ],
            order);
    }

    [Fact]
    public void A_failure_lets_the_next_address_begin_at_once_and_the_last_failure_loses_the_race()
    {
        var race = new DialRace();
        race.Add([FirstV4, SecondV4]);
        Assert.True(race.TryNext(TimeSpan.Zero, out var first));
        Assert.False(race.TryNext(TimeSpan.Zero, out _));
        race.Failed(first);
        Assert.True(race.TryNext(TimeSpan.Zero, out var second));
        Assert.False(race.IsLost);
        race.Failed(second);
        Assert.True(race.IsLost);
        race.Add([first]);
        Assert.True(race.IsLost);
    }

    [Fact]
    public void A_peer_with_a_thousand_addresses_is_tried_at_few_of_them_and_at_four_at_once()
    {
        var race = new DialRace();
        race.Add(Enumerable.Range(1, 1000).Select(port => Multiaddr.Parse($"/ip4/192.0.2.1/tcp/{port}")));
        var (now, running, tried) = (TimeSpan.Zero, new Queue<Multiaddr>(), 0);
        while (!race.IsLost)
        {
            while (race.TryNext(now, out var address))
                running.Enqueue(address);
            Assert.InRange(running.Count, 1, DialRace.MaxParallel);
            if (race.Due is { } due)
            {
                now = due;
                continue;
            }
            race.Failed(running.Dequeue());
            tried++;
        }
        Assert.Equal(DialRace.MaxAddresses, tried);
    }
}
