using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.RateLimits;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Tests.RateLimits;

public sealed class PeerRateLimiterTests
{
    static readonly PeerId[] Peers = [.. Enumerable.Range(0, 4).Select(_ => NewPeer())];

    static readonly RateLimit TenPerSecond = new(10, TimeSpan.FromSeconds(1));

    [Fact]
    public void A_peer_may_ask_as_much_at_once_as_the_limit_says_and_then_one_by_one()
    {
        var limiter = new PeerRateLimiter(TenPerSecond);
        Assert.Equal(10, Taken(limiter, Peers[0], TimeSpan.Zero, 100));
        Assert.Equal(0, Taken(limiter, Peers[0], Ms(99), 1));
        Assert.Equal(1, Taken(limiter, Peers[0], Ms(100), 5));
        Assert.Equal(3, Taken(limiter, Peers[0], Ms(400), 5));
        Assert.Equal(10, Taken(limiter, Peers[0], Ms(10_000), 100));
    }

    [Fact]
    public void What_one_peer_asks_is_no_other_peers_cost()
    {
        var limiter = new PeerRateLimiter(TenPerSecond);
        Taken(limiter, Peers[0], TimeSpan.Zero, 100);
        Assert.Equal(10, Taken(limiter, Peers[1], TimeSpan.Zero, 100));
    }

    [Fact]
    public void A_full_table_refuses_strangers_until_somebody_has_been_quiet()
    {
        var limiter = new PeerRateLimiter(TenPerSecond, maxPeers: 2);
        Assert.Equal(1, Taken(limiter, Peers[0], TimeSpan.Zero, 1));
        Assert.Equal(5, Taken(limiter, Peers[1], TimeSpan.Zero, 5));

        Assert.Equal(0, Taken(limiter, Peers[2], Ms(50), 1));
        Assert.Equal(1, Taken(limiter, Peers[0], Ms(60), 1)); // those that are known go on
        Assert.Equal(10, Taken(limiter, Peers[2], Ms(700), 100));

        Assert.Equal(1, limiter.Count);
    }

    [Fact]
    public void In_any_time_no_more_is_allowed_than_the_limit_and_what_that_time_allows_again() =>
        Prop.ForAll(
            Arb.From(Gen.Choose(0, 400).ListOf()),
            Arb.From(Gen.Choose(1, 20)),
            (waits, count) =>
            {
                var limit = new RateLimit(count, TimeSpan.FromSeconds(1));
                var limiter = new PeerRateLimiter(limit);
                var now = TimeSpan.Zero;
                var taken = new List<TimeSpan>();
                foreach (var wait in waits)
                {
                    now += Ms(wait);
                    if (limiter.TryTake(Peers[0], now))
                        taken.Add(now);
                }
                for (var i = 0; i < taken.Count; i++)
                    for (var j = i; j < taken.Count; j++)
                        Assert.True(j - i + 1 <= count + ((taken[j] - taken[i]) / limit.Interval) + 1e-9);
            }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, 1000)]
    [InlineData(1, 0)]
    public void A_limit_that_is_none_is_refused(int count, int milliseconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RateLimit(count, Ms(milliseconds)));

    static int Taken(PeerRateLimiter limiter, PeerId peer, TimeSpan now, int asked) =>
        Enumerable.Range(0, asked).Count(_ => limiter.TryTake(peer, now));

    static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    static PeerId NewPeer()
    {
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        return PeerId.FromPublicKey(key.PublicKey);
    }
}
