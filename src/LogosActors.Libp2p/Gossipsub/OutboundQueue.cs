namespace LogosActors.Libp2p.Gossipsub;

/// <summary>How urgent a queued message is; the order in which lanes are emptied, and the reverse of the order in which they give way.</summary>
internal enum OutboundPriority
{
    /// <summary>Our own messages.</summary>
    Published,

    /// <summary>Messages of others on their way through the mesh.</summary>
    Forwarded,

    /// <summary>Messages that were asked for by IWANT.</summary>
    Requested,
}

/// <summary>What waits to be sent to one peer: control entries first, then messages by priority. Data only: the connection takes it.</summary>
/// <remarks>
/// Bounds: <see cref="GossipsubLimits.QueuedMessages"/>, <see cref="GossipsubLimits.QueuedSize"/> and <see cref="GossipsubLimits.QueuedSizeOfAll"/>; GRAFT, PRUNE and subscriptions
/// replace each other per topic, so there is one of each at most for a topic; ids of IWANT, IHAVE and IDONTWANT are bounded too.
/// </remarks>
/// <param name="limits">The bounds.</param>
/// <param name="budget">What all queues of the router may hold together.</param>
internal sealed class OutboundQueue(GossipsubLimits limits, OutboundBudget budget)
{
    readonly record struct Waiting(GossipMessage Message, TimeSpan Since);

    readonly Queue<Waiting>[] _lanes = [new(), new(), new()];
    readonly Dictionary<string, bool> _subscriptions = new(StringComparer.Ordinal);
    readonly Dictionary<string, (TimeSpan Backoff, ExchangedPeer[] Peers)?> _mesh = new(StringComparer.Ordinal);
    readonly Queue<(string Topic, ReadOnlyMemory<MessageId> Ids)> _haves = new();
    readonly Queue<MessageId> _wants = new();
    readonly Queue<MessageId> _unwanted = new();

    // Kept beside the queues: each heartbeat asks every peer's queue whether it is empty.
    bool _hasControl;

    /// <summary>Messages that wait.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of messages that wait.</summary>
    public long Size
    {
        get;
        private set
        {
            budget.Queues += Math.Sign(value) - Math.Sign(field);
            field = value;
        }
    }

    /// <summary>Messages dropped because the peer did not take them in time, since <see cref="TakeDropped"/>.</summary>
    public int Dropped { get; private set; }

    /// <summary>Whether the connection knows that there is something to take; set by the router.</summary>
    public bool IsAnnounced { get; set; }

    public bool IsEmpty => Count == 0 && !_hasControl;

    public void Subscription(string topic, bool subscribe)
    {
        _subscriptions[topic] = subscribe;
        _hasControl = true;
    }

    /// <summary>Queues a GRAFT; a PRUNE that still waits is void.</summary>
    public void Graft(string topic)
    {
        _mesh[topic] = null;
        _hasControl = true;
    }

    /// <summary>Queues a PRUNE; a GRAFT that still waits is void.</summary>
    public void Prune(string topic, TimeSpan backoff, ExchangedPeer[] peers)
    {
        _mesh[topic] = (backoff, peers);
        _hasControl = true;
    }

    public void IHave(string topic, ReadOnlyMemory<MessageId> ids)
    {
        if (_haves.Count < limits.IHaveMessages)
            _haves.Enqueue((topic, ids));
        else
            Dropped++;
        _hasControl = true;
    }

    public void IWant(in MessageId id)
    {
        if (_wants.Count < limits.IHaveLength)
            _wants.Enqueue(id);
        _hasControl = true;
    }

    public void IDontWant(in MessageId id)
    {
        if (_unwanted.Count < limits.IDontWantMessages)
            _unwanted.Enqueue(id);
        _hasControl = true;
    }

    /// <summary>Queues a message; when the queue is full, one of the lowest priority is dropped, this one if none is lower.</summary>
    /// <returns>Whether it is queued. One of our own that is not counts as dropped only by <see cref="NoteDropped"/>.</returns>
    public bool Message(GossipMessage message, OutboundPriority priority, TimeSpan now)
    {
        var size = message.Encoded.Length;
        while (Count >= limits.QueuedMessages || Size + size > limits.QueuedSize.Bytes || !budget.HasRoom(Size, message))
        {
            if (!TryDropBelow(priority))
            {
                if (priority is not OutboundPriority.Published)
                    Dropped++;
                return false;
            }
        }
        _lanes[(int)priority].Enqueue(new Waiting(message, now));
        budget.Enter(message);
        Count++;
        Size += size;
        return true;
    }

    /// <summary>The peer is gone: what waits for it is dropped.</summary>
    public void Clear()
    {
        foreach (var lane in _lanes)
        {
            foreach (var waiting in lane)
                budget.Leave(waiting.Message);
            lane.Clear();
        }
        (Count, Size) = (0, 0);
    }

    /// <summary>Counts a message of our own that is lost to this peer: there was no room for it.</summary>
    public void NoteDropped() => Dropped++;

    /// <summary>Fills an RPC up to the batch size, with one message at least if any waits.</summary>
    /// <param name="rpc">An empty RPC.</param>
    /// <param name="peer">Whose queue it is: what it does not want, it does not get.</param>
    /// <param name="now">Messages that have waited too long are dropped and counted.</param>
    public void Take(GossipsubRpc rpc, GossipsubPeer peer, TimeSpan now)
    {
        var left = limits.BatchSize.Bytes;
        if (_hasControl)
            TakeControl(rpc, ref left);
        for (var lane = 0; Count > 0 && lane < _lanes.Length && left > 0; lane++)
        {
            var most = lane == (int)OutboundPriority.Published ? limits.PublishQueueTime : limits.ForwardQueueTime;
            while (_lanes[lane].TryPeek(out var waiting))
            {
                var size = waiting.Message.Encoded.Length;
                var late = now - waiting.Since > most;
                if (!late && size > left && !rpc.IsEmpty)
                    return;
                _lanes[lane].Dequeue();
                budget.Leave(waiting.Message);
                Count--;
                Size -= size;
                if (late)
                {
                    Dropped++;
                }
                else if (!peer.IsUnwanted(waiting.Message.Id))
                {
                    rpc.Message(waiting.Message);
                    left -= size + 4;
                }
            }
        }
    }

    /// <summary>Drops what has waited too long, and says how many messages have been dropped since the last call.</summary>
    public int TakeDropped(TimeSpan now)
    {
        for (var lane = 0; Count > 0 && lane < _lanes.Length; lane++)
        {
            var most = lane == (int)OutboundPriority.Published ? limits.PublishQueueTime : limits.ForwardQueueTime;
            while (_lanes[lane].TryPeek(out var waiting) && now - waiting.Since > most)
                Drop(lane);
        }
        var dropped = Dropped;
        Dropped = 0;
        return dropped;
    }

    void TakeControl(GossipsubRpc rpc, ref long left)
    {
        foreach (var (topic, subscribe) in _subscriptions)
        {
            if (left <= 0)
                return;
            _subscriptions.Remove(topic);
            rpc.Subscription(topic, subscribe);
            left -= topic.Length + 8;
        }
        foreach (var (topic, prune) in _mesh)
        {
            if (left <= 0)
                return;
            _mesh.Remove(topic);
            left -= topic.Length + 16;
            if (prune is not var (backoff, peers))
            {
                rpc.Graft(topic);
                continue;
            }
            rpc.Prune(topic, backoff, peers);
            foreach (var peer in peers)
                left -= peer.PeerId.Length + peer.SignedRecord.Length + 8;
        }
        for (; left > 0 && _unwanted.TryDequeue(out var id); left -= MessageId.MaxLength)
            rpc.IDontWant(id);
        for (; left > 0 && _wants.TryDequeue(out var id); left -= MessageId.MaxLength)
            rpc.IWant(id);
        while (left > 0 && _haves.TryDequeue(out var have))
        {
            rpc.IHave(have.Topic, have.Ids);
            left -= have.Ids.Length * (MessageId.MaxLength + 2);
        }
        _hasControl = _subscriptions.Count > 0 || _mesh.Count > 0 || _haves.Count > 0 || _wants.Count > 0 || _unwanted.Count > 0;
    }

    bool TryDropBelow(OutboundPriority priority)
    {
        for (var lane = _lanes.Length - 1; lane > (int)priority; lane--)
        {
            if (_lanes[lane].Count == 0)
                continue;
            Drop(lane);
            return true;
        }
        return false;
    }

    void Drop(int lane)
    {
        var message = _lanes[lane].Dequeue().Message;
        budget.Leave(message);
        Size -= message.Encoded.Length;
        Count--;
        Dropped++;
    }
}
