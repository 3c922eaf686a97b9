namespace LogosActors.Interop.Tests.Peers;

/// <summary>How a <see cref="JsSdsChannel"/> behaves; null: as js-waku does by default.</summary>
internal sealed record JsSdsOptions
{
    /// <summary>How many messages a message names; js-waku: 200.</summary>
    public int? CausalHistorySize { get; init; }

    /// <summary>How many bloom filters acknowledge a message; js-waku: 2.</summary>
    public int? PossibleAcksThreshold { get; init; }

    /// <summary>When a message that misses others is delivered without them; js-waku: never.</summary>
    public TimeSpan? LostAfter { get; init; }

    /// <summary>SDS-R; null: no repair.</summary>
    public JsSdsRepair? Repair { get; init; }

    /// <summary>How many messages the log keeps; js-waku: 10,000.</summary>
    public int? HistoryLength { get; init; }
}

/// <summary>When repairs are asked for and sent: js-waku's defaults.</summary>
internal sealed record JsSdsRepair
{
    public TimeSpan EarliestRequest { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan LatestRequest { get; init; } = TimeSpan.FromSeconds(120);

    public int ResponseGroups { get; init; } = 1;
}
