using System.Net;
using Akka.Actor;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>A link over byte streams, one to read from and one to write to; both may be the same.</summary>
/// <remarks>
/// libp2p's pubsub streams go one way: each side writes to the stream that it has opened, and reads from the one that the peer
/// has opened. What is read and not taken yet is at most one batch and one more; what is sent and not written yet is at most
/// <see cref="FrameWriter.Capacity"/> and one RPC; then the streams' own back-pressure holds up the peer, or the actor its queue.
/// </remarks>
#pragma warning disable CA1001 // a source without a timer holds nothing, and the actor may close the link after its end
internal sealed class StreamLink : IGossipsubLink
#pragma warning restore CA1001
{
    readonly IActorRef _gossipsub;
    readonly PeerId _peer;
    readonly FrameReader _reader;
    readonly FrameWriter _writer;
    readonly CancellationTokenSource _closing = new();

    /// <param name="gossipsub">The <see cref="GossipsubActor"/>.</param>
    /// <param name="peer">Whose link it is.</param>
    /// <param name="limits">How large an RPC may be.</param>
    /// <param name="held">Called with the bytes that wait to be written more, or with a minus less; null: nobody counts them.</param>
    public StreamLink(IActorRef gossipsub, PeerId peer, GossipsubLimits limits, Action<int>? held = null)
    {
        (_gossipsub, _peer) = (gossipsub, peer);
        var (received, writable) = (new Gossip.Received(peer, this), new Gossip.Writable(peer, this));
        _reader = new FrameReader((int)limits.RpcSize.Bytes, () => gossipsub.Tell(received, ActorRefs.NoSender));
        _writer = new FrameWriter(() => gossipsub.Tell(writable, ActorRefs.NoSender), held);
    }

    /// <summary>Why the actor has closed the link; None while it has not.</summary>
    public DisconnectReason Closed { get; private set; }

    /// <summary>Cancelled when the actor has closed the link.</summary>
    public CancellationToken Closing => _closing.Token;

    /// <summary>Runs a link over one stream, from its announcement to its end.</summary>
    /// <returns>What was wrong with the peer's bytes; None when it has finished, or the link was closed.</returns>
    /// <exception cref="IOException">The stream is broken.</exception>
    public async Task<DecodeError> RunAsync(
        Stream stream, GossipsubVersion version, PeerDirection direction, IPAddress? address, CancellationToken cancellation = default)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
        _gossipsub.Tell(new Gossip.PeerConnected(_peer, this, version, direction, address), ActorRefs.NoSender);
        try
        {
            var reading = ReadAsync(stream, ending.Token);
            var writing = WriteAsync(stream, ending.Token);
            await Task.WhenAny(reading, writing).ConfigureAwait(false);
            await ending.CancelAsync().ConfigureAwait(false);
            await writing.ConfigureAwait(false);
            return await reading.ConfigureAwait(false);
        }
        finally
        {
            _gossipsub.Tell(new Gossip.PeerDisconnected(_peer, this), ActorRefs.NoSender);
        }
    }

    /// <summary>Reads RPCs from a stream that the peer has opened, until it ends.</summary>
    /// <returns>What was wrong with the peer's bytes: the link is to be ended then. None when the peer has finished, or on cancellation.</returns>
    /// <exception cref="IOException">The stream is broken.</exception>
    public async Task<DecodeError> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        try
        {
            return await _reader.RunAsync(stream, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return DecodeError.None;
        }
    }

    /// <summary>Writes RPCs to a stream that we have opened, until cancellation.</summary>
    /// <exception cref="IOException">The stream is broken.</exception>
    public async Task WriteAsync(Stream stream, CancellationToken cancellation)
    {
        try
        {
            await _writer.RunAsync(stream, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
    }

    public bool IsIdle => _writer.IsIdle;

    public bool TryReceive(out ReadOnlySpan<byte> rpc) => _reader.TryTake(out rpc);

    public bool TryBeginSend() => _writer.TryBegin();

    public void Send(ReadOnlySpan<byte> rpc) => _writer.Append(rpc);

    public void Close(DisconnectReason reason)
    {
        Closed = reason;
        // What waits for the streams goes on apart from the actor's turn.
        _ = _closing.CancelAsync();
    }
}
