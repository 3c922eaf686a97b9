using LogosActors.Delivery.Archive;
using LogosActors.Delivery.StoreSync;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Tests.StoreSync;

public sealed class SyncExpectationsTests
{
    static readonly ArchivePosition Id = SyncedStore.Id(5, "a");

    readonly SyncExpectations _expectations = new();
    readonly PeerId[] _peers = [.. Enumerable.Range(0, SyncExpectations.MaxPeers + 1).Select(_ => NewPeer())];

    [Fact]
    public void A_message_that_is_named_is_accepted_once_and_of_its_peer_only()
    {
        _expectations.Begin(_peers[0], Named(Id), TimeSpan.Zero);
        Assert.False(_expectations.Take(_peers[1], Id, TimeSpan.Zero));
        Assert.True(_expectations.Take(_peers[0], Id, TimeSpan.Zero));
        Assert.False(_expectations.Take(_peers[0], Id, TimeSpan.Zero));
    }

    [Fact]
    public void All_messages_of_an_empty_range_are_accepted_and_those_beside_it_are_not()
    {
        var expected = new ExpectedMessages();
        expected.Add(At(20), At(30));
        expected.Add(At(0), At(10));
        _expectations.Begin(_peers[0], expected, TimeSpan.Zero);
        Assert.Equal(
            [true, true, false, false, true, false],
            new[] { 0, 9, 10, 19, 29, 30 }.Select(time => _expectations.Take(_peers[0], SyncedStore.Id(time, "x"), TimeSpan.Zero)));
    }

    [Fact]
    public void The_messages_of_the_reconciliation_before_are_still_accepted_and_older_ones_are_not()
    {
        var later = SyncedStore.Id(6, "b");
        _expectations.Begin(_peers[0], Named(Id), TimeSpan.Zero);
        _expectations.Begin(_peers[0], Named(later), TimeSpan.FromMinutes(1));
        Assert.True(_expectations.Take(_peers[0], later, TimeSpan.FromMinutes(1)));
        _expectations.Begin(_peers[0], Named(later), TimeSpan.FromMinutes(2));
        Assert.False(_expectations.Take(_peers[0], Id, TimeSpan.FromMinutes(2)));
    }

    [Fact]
    public void Nothing_is_expected_for_ever()
    {
        _expectations.Begin(_peers[0], Named(Id), TimeSpan.Zero);
        Assert.False(_expectations.Take(_peers[0], Id, SyncExpectations.Lifetime + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void The_peer_that_has_waited_longest_makes_room()
    {
        for (var i = 0; i < _peers.Length; i++)
            _expectations.Begin(_peers[i], Named(Id), TimeSpan.FromSeconds(i));
        Assert.False(_expectations.Take(_peers[0], Id, TimeSpan.FromSeconds(20)));
        Assert.True(_expectations.Take(_peers[1], Id, TimeSpan.FromSeconds(20)));
    }

    static ExpectedMessages Named(ArchivePosition id)
    {
        var expected = new ExpectedMessages();
        expected.Add(id);
        return expected;
    }

    static ArchivePosition At(long time) => new(time, default);

    static PeerId NewPeer()
    {
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        return PeerId.FromPublicKey(key.PublicKey);
    }
}
