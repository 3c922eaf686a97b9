namespace LogosActors.Delivery.Discovery.Records;

/// <summary>What a node serves, as its record says: the byte <c>waku2</c> (31/WAKU2-ENR §waku2).</summary>
[Flags]
internal enum Capabilities : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It relays messages (11/WAKU2-RELAY).</summary>
    Relay = 1 << 0,

    /// <summary>It answers questions about past messages (13/WAKU2-STORE).</summary>
    Store = 1 << 1,

    /// <summary>It pushes messages to light nodes (12/WAKU2-FILTER).</summary>
    Filter = 1 << 2,

    /// <summary>It publishes for light nodes (19/WAKU2-LIGHTPUSH).</summary>
    Lightpush = 1 << 3,

    /// <summary>Its store synchronizes with others.</summary>
    Sync = 1 << 4,

    /// <summary>It mixes.</summary>
    Mix = 1 << 5,
}
