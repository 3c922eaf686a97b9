using LogosActors.Libp2p.Addresses;

namespace LogosActors.Libp2p.Dialing;

/// <summary>Which address of a peer is tried when (RFC 8305, Happy Eyeballs 2, §5).</summary>
/// <remarks>
/// Pure. Families alternate; the next address is tried when one has failed, or after a delay while the others are still under way;
/// whoever is first wins. Times are monotonic, from any origin. At most <see cref="MaxAddresses"/> addresses are kept.
/// </remarks>
internal sealed class DialRace
{
    /// <summary>The most addresses of one peer that are tried.</summary>
    /// <value>25 (js-libp2p <c>maxPeerAddrsToDial</c>).</value>
    public const int MaxAddresses = 25;

    /// <summary>The most attempts under way at once.</summary>
    /// <value>4: a peer with many dead addresses must not cost many sockets.</value>
    public const int MaxParallel = 4;

    /// <summary>How long an attempt is alone before the next begins.</summary>
    /// <value>250 ms (RFC 8305 §8, Connection Attempt Delay).</value>
    public static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);

    readonly HashSet<Multiaddr> _known = [];
    readonly List<Multiaddr> _waiting = [];
    readonly HashSet<Multiaddr> _running = [];
    MultiaddrProtocol _lastFamily;
    TimeSpan _nextDue = TimeSpan.MinValue;

    /// <summary>Whether nothing is under way and nothing is left to try.</summary>
    public bool IsLost => _waiting.Count == 0 && _running.Count == 0;

    /// <summary>When <see cref="TryNext"/> is to be called again; null when only an end of an attempt changes anything.</summary>
    public TimeSpan? Due => _waiting.Count > 0 && _running.Count < MaxParallel ? _nextDue : null;

    /// <summary>Adds addresses, the best first; those that are known are passed over.</summary>
    public void Add(IEnumerable<Multiaddr> addresses)
    {
        foreach (var address in addresses)
        {
            if (_known.Count < MaxAddresses && _known.Add(address))
                _waiting.Add(address);
        }
    }

    /// <summary>The address to try now, if it is time.</summary>
    public bool TryNext(TimeSpan now, out Multiaddr address)
    {
        address = null!;
        if (_waiting.Count == 0 || _running.Count >= MaxParallel || now < _nextDue)
            return false;
        // RFC 8305 §4: IPv6 first, then the families alternate.
        var wanted = _lastFamily is MultiaddrProtocol.Ip6 ? MultiaddrProtocol.Ip4 : MultiaddrProtocol.Ip6;
        var index = Math.Max(0, _waiting.FindIndex(waiting => FamilyOf(waiting) == wanted));
        address = _waiting[index];
        _waiting.RemoveAt(index);
        _running.Add(address);
        _lastFamily = FamilyOf(address);
        _nextDue = now + AttemptDelay;
        return true;
    }

    /// <summary>An attempt came to nothing: the next may begin at once.</summary>
    public void Failed(Multiaddr address)
    {
        if (_running.Remove(address))
            _nextDue = TimeSpan.MinValue;
    }

    static MultiaddrProtocol FamilyOf(Multiaddr address)
    {
        foreach (var part in address)
        {
            if (part.Protocol is not MultiaddrProtocol.Ip6Zone)
                return part.Protocol;
        }
        return default;
    }
}
