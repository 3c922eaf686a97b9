using System.Net;
using System.Net.Sockets;

namespace LogosActors.Libp2p.Limits;

/// <summary>A connection that was let in and is not secured yet. Its owner ends it with <see cref="InboundGate.End"/>.</summary>
/// <param name="address">What it is counted as.</param>
#pragma warning disable CA1001 // the source has no timer and no handle, and may be cancelled at any time
internal sealed class InboundHandshake(IPAddress address)
#pragma warning restore CA1001
{
    /// <summary>What it is counted as.</summary>
    public IPAddress Address => address;

    readonly CancellationTokenSource _closing = new();

    /// <summary>Whether it has made room for another.</summary>
    public bool IsDisplaced { get; set; }

    /// <summary>Cancelled when the connection is to be closed because it makes room.</summary>
    public CancellationToken Closing => _closing.Token;

    /// <summary>Has the connection closed.</summary>
    public void Close() => _closing.Cancel();
}

/// <summary>Bounds the connections that are accepted and not yet secured.</summary>
/// <remarks>
/// Pure. A handshake costs curve operations and a socket before anybody is known, so it is bounded in all, per IP address, and by a
/// token bucket per IP address. Beyond a bound the newcomer is let in, and the oldest handshake of the address that has most makes
/// room: whoever connects and says nothing crowds out nobody but itself. IPv6 counts by /64, the least that one customer is given
/// (RFC 6177). Addresses that <paramref name="isExempt"/> names have a share like others, and neither a bound nor a rate of their own.
/// Times are monotonic. At most <see cref="MaxTracked"/> addresses are remembered.
/// </remarks>
/// <param name="maxPending">Handshakes under way in all; as many more may be on their way out.</param>
/// <param name="maxPendingPerAddress">Handshakes under way of one address.</param>
/// <param name="ratePerAddress">Handshakes per second that one address begins in the long run.</param>
/// <param name="burst">Handshakes that one address begins at once after a pause.</param>
/// <param name="isExempt">Addresses behind which there are many; null: the loopback.</param>
internal sealed class InboundGate(int maxPending, int maxPendingPerAddress, double ratePerAddress, int burst, Func<IPAddress, bool>? isExempt = null)
{
    /// <summary>Addresses that are remembered; beyond it those without a handshake are forgotten.</summary>
    public const int MaxTracked = 16 * 1024;

    readonly Func<IPAddress, bool> _isExempt = isExempt ?? IPAddress.IsLoopback;
    readonly Dictionary<IPAddress, Visitor> _visitors = [];
    readonly LinkedList<InboundHandshake> _pending = [];
    int _leaving;

    /// <summary>Addresses that are remembered.</summary>
    public int Tracked => _visitors.Count;

    /// <summary>Handshakes under way.</summary>
    public int Pending => _pending.Count;

    /// <summary>Begins a handshake.</summary>
    /// <param name="address">Where the connection comes from; null when the transport has no addresses.</param>
    /// <param name="now">The time.</param>
    /// <param name="displaced">The handshake that makes room, which is to be closed at once; null when none has to.</param>
    /// <returns>The handshake; null when the address comes too often, or too many handshakes are still being closed.</returns>
    public InboundHandshake? TryBegin(IPAddress? address, TimeSpan now, out InboundHandshake? displaced)
    {
        displaced = null;
        var key = KeyOf(address ?? IPAddress.None);
        var isFree = address is null || _isExempt(key);
        var visitor = VisitorOf(key, now);
        visitor.Tokens = Refilled(visitor, now);
        visitor.Refilled = now;
        var isCrowded = !isFree && visitor.Pending >= maxPendingPerAddress;
        if (_leaving >= maxPending || (!isFree && visitor.Tokens < 1))
            return null;
        if (isCrowded || _pending.Count >= maxPending)
        {
            displaced = isCrowded ? OldestOf(key) : OldestOf(MostPending(key, visitor.Pending));
            displaced.IsDisplaced = true;
            Remove(displaced);
            _leaving++;
        }
        if (!isFree)
            visitor.Tokens--;
        visitor.Pending++;
        return _pending.AddLast(new InboundHandshake(key)).Value;
    }

    /// <summary>A connection is secured, or has been closed.</summary>
    public void End(InboundHandshake handshake)
    {
        if (handshake.IsDisplaced)
            _leaving--;
        else
            Remove(handshake);
    }

    /// <summary>What of an address is counted together.</summary>
    public static IPAddress KeyOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily is not AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address))
            return address;
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }

    Visitor VisitorOf(IPAddress key, TimeSpan now)
    {
        if (_visitors.TryGetValue(key, out var visitor))
            return visitor;
        if (_visitors.Count >= MaxTracked)
            Forget(idle => Refilled(idle, now) >= burst);
        // A flood of addresses costs the rates that are remembered of others, and keeps nobody out.
        if (_visitors.Count >= MaxTracked)
            Forget(static _ => true);
        _visitors.Add(key, visitor = new Visitor { Tokens = burst, Refilled = now });
        return visitor;
    }

    /// <summary>The address that makes room: the newcomer's own where it has its share, else the one that has most, of several the one
    /// whose handshake is oldest.</summary>
    IPAddress MostPending(IPAddress newcomer, int itsOwn)
    {
        var (most, chosen) = (0, newcomer);
        foreach (var handshake in _pending)
        {
            if (_visitors[handshake.Address].Pending is var count && count > most)
                (most, chosen) = (count, handshake.Address);
        }
        return itsOwn > 0 && itsOwn + 1 >= most ? newcomer : chosen;
    }

    InboundHandshake OldestOf(IPAddress key) => _pending.First(handshake => handshake.Address.Equals(key));

    void Remove(InboundHandshake handshake)
    {
        if (_pending.Remove(handshake))
            _visitors[handshake.Address].Pending--;
    }

    double Refilled(Visitor visitor, TimeSpan now) => Math.Min(burst, visitor.Tokens + ((now - visitor.Refilled).TotalSeconds * ratePerAddress));

    void Forget(Func<Visitor, bool> isForgotten)
    {
        foreach (var (address, visitor) in _visitors)
        {
            if (visitor.Pending == 0 && isForgotten(visitor))
                _visitors.Remove(address);
        }
    }

    sealed class Visitor
    {
        public double Tokens;
        public TimeSpan Refilled;
        public int Pending;
    }
}
