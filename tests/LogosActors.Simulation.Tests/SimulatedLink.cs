using System.Buffers;
using LogosActors.Actors;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Simulation.Tests;

/// <summary>One end of a simulated connection.</summary>
sealed class SimulatedLink : IGossipsubLink
{
    readonly SimulatedNetwork _network;
    readonly Queue<ArraySegment<byte>> _arrived = new();
    readonly Gossip.Received _received;
    readonly Gossip.Writable _writable;
    readonly ActorRef? _gossipsub;
    ArraySegment<byte> _taken;
    bool _isTold;

    public SimulatedLink(SimulatedNetwork network, SimulatedNode node, SimulatedNode peer, TimeSpan median)
    {
        (_network, Node, Peer, Median, _gossipsub) = (network, node, peer, median, node.Gossipsub);
        (_received, _writable) = (new Gossip.Received(peer.Id, this), new Gossip.Writable(peer.Id, this));
    }

    public SimulatedNode Node { get; }

    public SimulatedNode Peer { get; }

    /// <summary>The other end.</summary>
    public SimulatedLink Other { get; set; } = null!;

    /// <summary>The middle of its one-way delays.</summary>
    public TimeSpan Median { get; }

    /// <summary>Whether the node still uses this end.</summary>
    public bool IsOpen { get; private set; } = true;

    /// <summary>When the last RPC that was sent arrives, in ticks: the next one not before, unless it is reordered.</summary>
    public long LastArrival { get; set; }

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

    public bool IsIdle => true;

    public bool TryBeginSend() => _network.TryBeginSend(this);

    public void Send(ReadOnlySpan<byte> rpc) => _network.Transmit(this, rpc);

    public void Close(DisconnectReason reason)
    {
        IsOpen = false;
        _network.Closed(this, reason);
    }

    /// <summary>An RPC is there; a puppet hears it, an actor is told.</summary>
    public void Arrive(ArraySegment<byte> rpc)
    {
        if (_gossipsub is null)
        {
            Node.Hear!(this, rpc);
            ArrayPool<byte>.Shared.Return(rpc.Array!);
            return;
        }
        _arrived.Enqueue(rpc);
        if (_isTold)
            return;
        _isTold = true;
        _gossipsub.Tell(_received);
    }

    public void BecomeWritable() => _gossipsub?.Tell(_writable);

    public void Open(PeerDirection direction) =>
        _gossipsub?.Tell(new Gossip.PeerConnected(Peer.Id, this, GossipsubVersion.V12, direction, Peer.Address));

    /// <summary>The connection has ended by itself.</summary>
    public void Break()
    {
        if (!IsOpen)
            return;
        IsOpen = false;
        _gossipsub?.Tell(new Gossip.PeerDisconnected(Peer.Id, this));
    }

    /// <summary>Gives back what nobody will take any more.</summary>
    public void Discard()
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
