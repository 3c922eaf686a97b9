using System.Runtime.InteropServices;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Store;

/// <summary>Knows which connected peers are stores, and which of them to ask. For any number of threads.</summary>
/// <remarks>
/// The stores that the application names come before others; among equals chance decides, so that a store that hides messages is not asked
/// each time. One that fails is passed over for 1 s, and twice as long each time, up to 1 min, until it answers; so is one that again and
/// again lacks messages that others have. There are as many entries as connected peers that serve stores.
/// </remarks>
/// <param name="preferred">The stores that the application names.</param>
/// <param name="time">The clock of the waiting times.</param>
internal sealed class StorePeers(IReadOnlyCollection<PeerId> preferred, TimeProvider time)
{
    /// <summary>How many times in a row a store may lack what another one has: archives are late now and then.</summary>
    public const int MaxLacked = 3;

    static readonly TimeSpan ShortestBackoff = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(1);

    /// <summary>For how long a store does not confirm what it may have been given itself.</summary>
    static readonly TimeSpan PushedTime = TimeSpan.FromMinutes(2);

    readonly Lock _gate = new();
    readonly Dictionary<PeerId, Standing> _stores = [];
    readonly Dictionary<PeerId, long> _pushed = [];
    Action? _appeared;
    Action<PeerId, bool>? _asked;

    /// <summary>How many connected peers are stores.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _stores.Count;
        }
    }

    /// <summary>A peer has said what it serves, or is gone.</summary>
    public void Observe(HostEvent occurred)
    {
        switch (occurred)
        {
            case PeerIdentified identified when identified.Identity.Protocols.Contains(StoreProtocol.Id, StringComparer.Ordinal):
                Add(identified.Peer);
                break;
            case PeerIdentified or PeerDisconnected:
                Remove(occurred.Peer);
                break;
        }
    }

    /// <summary>A connected peer is a store.</summary>
    public void Add(PeerId peer)
    {
        Action? told = null;
        lock (_gate)
        {
            if (_stores.TryAdd(peer, new Standing()) && _stores.Count == 1)
                told = _appeared;
        }
        told?.Invoke();
    }

    /// <summary>A peer is a store no more, or not connected any more.</summary>
    public void Remove(PeerId peer)
    {
        lock (_gate)
        {
            _stores.Remove(peer);
            _pushed.Remove(peer);
        }
    }

    /// <summary>A peer is given messages to relay: for <see cref="PushedTime"/> others are to say whether they are stored.</summary>
    public void Pushed(PeerId peer)
    {
        lock (_gate)
        {
            if (_stores.ContainsKey(peer))
                _pushed[peer] = time.GetTimestamp();
        }
    }

    /// <summary>The stores that were given messages to relay lately; none if that is all of them.</summary>
    public IReadOnlySet<PeerId> PushedLately()
    {
        lock (_gate)
        {
            var pushed = _pushed.Where(peer => time.GetElapsedTime(peer.Value) < PushedTime).Select(peer => peer.Key).ToHashSet();
            return pushed.Count < _stores.Count ? pushed : new HashSet<PeerId>();
        }
    }

    /// <summary>Calls an observer whenever there is a store after there was none.</summary>
    public void Subscribe(Action observer)
    {
        lock (_gate)
            _appeared += observer;
    }

    /// <summary>Calls it no more.</summary>
    public void Unsubscribe(Action observer)
    {
        lock (_gate)
            _appeared -= observer;
    }

    /// <summary>Tells an observer of each store that was asked whether it served. One that is asked too much has not failed.</summary>
    public void SubscribeAsked(Action<PeerId, bool> observer)
    {
        lock (_gate)
            _asked += observer;
    }

    /// <summary>Tells it no more.</summary>
    public void UnsubscribeAsked(Action<PeerId, bool> observer)
    {
        lock (_gate)
            _asked -= observer;
    }

    /// <summary>The store to ask next; null when there is none, or all have failed lately.</summary>
    /// <param name="random">Decides among equals.</param>
    /// <param name="isUrgent">Whether one that has failed lately is better than none.</param>
    /// <param name="except">Those that are not wanted.</param>
    public PeerId? Choose(Random random, bool isUrgent = false, IReadOnlySet<PeerId>? except = null)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            var willing = _stores.Where(store => except?.Contains(store.Key) != true && store.Value.IsWilling(now, time)).Select(store => store.Key).ToArray();
            if (willing.Length == 0 && isUrgent)
                willing = [.. _stores.Keys];
            var first = willing.Where(preferred.Contains).ToArray();
            var among = first.Length > 0 ? first : willing;
            return among.Length > 0 ? among[random.Next(among.Length)] : null;
        }
    }

    /// <summary>A store did not answer, or not truly.</summary>
    public void Failed(PeerId peer, StoreFailure failure)
    {
        Change(peer, standing => PassOver(standing, standing.Failures));
        if (failure is not (StoreFailure.TooManyRequests or StoreFailure.Refused))
            _asked?.Invoke(peer, false);
    }

    /// <summary>A store has answered.</summary>
    public void Succeeded(PeerId peer)
    {
        Change(peer, standing => new Standing { Lacked = standing.Lacked });
        _asked?.Invoke(peer, true);
    }

    /// <summary>A store lacks a message that another one has: when it happens again and again, it does not serve.</summary>
    public void Lacked(PeerId peer)
    {
        var isServing = true;
        Change(peer, standing =>
        {
            var lacking = standing with { Lacked = standing.Lacked + 1 };
            isServing = lacking.Lacked < MaxLacked;
            return isServing ? lacking : PassOver(lacking, lacking.Lacked - MaxLacked);
        });
        if (!isServing)
            _asked?.Invoke(peer, false);
    }

    /// <summary>A store has what others have.</summary>
    public void Had(PeerId peer) => Change(peer, standing => standing with { Lacked = 0 });

    void Change(PeerId peer, Func<Standing, Standing> change)
    {
        lock (_gate)
        {
            if (_stores.TryGetValue(peer, out var standing))
                _stores[peer] = change(standing);
        }
    }

    Standing PassOver(Standing standing, int before)
    {
        var doubled = ShortestBackoff * Math.Pow(2, Math.Min(before, 16));
        return standing with { Failures = before + 1, FailedAt = time.GetTimestamp(), Backoff = doubled < LongestBackoff ? doubled : LongestBackoff };
    }

    [StructLayout(LayoutKind.Auto)]
    readonly record struct Standing(int Failures, long FailedAt, TimeSpan Backoff, int Lacked)
    {
        public bool IsWilling(long now, TimeProvider time) => Failures == 0 || time.GetElapsedTime(FailedAt, now) >= Backoff;
    }
}
