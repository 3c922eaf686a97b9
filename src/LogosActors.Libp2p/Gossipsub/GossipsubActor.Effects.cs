using Akka.Actor;
using Akka.Event;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

internal sealed partial class GossipsubActor
{
    /// <param name="now">The time.</param>
    /// <param name="send">False while more input follows in this turn: what goes to one peer then shares an RPC.</param>
    void RunEffects(TimeSpan now, bool send = true)
    {
        while (_router.TryTakeEffect(out var effect))
        {
            switch (effect.Kind)
            {
                case GossipsubEffectKind.Send:
                    NoteSending(effect.Peer);
                    break;
                case GossipsubEffectKind.Validate:
                    Validate(effect.Message!, now);
                    break;
                case GossipsubEffectKind.Deliver:
                    Deliver(effect.Message!, effect.Peer);
                    break;
                case GossipsubEffectKind.Disconnect:
                    Disconnect(effect.Peer, effect.Reason, now);
                    break;
                case GossipsubEffectKind.Connect:
                    Context.Parent.Tell(new Gossip.ConnectWanted(effect.Peer, effect.SignedRecord), Self);
                    break;
            }
        }
        if (!send)
            return;
        foreach (var (id, peer) in _sending)
        {
            peer.IsSending = false;
            Send(id, peer.Link, now);
        }
        _sending.Clear();
    }

    void NoteSending(PeerId id)
    {
        if (!_peers.TryGetValue(id, out var peer) || peer.IsSending)
            return;
        peer.IsSending = true;
        _sending.Add((id, peer));
    }

    void Send(PeerId id, IGossipsubLink link, TimeSpan now)
    {
        // A link that was closed in this turn has no queue any more: the router has nothing to take.
        while (_peers.TryGetValue(id, out var peer) && peer.Link == link && link.TryBeginSend())
        {
            _rpc.ResetWrittenCount();
            if (!_router.TryTakeOutbound(id, _rpc, now))
                return;
            link.Send(_rpc.WrittenSpan);
        }
    }

    void Disconnect(PeerId id, DisconnectReason reason, TimeSpan now)
    {
        if (!_peers.TryGetValue(id, out var peer))
            return;
        Log.Debug("Gossipsub peer {Peer} is disconnected: {Reason}", id, reason);
        peer.Link.Close(reason);
        Forget(id, now);
    }

    void Deliver(GossipMessage message, PeerId from)
    {
        var decoded = message.Decoded;
        // The message stays in the cache for a while, and needs it no longer.
        message.Decoded = null;
        if (!_subscribers.TryGetValue(message.Topic, out var subscribers))
            return;
        var delivered = new Gossip.Delivered(message.Topic, message.Data, from, message.Author, decoded);
        var self = Self;
        foreach (var subscriber in subscribers)
            subscriber.Tell(delivered, self);
        _unhandled.Delivered(subscribers, message.Data.Length, self);
    }
}
