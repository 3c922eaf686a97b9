using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using LogosActors.Delivery.RateLimits;

namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>Holds each IP address to a rate, before anything is spent on what it sends. Pure.</summary>
/// <remarks>
/// IPv6 counts by /64. The loopback has no limit: behind it are many. At most <see cref="MaxTracked"/> addresses are remembered; those
/// that are quiet are forgotten first. A flood of forged addresses costs what is remembered of others, and keeps nobody out.
/// </remarks>
/// <param name="limit">What one address may send.</param>
internal sealed class PacketGate(RateLimit limit)
{
    /// <summary>Addresses that are remembered.</summary>
    public const int MaxTracked = 4096;

    readonly Dictionary<IPAddress, TokenBucket> _buckets = [];

    /// <summary>Addresses that are remembered now.</summary>
    public int Tracked => _buckets.Count;

    /// <summary>Lets an address send once.</summary>
    /// <returns>False when it has sent too much.</returns>
    public bool TryPass(IPAddress address, TimeSpan now)
    {
        var key = KeyOf(address);
        if (IPAddress.IsLoopback(key))
            return true;
        if (_buckets.Count >= MaxTracked && !_buckets.ContainsKey(key))
        {
            foreach (var (known, bucket) in _buckets)
            {
                if (bucket.IsFull(now))
                    _buckets.Remove(known);
            }
            if (_buckets.Count >= MaxTracked)
                _buckets.Clear();
        }
        return CollectionsMarshal.GetValueRefOrAddDefault(_buckets, key, out _).TryTake(limit, now);
    }

    // A /64 is the least of IPv6 that one customer is given (RFC 6177).
    static IPAddress KeyOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily is AddressFamily.InterNetwork || IPAddress.IsLoopback(address))
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
