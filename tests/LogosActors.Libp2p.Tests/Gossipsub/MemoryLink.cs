using System.Collections.Concurrent;
using Akka.Actor;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Tests.Gossipsub;

/// <summary>One end of a link in memory, as one actor uses it. What it sends arrives at the other end at once.</summary>
sealed class MemoryLink(IActorRef actor, PeerId peer) : IGossipsubLink
{
    readonly ConcurrentQueue<byte[]> _arrived = new();
    MemoryLink? _other;
    int _isTold;
    volatile bool _fails;

    public PeerId Peer => peer;

    /// <summary>What the other end hears; null when that is an actor's.</summary>
    public ConcurrentQueue<string>? Heard { get; private init; }

    /// <summary>Whether it takes nothing at present.</summary>
    public volatile bool IsFull;

    /// <summary>Why the actor closed it.</summary>
    public DisconnectReason? Closed { get; private set; }

    /// <summary>Told when the actor closes it.</summary>
    public Action<DisconnectReason> OnClose { get; set; } = _ => { };

    /// <summary>A link whose other end is in the test's hands.</summary>
    public static MemoryLink ToTest(IActorRef actor, PeerId peer) => new(actor, peer) { Heard = new() };

    /// <summary>Joins two actors; <paramref name="a"/> has dialled.</summary>
    public static (MemoryLink A, MemoryLink B) Join(IActorRef a, PeerId idOfA, IActorRef b, PeerId idOfB)
    {
        var (linkOfA, linkOfB) = (new MemoryLink(a, idOfB), new MemoryLink(b, idOfA));
        (linkOfA._other, linkOfB._other) = (linkOfB, linkOfA);
        linkOfA.Connect(PeerDirection.Outbound);
        linkOfB.Connect(PeerDirection.Inbound);
        return (linkOfA, linkOfB);
    }

    public void Connect(PeerDirection direction, GossipsubVersion version = GossipsubVersion.V12) =>
        actor.Tell(new Gossip.PeerConnected(peer, this, version, direction, Address: null));

    /// <summary>The peer says something.</summary>
    public void Say(byte[] rpc, bool tell = true)
    {
        _arrived.Enqueue(rpc);
        if (tell)
            Tell();
    }

    public void Say(Action<GossipsubRpc> write, bool tell = true)
    {
        var rpc = new GossipsubRpc();
        write(rpc);
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        rpc.WriteTo(output);
        Say(output.WrittenSpan.ToArray(), tell);
    }

    /// <summary>The next look of the actor throws.</summary>
    public void Fail()
    {
        _fails = true;
        Tell();
    }

    /// <summary>There is room again.</summary>
    public void Drain()
    {
        IsFull = false;
        actor.Tell(new Gossip.Writable(peer, this));
    }

    public bool TryReceive(out ReadOnlySpan<byte> rpc)
    {
        if (_fails)
            throw new IOException("The link is broken.");
        if (!_arrived.TryDequeue(out var bytes))
        {
            Volatile.Write(ref _isTold, 0);
            if (!_arrived.TryDequeue(out bytes))
            {
                rpc = default;
                return false;
            }
            Volatile.Write(ref _isTold, 1);
        }
        rpc = bytes;
        return true;
    }

    public bool IsIdle => true;

    public bool TryBeginSend() => !IsFull;

    public void Send(ReadOnlySpan<byte> rpc)
    {
        foreach (var line in Heard is null ? [] : RpcText.Read(rpc))
            Heard!.Enqueue(line);
        _other?.Say(rpc.ToArray());
    }

    public void Close(DisconnectReason reason)
    {
        Closed = reason;
        OnClose(reason);
    }

    void Tell()
    {
        if (Interlocked.Exchange(ref _isTold, 1) == 0)
            actor.Tell(new Gossip.Received(peer, this));
    }
}
