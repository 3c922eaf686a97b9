using System.Text.Json.Serialization;

namespace LogosActors.Node.Rest.Light;

/// <summary>What to subscribe to, or to unsubscribe from.</summary>
/// <param name="RequestId">Identifies the request; the answer has it, too.</param>
/// <param name="ContentFilters">Content topics.</param>
/// <param name="PubsubTopic">Their pubsub topic; null: that of each one's shard.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record FilterRequest(string RequestId, IReadOnlyList<string> ContentFilters, string? PubsubTopic = null);

/// <summary>A request about all subscriptions.</summary>
/// <param name="RequestId">Identifies the request; the answer has it, too.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record FilterAllRequest(string RequestId);

/// <summary>What came of a request.</summary>
/// <param name="RequestId">That of the request; <c>unknown</c>: it could not be read.</param>
/// <param name="StatusDesc">The outcome in words.</param>
internal sealed record FilterAnswer(string RequestId, string StatusDesc);
