namespace LogosActors.Libp2p.Gossipsub;

/// <summary>How many bytes wait to be sent, over all peers of a router: a message counts once, for however many peers it waits.</summary>
/// <remarks>Where the bound is reached, only peers that hold less than an equal share of it get more: who does not read loses messages, not
/// those who do.</remarks>
/// <param name="limit">The most bytes.</param>
internal sealed class OutboundBudget(long limit)
{
    /// <summary>Bytes that wait.</summary>
    public long Used { get; private set; }

    /// <summary>Queues in which something waits.</summary>
    public int Queues { get; set; }

    /// <summary>Whether a queue may take a message.</summary>
    /// <param name="held">Bytes of messages that it holds already.</param>
    /// <param name="message">The message.</param>
    public bool HasRoom(long held, GossipMessage message) =>
        message.Queues > 0 || Used + message.Encoded.Length <= limit
        || held + message.Encoded.Length <= limit / (held == 0 ? Queues + 1 : Queues);

    /// <summary>A queue takes a message.</summary>
    public void Enter(GossipMessage message)
    {
        if (message.Queues++ == 0)
            Used += message.Encoded.Length;
    }

    /// <summary>A queue lets a message go.</summary>
    public void Leave(GossipMessage message)
    {
        if (--message.Queues == 0)
            Used -= message.Encoded.Length;
    }
}
