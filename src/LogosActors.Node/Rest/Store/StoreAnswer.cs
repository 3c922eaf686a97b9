using LogosActors.Delivery.Messages;
using LogosActors.Node.Rest.Relay;

namespace LogosActors.Node.Rest.Store;

/// <summary>What a store answers, as REST writes it.</summary>
/// <param name="RequestId">Identifies the answer.</param>
/// <param name="StatusCode">What came of the question: 200 when there is an answer (13/WAKU2-STORE).</param>
/// <param name="StatusDesc">The same in words.</param>
/// <param name="Messages">The messages, by ascending time and hash.</param>
/// <param name="PaginationCursor">Names the next page; null when there is none.</param>
internal sealed record StoreAnswer(
    string RequestId, int StatusCode, string StatusDesc, IReadOnlyList<StoredMessage> Messages, string? PaginationCursor = null);

/// <summary>A message that a store has.</summary>
/// <param name="MessageHash">Its hash, <c>0x</c> and 64 digits.</param>
/// <param name="Message">The message; null when only hashes were asked for.</param>
/// <param name="PubsubTopic">The topic that it travelled on; null when only hashes were asked for.</param>
internal sealed record StoredMessage(string MessageHash, RelayMessage? Message = null, string? PubsubTopic = null)
{
    /// <summary>Writes a message.</summary>
    public static StoredMessage From(MessageHash hash, WakuMessage? message, string? pubsubTopic) =>
        message is null ? new StoredMessage(hash.ToString()) : new StoredMessage(
            hash.ToString(), RelayMessage.From(message) with { Proof = message.RateLimitProof.IsEmpty ? null : RelayMessage.Base64(message.RateLimitProof) },
            pubsubTopic);
}
