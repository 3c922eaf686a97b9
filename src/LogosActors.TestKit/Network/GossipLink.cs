using System.Buffers;
using Akka.Actor;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.TestKit.Network;

/// <summary>One end of a simulated connection.</summary>
internal sealed class GossipLink : IGossipsubLink
{
    readonly GossipNetwork _network;
    readonly Queue<ArraySegment<byte>> _arrived = new();
    readonly Gossip.Received _received;
    readonly Gossip.Writable _writable;
    readonly IActorRef? _router;
    ArraySegment<byte> _taken;
    bool _isTold;

    public GossipLink(GossipNetwork network, GossipNode node, GossipNode peer, TimeSpan median)
    {
        (_network, Node, Peer, Median, _router) = (network, node, peer, median, node.Router);
        (_received, _writable) = (new Gossip.Received(peer.Id, this), new Gossip.Writable(peer.Id, this));
    }

    public GossipNode Node { get; }

    public GossipNode Peer { get; }

    /// <summary>The other end.</summary>
    public GossipLink Other { get; set; } = null!;

    /// <summary>The median of its one-way delays.</summary>
    public TimeSpan Median { get; }

    /// <summary>Whether this end has dialed.</summary>
    public bool IsDialer { get; init; }

    /// <summary>Whether the node still uses this end.</summary>
    public bool IsOpen { get; private set; } = true;

    /// <summary>When the last RPC that was sent arrives, in ticks: the next one not before, unless it is reordered.</summary>
    public long LastArrival { get; set; }

    public bool IsIdle => true;

    public bool TryReceive(out ReadOnlySpan<byte> rpc)
    {
        Return();
        if (!_arrived.TryDequeue(out _taken))
        {
            _isTold = false;
            rpc = default;
            return false;
        }
        rpc = _taken;
        return true;
    }

    public bool TryBeginSend() => _network.TryBeginSend(this);

    public void Send(ReadOnlySpan<byte> rpc) => _network.Transmit(this, rpc);

    public void Close(DisconnectReason reason)
    {
        if (IsOpen)
        {
            IsOpen = false;
            _network.Closed(this, reason);
        }
        Discard();
    }

    /// <summary>An RPC is there; a puppet hears it, an actor is told.</summary>
    public void Arrive(ArraySegment<byte> rpc)
    {
        if (_router is null)
        {
            Node.Hear?.Invoke(this, rpc);
            ArrayPool<byte>.Shared.Return(rpc.Array!);
            return;
        }
        _arrived.Enqueue(rpc);
        if (_isTold)
            return;
        _isTold = true;
        _router.Tell(_received, ActorRefs.NoSender);
    }

    public void BecomeWritable() => _router?.Tell(_writable, ActorRefs.NoSender);

    public void Open(PeerDirection direction)
    {
        if (!Peer.IsWithoutGossipsub)
            _router?.Tell(new Gossip.PeerConnected(Peer.Id, this, GossipsubVersion.V12, direction, Peer.Address), ActorRefs.NoSender);
    }

    /// <summary>The node has this connection no longer.</summary>
    public void Forget()
    {
        if (!Node.Links.TryGetValue(Peer, out var current) || current != this)
            return;
        Node.Links.Remove(Peer);
        Node.Observer?.Invoke(this, false);
    }

    /// <summary>The connection has ended by itself.</summary>
    public void Break()
    {
        if (!IsOpen)
            return;
        IsOpen = false;
        _router?.Tell(new Gossip.PeerDisconnected(Peer.Id, this), ActorRefs.NoSender);
    }

    /// <summary>Gives back what nobody will take any more.</summary>
    void Discard()
    {
        Return();
        while (_arrived.TryDequeue(out _taken))
            Return();
    }

    void Return()
    {
        if (_taken.Array is { } array)
            ArrayPool<byte>.Shared.Return(array);
        _taken = default;
    }
}
