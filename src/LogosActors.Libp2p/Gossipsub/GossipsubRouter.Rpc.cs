using System.Text.Unicode;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

internal sealed partial class GossipsubRouter
{
    /// <summary>An RPC has come from a peer.</summary>
    /// <param name="from">The peer; an RPC of one that is not connected, or about to be disconnected, is ignored.</param>
    /// <param name="rpc">One RPC without its length prefix. It is not kept: only a message that is new is copied.</param>
    /// <param name="now">The time.</param>
    /// <returns>Why the RPC was refused; such a peer is to be disconnected, and nothing in the RPC has had an effect.</returns>
    public DecodeError Receive(PeerId from, ReadOnlySpan<byte> rpc, TimeSpan now)
    {
        if (!_peers.TryGetValue(from, out var peer) || peer.IsDisconnecting || IsGraylisted(peer))
            return DecodeError.None;
        if (!GossipsubCodec.TryCheck(rpc, _limits, out var error))
        {
            Disconnect(peer, DisconnectReason.MalformedRpc);
            return error;
        }
        var reader = new RpcReader(rpc);
        while (reader.Next())
            Receive(peer, reader.Part, reader.Body, now);
        Announce(peer);
        return DecodeError.None;
    }

    bool IsGraylisted(GossipsubPeer peer)
    {
        if (peer.IsDirect || Score(peer) >= _options.Score.GraylistThreshold)
            return false;
        if (_options.Score.DisconnectGraylisted)
            Disconnect(peer, DisconnectReason.Graylisted);
        return true;
    }

    void Receive(GossipsubPeer peer, RpcPart part, ReadOnlySpan<byte> body, TimeSpan now)
    {
        switch (part)
        {
            case RpcPart.Message:
                MessageView.TryRead(body, out var message, out _);
                ReceiveMessage(peer, message, now);
                break;
            case RpcPart.Subscription:
                SubscriptionView.TryRead(body, out var subscription, out _);
                ReceiveSubscription(peer, subscription);
                break;
            case RpcPart.Graft:
                GraftOrPruneView.TryRead(part, body, out var graft, out _);
                ReceiveGraft(peer, graft, now);
                break;
            case RpcPart.Prune:
                GraftOrPruneView.TryRead(part, body, out var prune, out _);
                ReceivePrune(peer, prune, now);
                break;
            default:
                IdsView.TryRead(part, body, out var ids, out _);
                if (part is RpcPart.IHave)
                    ReceiveIHave(peer, ids, now);
                else if (part is RpcPart.IWant)
                    ReceiveIWant(peer, ids, now);
                else
                    ReceiveIDontWant(peer, ids);
                break;
        }
    }

    void ReceiveSubscription(GossipsubPeer peer, SubscriptionView subscription)
    {
        var topic = Find(subscription.Topic);
        if (!subscription.Subscribe)
        {
            if (topic is null || !peer.Topics.Remove(topic))
                return;
            topic.Peers.Remove(peer);
            topic.Fanout.Remove(peer);
            if (RemoveFromMesh(topic, peer))
                peer.Left.Add(topic);
            RemoveIfIdle(topic);
            return;
        }
        if (peer.Topics.Count >= _limits.TopicsPerPeer || subscription.Topic.IsEmpty || subscription.Topic.Length > _limits.TopicLength)
            return;
        if (topic is null)
        {
            if (!Utf8.IsValid(subscription.Topic))
                return;
            var name = System.Text.Encoding.UTF8.GetString(subscription.Topic);
            topic = _accepts(name) ? FindOrAdd(name, isOurs: false) : null;
        }
        if (topic is not null && peer.Topics.Add(topic))
            topic.Peers.Add(peer);
    }
}
