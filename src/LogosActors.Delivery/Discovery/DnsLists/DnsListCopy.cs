namespace LogosActors.Delivery.Discovery.DnsLists;

/// <summary>A list as it was last seen. Whoever reads it verifies it like an answer of DNS: root by its signature, entries by their hashes.</summary>
/// <param name="Url">The list.</param>
/// <param name="Root">The text of its root.</param>
/// <param name="Entries">The texts of its entries, in any order.</param>
internal sealed record DnsListCopy(string Url, string Root, IReadOnlyList<string> Entries);
