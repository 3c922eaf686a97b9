using LogosActors.Delivery.Discovery;
using LogosActors.Delivery.Discovery.Discv5;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Delivery.Peers;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.PeerExchange;

/// <summary>A peer that another one has named.</summary>
/// <param name="Peer">The peer.</param>
/// <param name="Addresses">Where it can be dialed; one at least.</param>
internal sealed record NamedPeer(PeerId Peer, IReadOnlyList<Multiaddr> Addresses);

/// <summary>Decides whom to ask for peers, and which of those that are named are worth dialing (34/WAKU2-PEER-EXCHANGE).</summary>
/// <remarks>
/// Pure: the caller passes time and answers in. One question is under way at a time. Who has named somebody new rests for
/// <see cref="ShortestRest"/>; who has not, twice as long each time; who fails, as <see cref="ServicePeers"/> has it. Of an answer
/// <see cref="PeerExchangeLimits.RecordsPerAnswer"/> records are read, each by itself: a bad one costs nothing but itself.
/// </remarks>
/// <param name="peers">The connected peers that speak the protocol.</param>
/// <param name="filter">Decides which nodes are worth dialing.</param>
/// <param name="self">This node, which is not dialed.</param>
internal sealed class PeerExchangeClient(ServicePeers peers, CandidateFilter filter, PeerId self)
{
    /// <summary>How many peers are asked for.</summary>
    /// <value>60: the most that the references answer with.</value>
    public const int Wanted = PeerExchangeLimits.RecordsPerAnswer;

    /// <summary>Of how many named peers is remembered that they are not new, and of how many peers how long they rest.</summary>
    public const int MaxRemembered = 1000;

    /// <summary>How long a peer rests that has named somebody new.</summary>
    /// <value>30 s (js-waku, PeerExchangeDiscovery).</value>
    public static readonly TimeSpan ShortestRest = TimeSpan.FromSeconds(30);

    /// <summary>How long a peer rests at most.</summary>
    /// <value>10 min.</value>
    public static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(10);

    readonly RecentTable<PeerId, PeerId> _named = new(MaxRemembered);
    readonly RecentTable<PeerId, TimeSpan> _rests = new(MaxRemembered);
    PeerId? _asked;

    /// <summary>Whom to ask now; each question ends in <see cref="Answered"/> or <see cref="Failed"/>.</summary>
    /// <param name="connected">How many service nodes are connected.</param>
    /// <param name="target">How many are wanted.</param>
    /// <param name="now">The time.</param>
    /// <returns>Null: nobody.</returns>
    public PeerId? Next(int connected, int target, TimeSpan now)
    {
        if (_asked is not null || connected >= target)
            return null;
        return _asked = peers.Choose(default, 1, [], now).FirstOrDefault();
    }

    /// <summary>The peer that was asked has answered.</summary>
    /// <returns>Those it names that are worth dialing.</returns>
    public IReadOnlyList<NamedPeer> Answered(PeerExchangeResponse response, TimeSpan now)
    {
        if (_asked is not { } peer)
            return [];
        if (response.Status is PeerExchangeStatus.TooManyRequests)
        {
            Rest(peer, isUseful: false, now);
            return [];
        }
        if (response.Status is not (PeerExchangeStatus.Success or PeerExchangeStatus.ServiceUnavailable))
        {
            Failed(now);
            return [];
        }
        var named = response.Records.Take(Wanted).Select(Read).OfType<NamedPeer>().DistinctBy(found => found.Peer).ToArray();
        peers.Served(peer);
        // All of them are remembered.
        Rest(peer, named.Where(found => IsNew(found.Peer)).ToArray().Length > 0, now);
        return named;
    }

    /// <summary>The peer that was asked has not answered, or not as it should.</summary>
    public void Failed(TimeSpan now)
    {
        if (_asked is { } peer)
            peers.Failed(peer, now);
        _asked = null;
    }

    NamedPeer? Read(ReadOnlyMemory<byte> bytes) =>
        NodeRecord.TryDecode(bytes.Span, out var record, out _) && record.Peer != self
        && filter.AddressesOf(record, isNamed: false, []) is { Count: > 0 } addresses
            ? new NamedPeer(record.Peer, addresses)
            : null;

    bool IsNew(PeerId peer)
    {
        var isNew = !_named.TryGet(peer, out _);
        if (isNew)
            _named.Set(peer, peer);
        return isNew;
    }

    void Rest(PeerId peer, bool isUseful, TimeSpan now)
    {
        _asked = null;
        var rest = isUseful || !_rests.TryGet(peer, out var before) ? ShortestRest : 2 * before < LongestRest ? 2 * before : LongestRest;
        _rests.Set(peer, rest);
        peers.Busy(peer, now + rest, now);
    }
}
