using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Store;
using LogosActors.Libp2p.Identity;
using LogosActors.TestKit;

namespace LogosActors.Delivery.Tests.Store;

public sealed class PresenceReaderTests
{
    static readonly MessageHash[] Hashes = [.. Enumerable.Range(1, 3).Select(i => new MessageHash([.. Enumerable.Repeat((byte)i, MessageHash.Length)]))];

    readonly Dictionary<PeerId, HashSet<MessageHash>?> _stores = [];
    readonly List<(PeerId Store, int Hashes)> _questions = [];
    readonly VirtualTime _time = new();
    readonly StorePeers _peers;
    readonly PresenceReader _reader;

    public PresenceReaderTests()
    {
        _peers = new StorePeers([], _time);
        _reader = new PresenceReader(_peers, AskAsync, new Random(1));
    }

    [Fact]
    public async Task A_message_is_absent_only_when_no_store_has_it()
    {
        Add(Hashes[0]);
        Add(Hashes[1]);
        Add();

        Assert.Equivalent(Hashes[..2], await _reader.FindAsync(Hashes, CancellationToken.None), strict: true);

        Assert.Equal(3, _questions.Select(question => question.Store).Distinct().Count());
        Assert.Equal(3, _questions.Count);
        Assert.True(_questions[^1].Hashes < 3, "What a store has the next one is not asked for.");
    }

    [Fact]
    public async Task When_a_store_has_all_no_other_one_is_asked()
    {
        Add(Hashes);
        Add(Hashes);

        Assert.Equal(3, (await _reader.FindAsync(Hashes, CancellationToken.None))!.Count);

        Assert.Single(_questions);
    }

    [Fact]
    public async Task Only_so_many_stores_are_asked()
    {
        for (var i = 0; i < 2 * PresenceReader.MaxStores; i++)
            Add();

        Assert.Empty((await _reader.FindAsync(Hashes, CancellationToken.None))!);

        Assert.Equal(PresenceReader.MaxStores, _questions.Count);
    }

    [Fact]
    public async Task Without_an_answer_nothing_is_known()
    {
        Assert.Null(await _reader.FindAsync(Hashes, CancellationToken.None));
        _stores[Add()] = null;
        Assert.Null(await _reader.FindAsync(Hashes, CancellationToken.None));
    }

    [Fact]
    public async Task A_store_that_again_and_again_lacks_what_others_have_is_passed_over_and_counts_as_not_serving()
    {
        var (bad, good) = (Add(), Add(Hashes));
        var unserved = new List<PeerId>();
        _peers.SubscribeAsked((peer, isServed) =>
        {
            if (!isServed)
                unserved.Add(peer);
        });

        for (var lacked = 0; lacked < StorePeers.MaxLacked;)
        {
            _questions.Clear();
            await _reader.FindAsync(Hashes, CancellationToken.None);
            lacked += _questions.Count(question => question.Store == bad);
            Assert.Equal(lacked == StorePeers.MaxLacked ? [bad] : [], unserved);
        }
        for (var i = 0; i < 20; i++)
            Assert.Equal(good, _peers.Choose(new Random(i)));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Contains(bad, Enumerable.Range(0, 20).Select(i => _peers.Choose(new Random(i))));
    }

    [Fact]
    public async Task A_store_that_lacks_something_now_and_then_stays()
    {
        var (late, other) = (Add(), Add(Hashes));
        var isUnserved = false;
        _peers.SubscribeAsked((_, isServed) => isUnserved |= !isServed);
        for (var i = 0; i < 100; i++)
        {
            _stores[late] = i % 2 == 0 ? [] : [.. Hashes];
            _questions.Clear();
            while (!_questions.Any(question => question.Store == late))
                await _reader.FindAsync(Hashes, CancellationToken.None);
        }

        Assert.False(isUnserved);
        Assert.Contains(other, _stores.Keys);
    }

    PeerId Add(params MessageHash[] hashes)
    {
        var peer = PeerId.FromPublicKey(PrivateKey.Generate(KeyType.Ed25519).PublicKey);
        _stores.Add(peer, [.. hashes]);
        _peers.Add(peer);
        return peer;
    }

    Task<StoreResult<IReadOnlySet<MessageHash>>> AskAsync(PeerId store, IReadOnlyCollection<MessageHash> hashes, CancellationToken cancellation)
    {
        _questions.Add((store, hashes.Count));
        return Task.FromResult(_stores[store] is { } known
            ? new StoreResult<IReadOnlySet<MessageHash>>(hashes.Where(known.Contains).ToHashSet())
            : new StoreResult<IReadOnlySet<MessageHash>>(StoreFailure.NotReached, "gone"));
    }
}
