namespace LogosActors.Node.Rest.Health;

/// <summary>How the node is.</summary>
/// <param name="NodeHealth">READY while it is started and can store what it has to.</param>
/// <param name="ConnectionStatus">How it is connected.</param>
/// <param name="ProtocolsHealth">Of each protocol.</param>
internal sealed record HealthReport(string NodeHealth, string ConnectionStatus, IReadOnlyList<IReadOnlyDictionary<string, string>> ProtocolsHealth)
{
    /// <summary>The protocol that messages travel by.</summary>
    public const string Relay = "Relay";

    /// <summary>What must survive a restart is stored; ours.</summary>
    public const string Journal = "Journal";

    /// <summary>A protocol does what it should.</summary>
    public const string Ready = "READY";

    /// <summary>A protocol cannot do its work now.</summary>
    public const string NotReady = "NOT_READY";

    /// <summary>The node does not have a protocol.</summary>
    public const string NotMounted = "NOT_MOUNTED";

    /// <summary>Whether messages can go to somebody.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool HasRelayPeers => ProtocolsHealth.Any(protocol => protocol.TryGetValue(Relay, out var health) && health == Ready);
}
