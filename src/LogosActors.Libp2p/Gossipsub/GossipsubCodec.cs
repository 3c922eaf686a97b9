using LogosActors.Libp2p.Encoding;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Checks an RPC from the network as a whole, before any part of it has an effect.</summary>
internal static class GossipsubCodec
{
    /// <summary>Whether every part is well-formed and within the limits; an RPC that passes is read by <see cref="RpcReader"/> without errors.</summary>
    /// <remarks>The length of a topic or of a message's data is no reason to refuse an RPC, and with it the peer: a relay passes on what others have
    /// made. The router passes such a part over.</remarks>
    /// <param name="rpc">One RPC without its length prefix.</param>
    /// <param name="limits">The bounds of the RPC's size and of what it holds; exceeded: <see cref="DecodeError.LimitExceeded"/>.</param>
    /// <param name="error">The first error.</param>
    public static bool TryCheck(ReadOnlySpan<byte> rpc, GossipsubLimits limits, out DecodeError error)
    {
        error = DecodeError.LimitExceeded;
        if (rpc.Length > limits.RpcSize.Bytes)
            return false;
        var (messages, subscriptions, entries, ids) = (limits.MessagesPerRpc, limits.SubscriptionsPerRpc, limits.ControlEntriesPerRpc, limits.MessageIdsPerRpc);
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
            if (!TryCheckPart(reader.Part, reader.Body, ref ids, out error))
                return false;
            error = DecodeError.LimitExceeded;
        }
        error = reader.Error;
        return error is DecodeError.None;
    }

    static bool TryCheckPart(RpcPart part, ReadOnlySpan<byte> body, ref int ids, out DecodeError error)
    {
        switch (part)
        {
            case RpcPart.Message:
                return MessageView.TryRead(body, out _, out error);
            case RpcPart.Subscription:
                return SubscriptionView.TryRead(body, out _, out error);
            case RpcPart.Graft or RpcPart.Prune:
                return GraftOrPruneView.TryRead(part, body, out _, out error);
            default:
                if (!IdsView.TryRead(part, body, out var view, out error))
                    return false;
                ids -= view.Count;
                error = ids < 0 ? DecodeError.LimitExceeded : DecodeError.None;
                return ids >= 0;
        }
    }
}
