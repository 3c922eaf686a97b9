using System.Net;
using System.Net.Sockets;

namespace LogosActors.Libp2p.Limits;

/// <summary>How many strangers may be at the door: connections that are accepted and not yet secured.</summary>
/// <remarks>
/// Pure. A handshake costs curve operations and a socket before anybody is known, so it is bounded in all, per IP address, and by a
/// token bucket per IP address. IPv6 counts by /64, the least that one customer is given (RFC 6177). The loopback is not told apart
/// by address: only the bound in all holds there. Times are monotonic. At most <see cref="MaxTracked"/> addresses are remembered.
/// </remarks>
internal sealed class InboundGate(int maxPending, int maxPendingPerAddress, double ratePerAddress, int burst)
{
    /// <summary>How many addresses are remembered; beyond it those that have been quiet are forgotten, or nobody new is let in.</summary>
    public const int MaxTracked = 16 * 1024;

    readonly Dictionary<IPAddress, Visitor> _visitors = [];
    int _pending;

    /// <summary>Addresses that are remembered.</summary>
    public int Tracked => _visitors.Count;

    /// <summary>Lets one connection in, or not. Each that is let in ends with <see cref="End"/>.</summary>
    public bool TryBegin(IPAddress? address, TimeSpan now)
    {
        if (_pending >= maxPending)
            return false;
        if (KeyOf(address) is { } key)
        {
            if (!_visitors.TryGetValue(key, out var visitor))
            {
                if (_visitors.Count >= MaxTracked)
                    ForgetQuiet(now);
                if (_visitors.Count >= MaxTracked)
                    return false;
                _visitors.Add(key, visitor = new Visitor { Tokens = burst, Refilled = now });
            }
            visitor.Tokens = Refilled(visitor, now);
            visitor.Refilled = now;
            if (visitor.Tokens < 1 || visitor.Pending >= maxPendingPerAddress)
                return false;
            visitor.Tokens--;
            visitor.Pending++;
        }
        _pending++;
        return true;
    }

    /// <summary>A connection that was let in is secured, or gone.</summary>
    public void End(IPAddress? address)
    {
        _pending--;
        if (KeyOf(address) is { } key && _visitors.TryGetValue(key, out var visitor))
            visitor.Pending--;
    }

    /// <summary>What of an address is counted together; null when it is not told apart.</summary>
    public static IPAddress? KeyOf(IPAddress? address)
    {
        if (address is { IsIPv4MappedToIPv6: true })
            address = address.MapToIPv4();
        if (address is null || IPAddress.IsLoopback(address))
            return null;
        if (address.AddressFamily is not AddressFamily.InterNetworkV6)
            return address;
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }

    double Refilled(Visitor visitor, TimeSpan now) => Math.Min(burst, visitor.Tokens + ((now - visitor.Refilled).TotalSeconds * ratePerAddress));

    void ForgetQuiet(TimeSpan now)
    {
        foreach (var (address, visitor) in _visitors)
        {
            if (visitor.Pending == 0 && Refilled(visitor, now) >= burst)
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
