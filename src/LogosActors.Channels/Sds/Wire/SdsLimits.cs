namespace LogosActors.Channels.Sds.Wire;

/// <summary>What a message of a channel may have at most. More is refused.</summary>
internal static class SdsLimits
{
    /// <summary>The longest message, in bytes: 1 MiB (nim-sds <c>MaxMessageSize</c>). The network's own limit is mostly lower.</summary>
    public const int MessageSize = 1024 * 1024;

    /// <summary>The longest id of a message, a sender or a channel, in bytes of UTF-8. Message ids are 64 characters in js-waku and nim-sds.</summary>
    public const int IdLength = 256;

    /// <summary>The longest retrieval hint, in bytes; a message hash of the network has 32.</summary>
    public const int HintLength = 256;

    /// <summary>The longest causal history, in entries; js-waku sends 200 by default, nim-sds 10.</summary>
    public const int HistoryEntries = 1000;

    /// <summary>The most repair requests in a message; js-waku and nim-sds send 3.</summary>
    public const int RepairRequests = 32;
}
