namespace LogosActors.Node.Rest.Health;

/// <summary>How the node is.</summary>
/// <param name="NodeHealth">READY while it is started and can store what it has to.</param>
/// <param name="ConnectionStatus">How it is connected.</param>
/// <param name="ProtocolsHealth">Of each protocol.</param>
internal sealed record HealthReport(string NodeHealth, string ConnectionStatus, IReadOnlyList<IReadOnlyDictionary<string, string>> ProtocolsHealth)
{
    /// <summary>The protocol that messages travel by.</summary>
    public const string Relay = "Relay";

    /// <summary>The protocol by which a node in edge mode sends.</summary>
    public const string LightpushClient = "Lightpush Client";

    /// <summary>The protocol by which a node in edge mode receives.</summary>
    public const string FilterClient = "Filter Client";

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
    public bool CanSend => ProtocolsHealth.Any(static protocol => IsReady(protocol, Relay) || IsReady(protocol, LightpushClient));

    static bool IsReady(IReadOnlyDictionary<string, string> protocol, string name) => protocol.TryGetValue(name, out var health) && health == Ready;
}
