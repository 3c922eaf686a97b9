namespace LogosActors.Delivery.Discovery.Records;

/// <summary>The keys of a record that are read and written here (EIP-778 §Record Structure; 31/WAKU2-ENR).</summary>
internal static class RecordKeys
{
    /// <summary>The identity scheme.</summary>
    public const string Id = "id";

    /// <summary>The compressed public key.</summary>
    public const string Secp256k1 = "secp256k1";

    /// <summary>The IP addresses, 4 and 16 bytes.</summary>
    public const string Ip = "ip", Ip6 = "ip6";

    /// <summary>The ports; those without a 6 count for IPv6 too where it has none of its own.</summary>
    public const string Tcp = "tcp", Tcp6 = "tcp6", Udp = "udp", Udp6 = "udp6";

    /// <summary>What the node serves, one byte.</summary>
    public const string Waku2 = "waku2";

    /// <summary>Its shards, as a list and as a vector of bits (51/WAKU2-RELAY-SHARDING).</summary>
    public const string Shards = "rs", ShardBits = "rsv";

    /// <summary>Its addresses beside IP and ports.</summary>
    public const string Multiaddrs = "multiaddrs";
}
