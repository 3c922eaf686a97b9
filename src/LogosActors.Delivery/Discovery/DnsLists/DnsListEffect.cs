using LogosActors.Delivery.Discovery.Records;

namespace LogosActors.Delivery.Discovery.DnsLists;

/// <summary>What a <see cref="DnsListClient"/> wants done.</summary>
internal abstract record DnsListEffect
{
    /// <summary>Ask DNS for the TXT records of a name, and answer with <see cref="DnsListClient.Answered"/> or <see cref="DnsListClient.Failed"/>.</summary>
    /// <param name="Id">Which question it is.</param>
    /// <param name="Name">The name.</param>
    public sealed record Query(long Id, string Name) : DnsListEffect;

    /// <summary>A node stands in a list; each record once.</summary>
    public sealed record Found(NodeRecord Record) : DnsListEffect;

    /// <summary>A list has changed: keep this copy for the next start.</summary>
    public sealed record Keep(DnsListCopy Copy) : DnsListEffect;

    /// <summary>A list is not followed any longer: its copy is not needed.</summary>
    public sealed record Drop(ListUrl List) : DnsListEffect;

    /// <summary>Something was refused, or did not come.</summary>
    /// <param name="List">The list.</param>
    /// <param name="Reason">What, for people.</param>
    public sealed record Problem(ListUrl List, string Reason) : DnsListEffect;
}
