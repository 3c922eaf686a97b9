using LogosActors.Libp2p.Encoding;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Checks an RPC from the network as a whole, before any part of it has an effect.</summary>
internal static class GossipsubCodec
{
    /// <summary>Whether every part is well-formed and within the limits; an RPC that passes is read by <see cref="RpcReader"/> without errors.</summary>
    /// <param name="rpc">One RPC without its length prefix.</param>
    /// <param name="limits">The bounds of sizes and counts; exceeded: <see cref="DecodeError.LimitExceeded"/>.</param>
    /// <param name="error">The first error.</param>
    public static bool TryCheck(ReadOnlySpan<byte> rpc, GossipsubLimits limits, out DecodeError error)
    {
        error = DecodeError.LimitExceeded;
        if (rpc.Length > limits.RpcSize.Bytes)
            return false;
        var (messages, subscriptions, entries, ids) = (limits.MessagesPerRpc, limits.SubscriptionsPerRpc, limits.ControlEntriesPerRpc, limits.MessageIdsPerRpc);
        var (maxTopic, maxData) = (limits.TopicLength, (int)limits.MessageSize.Bytes);
        var reader = new RpcReader(rpc);
        while (reader.Next())
        {
            var left = reader.Part switch
            {
                RpcPart.Message => --messages,
                RpcPart.Subscription => --subscriptions,
                _ => --entries,
            };
            if (left < 0)
                return false;
            if (!TryCheckPart(reader.Part, reader.Body, maxTopic, maxData, ref ids, out error))
                return false;
            error = DecodeError.LimitExceeded;
        }
        error = reader.Error;
        return error is DecodeError.None;
    }

    static bool TryCheckPart(RpcPart part, ReadOnlySpan<byte> body, int maxTopic, int maxData, ref int ids, out DecodeError error)
    {
        switch (part)
        {
            case RpcPart.Message:
                return MessageView.TryRead(body, maxTopic, maxData, out _, out error);
            case RpcPart.Subscription:
                return SubscriptionView.TryRead(body, maxTopic, out _, out error);
            case RpcPart.Graft or RpcPart.Prune:
                return GraftOrPruneView.TryRead(part, body, maxTopic, out _, out error);
            default:
                if (!IdsView.TryRead(part, body, maxTopic, out var view, out error))
                    return false;
                ids -= view.Count;
                error = ids < 0 ? DecodeError.LimitExceeded : DecodeError.None;
                return ids >= 0;
        }
    }
}
