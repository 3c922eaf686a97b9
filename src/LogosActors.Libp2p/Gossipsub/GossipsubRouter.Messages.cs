using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

internal sealed partial class GossipsubRouter
{
    /// <summary>Publishes data under any policy but <see cref="SignaturePolicy.StrictSign"/>.</summary>
    /// <remarks>Our own message is not validated, and not delivered to ourselves.</remarks>
    public PublishOutcome Publish(string topic, ReadOnlySpan<byte> data, TimeSpan now) => Publish(topic, new MessageView { Data = data }, now);

    /// <summary>Publishes a message whose author's fields, if the policy asks for them, are filled in and signed.</summary>
    /// <param name="topic">The topic; we need not be subscribed to it.</param>
    /// <param name="message">The message; its topic is set here.</param>
    /// <param name="now">The time.</param>
    /// <param name="mayRepeat">Whether a message that was seen before goes out again: to the peers of now, of whom those that remember it pass it over.</param>
    public PublishOutcome Publish(string topic, MessageView message, TimeSpan now, bool mayRepeat = false)
    {
        var utf8 = System.Text.Encoding.UTF8.GetBytes(topic);
        if (message.Data.Length > _limits.MessageSize.Bytes || SizeOfRpc(message, utf8.Length) > _limits.SentRpcSize.Bytes)
            return PublishOutcome.TooLarge;
        if (utf8.Length > _limits.TopicLength || !SatisfiesPolicy(message) || !TryIdentify(message, out var id))
            return PublishOutcome.Invalid;
        var status = _seen.Find(id, out _);
        // What is not known to be valid is not sent on, whoever wants it.
        if (status is not SeenStatus.Unknown && !(mayRepeat && status is SeenStatus.Accepted))
            return PublishOutcome.Duplicate;
        message = new MessageView
        {
            From = message.From,
            Data = message.Data,
            Sequence = message.Sequence,
            Topic = utf8,
            Signature = message.Signature,
            Key = message.Key,
        };
        var published = GossipMessage.Create(message, topic, id, slabs: _slabs);
        if (status is SeenStatus.Unknown)
            _seen.Add(id, SeenStatus.Accepted, now);
        _cache.Put(published);
        var isSent = false;
        List<GossipsubPeer>? congested = null;
        foreach (var peer in Targets(topic, now))
        {
            // Who does not want it has it.
            if (peer.IsUnwanted(id) || peer.Queue.Message(published, OutboundPriority.Published, now))
                isSent = true;
            else
                (congested ??= []).Add(peer);
            Announce(peer);
        }
        // What nobody has got is not lost: its publisher knows, and what is published faster than it can be sent does not make a peer a slow one.
        if (congested is not null && isSent)
        {
            foreach (var peer in congested)
                peer.Queue.NoteDropped();
        }
        return isSent ? PublishOutcome.Sent : congested is null ? PublishOutcome.NoPeers : PublishOutcome.Congested;
    }

    /// <summary>Whether the message's validation is under way.</summary>
    public bool IsPending(MessageId id) => _pending.ContainsKey(id);

    /// <summary>The outcome of a <see cref="GossipsubEffectKind.Validate"/>.</summary>
    /// <returns>False when no validation of the message is under way.</returns>
    public bool Decide(MessageId id, ValidationResult result, TimeSpan now)
    {
        if (!_pending.Remove(id, out var message))
            return false;
        NotePending(message, -1);
        _topics.TryGetValue(message.Topic, out var topic);
        switch (result)
        {
            case ValidationResult.Accept:
                _seen.Decide(id, SeenStatus.Accepted, now);
                if (topic is { IsJoined: true })
                    Accept(topic, message, now);
                break;
            case ValidationResult.Reject:
                _seen.Decide(id, SeenStatus.Rejected, now);
                Penalise(topic, message);
                break;
            default:
                _seen.Decide(id, SeenStatus.Ignored, now);
                break;
        }
        return true;
    }

    void ReceiveMessage(GossipsubPeer peer, in MessageView view, TimeSpan now)
    {
        if (Find(view.Topic) is not { IsJoined: true } topic)
            return;
        if (!SatisfiesPolicy(view) || !TryIdentify(view, out var id))
        {
            peer.Stats.InvalidDelivery(topic.ScoreIndex);
            return;
        }
        var status = _seen.Find(id, out var decided);
        if (status is not SeenStatus.Unknown)
        {
            ReceiveDuplicate(peer, topic, id, status, decided, now);
            return;
        }
        // Before the id counts as seen: whoever forges an author's fields around a message of others must not spoil it, or those who relay it.
        if (!view.Signature.IsEmpty && !MessageSignature.IsValid(view))
        {
            peer.Stats.InvalidDelivery(topic.ScoreIndex);
            return;
        }
        _promises.Fulfil(id);
        var kept = _options.Signatures is SignaturePolicy.LaxNoSign ? view.Anonymous : view;
        if (view.Data.Length > _limits.MessageSize.Bytes || SizeOfRpc(kept, view.Topic.Length) > _limits.SentRpcSize.Bytes)
        {
            _seen.Add(id, SeenStatus.Ignored, now);
            return;
        }
        // Not marked as seen: when there is room again, another peer's copy may come through.
        if (IsPipelineFull(peer, view))
            return;
        var message = GossipMessage.Create(kept, topic.Name, id, peer, _slabs);
        // A long validation may outlive its entry in the seen cache.
        if (!_pending.TryAdd(id, message))
        {
            _pending[id].Senders.Note(peer);
            return;
        }
        _seen.Add(id, SeenStatus.Pending, now);
        _recent.Add(message);
        NotePending(message, 1);
        if (view.Data.Length >= _options.IDontWantThreshold.Bytes)
            AnnounceUnwanted(topic, peer, id);
        _effects.Enqueue(new GossipsubEffect(GossipsubEffectKind.Validate, peer.Id, message));
    }

    bool IsPipelineFull(GossipsubPeer peer, in MessageView view) =>
        _pending.Count >= _limits.PendingValidations
        || peer.PendingValidations >= _limits.PendingValidationsPerPeer
        || _pendingSize + view.Data.Length > _limits.PendingValidationSize.Bytes
        || peer.PendingSize + view.Data.Length > _limits.PendingValidationSizePerPeer.Bytes;

    void NotePending(GossipMessage message, int change)
    {
        var (peer, size) = (message.ReceivedFrom!, change * message.Encoded.Length);
        peer.PendingValidations += change;
        peer.PendingSize += size;
        _pendingSize += size;
    }

    void ReceiveDuplicate(GossipsubPeer peer, TopicState topic, in MessageId id, SeenStatus status, TimeSpan decided, TimeSpan now)
    {
        switch (status)
        {
            case SeenStatus.Pending:
                if (_pending.TryGetValue(id, out var pending))
                    pending.Senders.Note(peer);
                break;
            case SeenStatus.Rejected:
                peer.Stats.InvalidDelivery(topic.ScoreIndex);
                break;
            case SeenStatus.Accepted when topic.ScoreIndex >= 0 && _score.Parameters(topic.ScoreIndex) is { MeshMessageDeliveriesWeight: < 0 } parameters:
                if (now - decided <= parameters.MeshMessageDeliveriesWindow && _cache.NoteSender(id, peer))
                    _score.MeshDelivery(peer.Stats, topic.ScoreIndex);
                break;
        }
    }

    void Accept(TopicState topic, GossipMessage message, TimeSpan now)
    {
        _cache.Put(message);
        _score.FirstDelivery(message.ReceivedFrom!.Stats, topic.ScoreIndex);
        foreach (var peer in message.Senders.Others)
            _score.MeshDelivery(peer.Stats, topic.ScoreIndex);
        foreach (var peer in topic.Mesh)
            Forward(peer, message, now);
        foreach (var peer in _connectedDirect)
        {
            if (topic.Peers.Contains(peer))
                Forward(peer, message, now);
        }
        _effects.Enqueue(new GossipsubEffect(GossipsubEffectKind.Deliver, message.ReceivedFrom.Id, message));
    }

    void Forward(GossipsubPeer peer, GossipMessage message, TimeSpan now)
    {
        if (message.Senders.Contains(peer) || peer.IsUnwanted(message.Id))
            return;
        peer.Queue.Message(message, OutboundPriority.Forwarded, now);
        Announce(peer);
    }

    static void Penalise(TopicState? topic, GossipMessage message)
    {
        var index = topic?.ScoreIndex ?? -1;
        message.ReceivedFrom!.Stats.InvalidDelivery(index);
        foreach (var peer in message.Senders.Others)
            peer.Stats.InvalidDelivery(index);
    }

    void AnnounceUnwanted(TopicState topic, GossipsubPeer sender, in MessageId id)
    {
        foreach (var peer in topic.Mesh)
        {
            // A peer that does not want the message has it, and will not send it.
            if (peer == sender || peer.Version < GossipsubVersion.V12 || peer.IsUnwanted(id))
                continue;
            peer.Queue.IDontWant(id);
            Announce(peer);
        }
    }

    /// <summary>Whom an own message goes to (spec v1.1 §Flood Publishing, v1.0 §Fanout).</summary>
    IEnumerable<GossipsubPeer> Targets(string name, TimeSpan now)
    {
        if (!_topics.TryGetValue(name, out var topic))
            return [];
        if (_options.FloodPublish)
            return topic.Peers.Where(MayBePublishedTo);
        var direct = _connectedDirect.Where(topic.Peers.Contains);
        if (topic.IsJoined)
            return topic.Mesh.Concat(direct);
        topic.LastPublished = now;
        FillFanout(topic);
        return topic.Fanout.Concat(direct);
    }

    bool MayBePublishedTo(GossipsubPeer peer) => peer.IsDirect || Score(peer) >= _options.Score.PublishThreshold;

    /// <summary>Whether the author's fields are such as may be there; a signature that is there is still to be verified.</summary>
    bool SatisfiesPolicy(in MessageView message)
    {
        if (_options.Signatures is SignaturePolicy.LaxNoSign)
            return MayNameAuthor(message);
        if (Math.Max(Math.Max(message.From.Length, message.Sequence.Length), Math.Max(message.Signature.Length, message.Key.Length)) > MessageView.MaxAuthorField)
            return false;
        var isSigned = !message.From.IsEmpty && !message.Sequence.IsEmpty && !message.Signature.IsEmpty;
        var isAnonymous = message.From.IsEmpty && message.Sequence.IsEmpty && message.Signature.IsEmpty && message.Key.IsEmpty;
        return _options.Signatures switch
        {
            SignaturePolicy.StrictSign => isSigned,
            SignaturePolicy.StrictNoSign => isAnonymous,
            _ => isSigned || message.Signature.IsEmpty,
        };
    }

    static bool MayNameAuthor(in MessageView message)
    {
        const int SequenceLength = 8; // pubsub README §The Message, and nim-libp2p
        var acceptedByJavaScript = message.Sequence.IsEmpty && message.Signature.IsEmpty && message.Key.IsEmpty;
        return acceptedByJavaScript
            || ((message.From.IsEmpty || PeerId.TryDecode(message.From, out _, out _))
                && message.Sequence.Length is 0 or SequenceLength
                && message.Signature.Length <= MessageView.MaxAuthorField && message.Key.Length <= MessageView.MaxAuthorField);
    }

    /// <summary>The size of an RPC of this message alone.</summary>
    static int SizeOfRpc(in MessageView message, int topicLength) =>
        ProtobufWriter.SizeOfBytes(2, EncodedMessage.SizeOf(message, topicLength));

    bool TryIdentify(in MessageView message, out MessageId id)
    {
        if (_options.MessageId is MessageIdFunction.Sha256OfData)
        {
            if (!_recent.TryFind(message.Data, out id))
                id = MessageId.OfData(message.Data);
            return true;
        }
        id = default;
        if (message.From.Length + message.Sequence.Length > MessageId.MaxLength)
            return false;
        Span<byte> joined = stackalloc byte[MessageId.MaxLength];
        message.From.CopyTo(joined);
        message.Sequence.CopyTo(joined[message.From.Length..]);
        return MessageId.TryCreate(joined[..(message.From.Length + message.Sequence.Length)], out id);
    }
}
