using LogosActors.Configuration;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Limits;
using LogosActors.Libp2p.Tests.Gossipsub;

namespace LogosActors.Libp2p.Tests.Limits;

public sealed class BandwidthTests
{
    static readonly PeerId Ann = NumberedPeer.Id(1);
    static readonly PeerId Bob = NumberedPeer.Id(2);

    static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    [Fact]
    public void What_is_taken_beyond_the_burst_is_waited_for_at_the_rate()
    {
        var bucket = new TokenBucket(rate: 1000, burst: 2000);

        Assert.Equal(TimeSpan.Zero, bucket.Take(2000, At(5)));
        Assert.Equal(At(0.5), bucket.Take(500, At(5)));
        Assert.Equal(At(1), bucket.Take(1000, At(5.5)));
        Assert.Equal(At(9), bucket.Take(10_000, At(7.5)));
        Assert.False(bucket.IsFull(At(18)));
        Assert.True(bucket.IsFull(At(18.5)));
    }

    [Fact]
    public void A_pause_is_worth_one_burst_and_no_more()
    {
        var bucket = new TokenBucket(rate: 1000, burst: 2000);
        bucket.Take(2000, At(0));

        Assert.Equal(At(1), bucket.Take(3000, At(1000)));
    }

    [Fact]
    public void Over_any_time_no_more_is_read_than_rate_and_burst_allow_whatever_the_takers_do()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var bucket = new TokenBucket(rate: 1000, burst: 4000);
            var next = new double[3];
            var taken = 0L;
            for (double now = 0; now < 60; now += 0.01)
            {
                for (var taker = 0; taker < next.Length; taker++)
                {
                    if (now < next[taker])
                        continue;
                    var bytes = random.Next(3000);
                    taken += bytes;
                    next[taker] = now + bucket.Take(bytes, At(now)).TotalSeconds + (random.Next(4) == 0 ? random.NextDouble() * 10 : 0);
                }
            }
            // Each taker takes once before it is told to wait.
            Assert.True(taken <= 4000 + (60 * 1000) + (3 * 3000), $"{taken} bytes with seed {seed}.");
        }
    }

    [Fact]
    public void A_peer_waits_for_itself_and_for_all()
    {
        var bandwidth = new Bandwidth(new ResourceLimits { MaxReadRate = DataSize.FromKibibytes(192), MaxReadRatePerPeer = DataSize.FromKibibytes(64) });

        Assert.True(bandwidth.LimitsConnections);
        Assert.Equal(At(1), bandwidth.Read(Ann, 128 * 1024, At(0)));
        Assert.Equal(TimeSpan.Zero, bandwidth.Read(Bob, 64 * 1024, At(0)));
        Assert.Equal(At(1), bandwidth.Read((PeerId?)null, 192 * 1024, At(0)));
        Assert.Equal(At(1), bandwidth.Read(Ann, 0, At(0)));
        Assert.Equal(TimeSpan.Zero, bandwidth.Read(Ann, 0, At(1)));
    }

    [Fact]
    public void A_protocol_waits_for_itself_and_no_other_does()
    {
        var bandwidth = new Bandwidth(new ResourceLimits
        {
            MaxReadRatePerProtocol = new Dictionary<string, DataSize>(StringComparer.Ordinal) { ["/slow"] = DataSize.FromKibibytes(64) },
        });

        Assert.False(bandwidth.LimitsConnections);
        Assert.True(bandwidth.LimitsProtocol("/slow"));
        Assert.False(bandwidth.LimitsProtocol("/fast"));
        Assert.Equal(At(2), bandwidth.Read("/slow", 192 * 1024, At(0)));
        Assert.Equal(TimeSpan.Zero, bandwidth.Read("/fast", 1 << 30, At(0)));
    }

    [Fact]
    public void Peers_are_remembered_up_to_a_bound_and_share_a_bucket_beyond_it()
    {
        var bandwidth = new Bandwidth(new ResourceLimits { MaxReadRatePerPeer = DataSize.FromKibibytes(64) });
        for (var i = 0; i < Bandwidth.MaxTracked + 2; i++)
            Assert.Equal(i < Bandwidth.MaxTracked ? TimeSpan.Zero : At((i - Bandwidth.MaxTracked) * 1), bandwidth.Read(NumberedPeer.Id(i), 64 * 1024, At(0)));
        Assert.Equal(Bandwidth.MaxTracked, bandwidth.Tracked);

        bandwidth.Read(NumberedPeer.Id(1 << 20), 1, At(10));
        Assert.Equal(1, bandwidth.Tracked);
    }
}
