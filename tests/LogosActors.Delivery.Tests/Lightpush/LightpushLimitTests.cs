using LogosActors.Configuration;
using LogosActors.Delivery.Lightpush;
using LogosActors.Delivery.Messages;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Tests.Lightpush;

public sealed class LightpushLimitTests
{
    static readonly PeerId Alice = PeerId.Parse("16Uiu2HAm8YokiNun9BkeA1ZRmhLbtNUvcwRr64F69tYj9fkGyuEP");
    static readonly PeerId Bob = PeerId.Parse("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");

    [Fact]
    public void The_rate_of_one_peer_is_not_that_of_another_and_all_together_have_one()
    {
        var admission = new LightpushAdmission(new LightpushServiceOptions
        {
            PeerLimit = new(2, TimeSpan.FromMinutes(1)),
            Limit = new(3, TimeSpan.FromMinutes(1)),
        });

        Assert.True(admission.IsAllowed(Alice, 1, default));
        Assert.True(admission.IsAllowed(Alice, 1, default));
        Assert.False(admission.IsAllowed(Alice, 1, default));
        Assert.True(admission.IsAllowed(Bob, 1, default));
        Assert.False(admission.IsAllowed(Bob, 1, default));
        Assert.True(admission.IsAllowed(Bob, 1, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void The_data_of_one_peer_and_of_all_together_is_limited()
    {
        var admission = new LightpushAdmission(new LightpushServiceOptions
        {
            PeerSizePerMinute = DataSize.FromMebibytes(1),
            SizePerMinute = DataSize.FromMebibytes(1),
        });

        for (var i = 0; i < 10; i++)
            Assert.True(admission.IsAllowed(Alice, 100 * 1024, default));
        Assert.False(admission.IsAllowed(Alice, 100 * 1024, default));
        Assert.True(admission.IsAllowed(Alice, 1024, default));
        Assert.False(admission.IsAllowed(Bob, 100 * 1024, default));
    }

    [Fact]
    public void A_publish_is_remembered_for_two_minutes_with_its_last_count()
    {
        var recent = new RecentPublishes(capacity: 2);
        recent.Add(Hash(1), 0, default);
        recent.Add(Hash(1), 4, TimeSpan.FromMinutes(1));
        Assert.True(recent.TryFind(Hash(1), TimeSpan.FromSeconds(119), out var peers));
        Assert.Equal(4U, peers);
        Assert.False(recent.TryFind(Hash(1), RecentPublishes.Window, out _));
    }

    [Fact]
    public void Beyond_its_capacity_the_oldest_publish_is_forgotten()
    {
        var recent = new RecentPublishes(capacity: 2);
        for (byte i = 1; i <= 3; i++)
            recent.Add(Hash(i), i, default);
        Assert.False(recent.TryFind(Hash(1), default, out _));
        Assert.True(recent.TryFind(Hash(2), default, out _));
        Assert.Equal(2, recent.Count);
    }

    static MessageHash Hash(byte first)
    {
        var bytes = new byte[MessageHash.Length];
        bytes[0] = first;
        return new MessageHash(bytes);
    }
}
