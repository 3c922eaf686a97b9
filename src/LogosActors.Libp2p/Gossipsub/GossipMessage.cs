using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>A message on its way through the router: encoded once, in one place, however many peers it goes to.</summary>
public sealed class GossipMessage
{
    readonly EncodedMessage _encoded;
    MessageSenders _senders;
    PeerId? _author;

    /// <param name="encoded">The message.</param>
    /// <param name="senders">Who has sent it.</param>
    internal GossipMessage(in EncodedMessage encoded, MessageSenders senders) => (_encoded, _senders) = (encoded, senders);

    /// <summary>The topic of the message.</summary>
    public string Topic => _encoded.Topic;

    /// <summary>The data of the message.</summary>
    public ReadOnlyMemory<byte> Data => _encoded.Data;

    /// <summary>Who sent it to us first; null: it is our own.</summary>
    public PeerId? From => ReceivedFrom?.Id;

    /// <summary>The id of the message.</summary>
    internal MessageId Id => _encoded.Id;

    /// <summary>The protobuf message, with nothing in it but the known fields.</summary>
    internal ReadOnlySpan<byte> Encoded => _encoded.Bytes.Span;

    /// <summary>The message, to be kept without an object of its own.</summary>
    internal ref readonly EncodedMessage Content => ref _encoded;

    /// <summary>Who has sent it.</summary>
    internal ref MessageSenders Senders => ref _senders;

    /// <summary>Who sent it to us first; null: it is our own.</summary>
    internal GossipsubPeer? ReceivedFrom => _senders.First;

    /// <summary>Whom a signed message names as its author; null when it is not signed, or names nobody.</summary>
    public PeerId? Author
    {
        get
        {
            if (_author is null && _encoded.IsSigned)
                PeerId.TryDecode(View().From, out _author, out _);
            return _author;
        }
    }

    /// <summary>What a validator has made of the data, for the subscribers (<see cref="Gossip.Delivered.Decoded"/>); null once it is delivered.</summary>
    public object? Decoded { get; set; }

    /// <summary>Queues of peers in which it waits; see <see cref="OutboundBudget"/>.</summary>
    internal int Queues { get; set; }

    /// <summary>Copies a message out of an RPC.</summary>
    /// <param name="view">The message.</param>
    /// <param name="topic">Its topic.</param>
    /// <param name="id">Its id.</param>
    /// <param name="receivedFrom">Who sent it; null: it is our own.</param>
    /// <param name="slabs">Where its bytes go; null: to an array of their own.</param>
    internal static GossipMessage Create(in MessageView view, string topic, MessageId id, GossipsubPeer? receivedFrom = null, MessageSlabs? slabs = null) =>
        new(EncodedMessage.Create(view, topic, id, slabs), new MessageSenders(receivedFrom));

    /// <summary>The fields of the message, as it came.</summary>
    internal MessageView View()
    {
        MessageView.TryRead(Encoded, out var view, out _);
        return view;
    }
}
