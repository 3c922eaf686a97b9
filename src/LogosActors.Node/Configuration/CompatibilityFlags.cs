using System.Collections.Frozen;

namespace LogosActors.Node.Configuration;

/// <summary>Flags of the reference node that name what this node does not have. They are taken, so that scripts written for the reference
/// run; the node says which had no effect, and refuses those whose absence would be a danger.</summary>
internal static class CompatibilityFlags
{
    /// <summary>Flags without effect.</summary>
    public static FrozenSet<string> Ignored { get; } = new[]
    {
        "--discv5-enr-auto-update", "--discv5-table-ip-limit", "--discv5-bucket-ip-limit", "--discv5-bits-per-hop", "--dns-addrs-name-server",
        "--rendezvous", "--relay-peer-exchange", "--relay-shard-manager",
        "--relay-service-ratio", "--relay-client", "--keep-alive", "--peer-persistence", "--peer-store-capacity",
        "--metrics-logging", "--rate-limit", "--enable-kad-discovery", "--kad-bootstrap-node",
        "--kad-random-lookup-interval", "--kad-service-lookup-interval", "--store-message-db-vacuum", "--store-message-db-migration", "--store-max-num-db-connections", "--store-resume",
        "--quic-port", "--mixkey", "--mixnode", "--entry-layer",
        "--rln-relay-cred-path", "--rln-relay-cred-password", "--rln-relay-eth-client-address", "--rln-relay-eth-contract-address",
        "--rln-relay-eth-private-key", "--rln-relay-chain-id", "--rln-relay-user-message-limit", "--rln-relay-epoch-sec",
        "--rln-relay-membership-index", "--rln-relay-dynamic",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Flags that may be false, but not true, and why.</summary>
    public static FrozenDictionary<string, string> Refused { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["--rln-relay"] = "this node makes and checks no RLN proofs",
        ["--mix"] = "this node hides no senders: it has no mix protocol",
        ["--quic-support"] = "this node has no QUIC; it listens by TCP and WebSocket",
        ["--websocket-secure-support"] = "this node does not end TLS; put a proxy before --websocket-port and name its address with --ext-multiaddr",
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
