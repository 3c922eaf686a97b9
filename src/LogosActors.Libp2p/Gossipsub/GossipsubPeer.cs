using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Who dialled.</summary>
internal enum PeerDirection
{
    /// <summary>The peer dialled us.</summary>
    Inbound,

    /// <summary>We dialled the peer: it is harder for an attacker to be such a peer.</summary>
    Outbound,
}

/// <summary>A connected peer, as the router sees it.</summary>
/// <param name="id">Its id.</param>
/// <param name="version">What it understands.</param>
/// <param name="direction">Who dialled.</param>
/// <param name="isDirect">Whether it is an explicit peer (spec v1.1 §Explicit Peering Agreements).</param>
/// <param name="stats">Its score.</param>
/// <param name="limits">The bounds of its queue.</param>
/// <param name="budget">What the queues of all peers may hold together.</param>
internal sealed class GossipsubPeer(PeerId id, GossipsubVersion version, PeerDirection direction, bool isDirect, PeerStats stats, GossipsubLimits limits, OutboundBudget budget)
{
    // Null for the many peers that never say so.
    Dictionary<MessageId, int>? _unwanted;
    Queue<MessageId>? _unwantedOrder;

    public PeerId Id { get; } = id;

    public GossipsubVersion Version { get; } = version;

    public PeerDirection Direction { get; } = direction;

    public bool IsDirect { get; } = isDirect;

    public PeerStats Stats { get; } = stats;

    /// <summary>What waits to be sent to it.</summary>
    public OutboundQueue Queue { get; } = new(limits, budget);

    /// <summary>The topics it is subscribed to; at most <see cref="GossipsubLimits.TopicsPerPeer"/>.</summary>
    public HashSet<TopicState> Topics { get; } = [];

    /// <summary>Topics that it has left while in our mesh, since the last heartbeat: its PRUNE comes behind, in the same RPC or the next.</summary>
    public HashSet<TopicState> Left { get; } = [];

    /// <summary>Topics for which it has had a PRUNE over this connection, or has sent one: it knows of the back-off. One that was started again has forgotten
    /// those of before. Null for the many peers that there was none with.</summary>
    public HashSet<TopicState>? Pruned { get; set; }

    /// <summary>Its signed peer record (RFC 0003), to offer to pruned peers; empty: not known.</summary>
    public ReadOnlyMemory<byte> SignedRecord { get; set; }

    /// <summary>Whether its connection is to be closed.</summary>
    public bool IsDisconnecting { get; set; }

    /// <summary>Messages of this peer whose validation is under way.</summary>
    public int PendingValidations { get; set; }

    /// <summary>Their size in bytes.</summary>
    public long PendingSize { get; set; }

    /// <summary>IHAVEs since the last heartbeat.</summary>
    public int Haves { get; set; }

    /// <summary>Ids asked of it since the last heartbeat.</summary>
    public int Asked { get; set; }

    /// <summary>Ids that it asked for since the last heartbeat.</summary>
    public int Wanted { get; set; }

    /// <summary>Ids of IDONTWANTs since the last heartbeat.</summary>
    public int Unwanted { get; set; }

    /// <summary>Whether it has said that it does not want the message.</summary>
    public bool IsUnwanted(in MessageId id) => _unwanted is { Count: > 0 } && _unwanted.ContainsKey(id);

    /// <summary>Remembers an IDONTWANT until the given heartbeat, <see cref="GossipsubLimits.IDontWantMessages"/> of them at a time.</summary>
    public void AddUnwanted(in MessageId id, int untilHeartbeat)
    {
        if (_unwanted?.Count >= limits.IDontWantMessages)
            return;
        if ((_unwanted ??= []).TryAdd(id, untilHeartbeat))
            (_unwantedOrder ??= new()).Enqueue(id);
    }

    /// <summary>Begins a new heartbeat: the counts of control entries start again, old IDONTWANTs are forgotten.</summary>
    public void BeginHeartbeat(int heartbeat)
    {
        (Haves, Asked, Wanted, Unwanted) = (0, 0, 0, 0);
        Left.Clear();
        while (_unwantedOrder is not null && _unwantedOrder.TryPeek(out var id) && _unwanted![id] <= heartbeat)
            _unwanted.Remove(_unwantedOrder.Dequeue());
    }

    public override string ToString() => Id.ToString();
}
