using Google.Protobuf;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Dialing;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Peers;
using LogosActors.Libp2p.Peers.Stored;
using LogosActors.Libp2p.Tests.Hosting;

namespace LogosActors.Libp2p.Tests.Peers;

public sealed class PeerBookTests : IDisposable
{
    static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    static readonly Multiaddr First = Multiaddr.Parse("/ip4/192.0.2.1/tcp/1");
    static readonly Multiaddr Second = Multiaddr.Parse("/ip4/192.0.2.2/tcp/2");

    readonly PrivateKey _key = PrivateKey.Generate(KeyType.Ed25519);

    PeerId Peer => PeerId.FromPublicKey(_key.PublicKey);

    PeerIdentity Identity(ulong sequence, params Multiaddr[] addresses) => new()
    {
        PublicKey = _key.PublicKey,
        Protocols = ["/a/1"],
        ListenAddresses = addresses,
        RecordSequence = sequence,
        SignedRecord = sequence == 0 ? default : new byte[] { 1 },
    };

    public void Dispose() => _key.Dispose();

    [Fact]
    public void Newer_addresses_come_first_and_those_of_another_peer_are_left_out()
    {
        var book = new PeerBook(100);
        book.AddAddresses(Peer, [First]);
        book.AddAddresses(Peer, [Second, First, Second.Encapsulate(TestHostKeys.Stranger)]);
        Assert.Equal([Second, First], book.Find(Peer)!.Addresses);
        book.AddAddresses(Peer, Enumerable.Range(1, 1000).Select(port => Multiaddr.Parse($"/ip4/192.0.2.3/tcp/{port}")));
        Assert.Equal(PeerBook.MaxAddresses, book.Find(Peer)!.Addresses.Count);
    }

    [Fact]
    public void A_signed_record_replaces_what_was_only_said_and_an_older_one_changes_no_address()
    {
        var book = new PeerBook(100);
        book.AddAddresses(Peer, [First]);
        book.Identified(Peer, Identity(5, Second), Now);
        Assert.Equal([Second], book.Find(Peer)!.Addresses);
        book.Identified(Peer, Identity(4, First), Now);
        Assert.Equal([Second], book.Find(Peer)!.Addresses);
        Assert.Equal(Now, book.Find(Peer)!.LastSeen);
    }

    [Fact]
    public void Addresses_that_are_not_acceptable_are_not_remembered_whether_they_are_said_signed_or_stored()
    {
        var book = new PeerBook(100) { IsAcceptable = address => address != First };
        book.Restore([new KnownPeer(Peer) { Addresses = [First, Second] }]);
        Assert.Equal([Second], book.Find(Peer)!.Addresses);
        book.Identified(Peer, Identity(0, First), Now);
        Assert.Equal([Second], book.Find(Peer)!.Addresses);
        book.Identified(Peer, Identity(5, First), Now);
        Assert.Empty(book.Find(Peer)!.Addresses);
    }

    [Fact]
    public void A_full_book_forgets_the_worst_and_longest_unseen_and_never_a_pinned_peer()
    {
        var peers = Enumerable.Range(0, 40).Select(_ => TestHostKeys.Stranger).ToArray();
        var book = new PeerBook(32) { IsPinned = peer => peer == peers[0] };
        foreach (var (index, peer) in peers.Take(32).Index())
            book.Seen(peer, Now.AddMinutes(index));
        book.SetScore(peers[0], -9);
        book.SetScore(peers[31], -1);
        book.SetScore(peers[1], 1);
        book.Seen(peers[32], Now.AddDays(1));
        Assert.InRange(book.Peers.Count, 16, 32);
        Assert.NotNull(book.Find(peers[0]));
        Assert.NotNull(book.Find(peers[1]));
        Assert.Null(book.Find(peers[31]));
        Assert.Null(book.Find(peers[2]));
        Assert.NotNull(book.Find(peers[32]));
        foreach (var peer in peers)
            book.Seen(peer, Now);
        Assert.InRange(book.Peers.Count, 16, 32);
    }

    [Fact]
    public void A_peer_reads_back_as_it_was_stored_and_what_no_host_stores_is_refused()
    {
        var book = new PeerBook(100);
        book.Identified(Peer, Identity(7, First, Second), Now);
        book.SetScore(Peer, -2.5);
        var stored = StoredPeers.Store(book.Find(Peer)!);
        Assert.True(StoredPeers.TryRead(StoredPeer.Parser.ParseFrom(stored.ToByteArray()), out var read));
        Assert.Equal(stored, StoredPeers.Store(read));
        Assert.Equal((Now, -2.5, 7UL), (read.LastSeen, read.Score, read.RecordSequence));
        foreach (var wrong in new Action<StoredPeer>[] { peer => peer.PeerId = ByteString.Empty, peer => peer.Score = double.NaN, peer => peer.LastSeen = ulong.MaxValue })
        {
            var changed = stored.Clone();
            wrong(changed);
            Assert.False(StoredPeers.TryRead(changed, out _));
        }
    }

    [Fact]
    public void What_is_stored_is_added_and_what_is_not_stored_yet_is_a_change()
    {
        var (stored, unstored, differs) = (TestHostKeys.Stranger, TestHostKeys.Stranger, TestHostKeys.Stranger);
        var book = new PeerBook(100);
        book.Seen(unstored, Now);
        book.Seen(differs, Now);
        book.Seen(Peer, Now);
        book.TakeChanges();

        book.Restore([new KnownPeer(stored), new KnownPeer(differs) { Score = 3 }, new KnownPeer(Peer) { LastSeen = Now }]);

        Assert.NotNull(book.Find(stored));
        Assert.Equal(0, book.Find(differs)!.Score);
        Assert.Equal(new[] { unstored, differs }.Order(), book.TakeChanges().Order());
    }

    [Fact]
    public void Waits_between_dials_double_up_to_a_bound_and_are_spread_over_their_second_half()
    {
        Assert.Equal(TimeSpan.FromSeconds(1), DialBackoff.After(0, 1));
        Assert.Equal(TimeSpan.FromSeconds(0.5), DialBackoff.After(0, 0));
        Assert.Equal(TimeSpan.FromSeconds(8), DialBackoff.After(3, 1));
        Assert.Equal(DialBackoff.Max, DialBackoff.After(int.MaxValue, 1));
        Assert.Equal(DialBackoff.Max / 2, DialBackoff.After(1000, 0));
    }
}
