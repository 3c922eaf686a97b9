namespace LogosActors.Libp2p.Multiplexing.Mplex;

/// <summary>One mplex stream. Both sides number their own streams, so an id means something only with who opened it.</summary>
internal sealed class MplexStream(ulong id, bool isOutbound) : MuxStream(id, isOutbound)
{
    /// <summary>Bytes that have come and were not consumed.</summary>
    public long Unread { get; set; }

    /// <summary>Whether the peer has yet to hear of the stream.</summary>
    public bool IsUnannounced { get; set; } = isOutbound;

    /// <summary>The flag of what this side sends, from the one of the stream's opener.</summary>
    public MplexFlag Outgoing(MplexFlag initiator) => IsOutbound ? initiator : initiator - 1;

    public void Finish() => IsFinished = true;

    public void FinishRemote() => IsRemoteFinished = true;

    public void Close() => IsClosed = true;
}
