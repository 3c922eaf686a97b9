namespace LogosActors.Libp2p.Gossipsub;

/// <summary>The way to one connected peer, as the actor of <see cref="Gossip"/> uses it: whole RPCs in and out, no waiting.</summary>
/// <remarks>
/// The actor calls it in its own turns only. A link tells the actor <see cref="Gossip.Received"/> and
/// <see cref="Gossip.Writable"/>, each at most once until the actor has come to look, so that what waits in the
/// mailbox is bounded by the number of links. A link that ends by itself is reported by its owner with
/// <see cref="Gossip.PeerDisconnected"/>.
/// </remarks>
public interface IGossipsubLink
{
    /// <summary>Takes the next RPC that has arrived, without its length prefix; it is valid until the next call.</summary>
    /// <param name="rpc">The RPC.</param>
    /// <returns>False when none is there; the link tells <see cref="Gossip.Received"/> when one is.</returns>
    bool TryReceive(out ReadOnlySpan<byte> rpc);

    /// <summary>Whether the link takes another RPC.</summary>
    /// <returns>False when too much is on its way already; the link tells <see cref="Gossip.Writable"/> when there is room.</returns>
    bool TryBeginSend();

    /// <summary>Sends an RPC, after <see cref="TryBeginSend"/> was true. The bytes are copied.</summary>
    /// <param name="rpc">The RPC, without its length prefix.</param>
    void Send(ReadOnlySpan<byte> rpc);

    /// <summary>Whether everything that was sent has left for the peer.</summary>
    bool IsIdle { get; }

    /// <summary>Ends the link: the actor does not use it any more. Called once at most.</summary>
    /// <param name="reason">Why.</param>
    void Close(DisconnectReason reason);
}
