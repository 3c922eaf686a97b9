using System.Text.Json.Serialization;

namespace LogosActors.Interop.Tests.Peers;

/// <summary>A message in the words of js-waku.</summary>
/// <param name="Kind"><c>content</c>, <c>sync</c> or <c>ephemeral</c>.</param>
/// <param name="Lamport">Null in an ephemeral message.</param>
/// <param name="BloomFilter">Its bytes.</param>
internal sealed record JsSdsMessage(
    string Kind,
    string SenderId,
    string MessageId,
    string ChannelId,
    [property: JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)] ulong? Lamport,
    IReadOnlyList<JsSdsEntry> CausalHistory,
    byte[]? BloomFilter,
    IReadOnlyList<JsSdsEntry> RepairRequest,
    byte[]? Content);

/// <summary>An entry of a causal history or a repair request.</summary>
internal sealed record JsSdsEntry(string MessageId, byte[]? RetrievalHint, string? SenderId);
