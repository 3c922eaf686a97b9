using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>A gossipsub stream that a peer has opened: it waits for the peer's link, and feeds it until either ends.</summary>
internal sealed class InboundGossip(LibP2pStream stream)
{
    readonly TaskCompletionSource<StreamLink> _link = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _noted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PeerId Peer => stream.RemotePeer;

    /// <summary>The link that is fed; null while there is none.</summary>
    public StreamLink? Link { get; private set; }

    /// <summary>Ends when the owner of the links has noted the end: until then the stream counts as open, or a peer that opens and
    /// resets streams would fill a mailbox.</summary>
    public Task Noted => _noted.Task;

    /// <summary>Ends when the stream is read no more: only then may another feed the same link.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Begins to feed a link, once.</summary>
    /// <param name="link">The peer's link.</param>
    /// <param name="previous">What has fed it before; null: nothing.</param>
    public void Feed(StreamLink link, InboundGossip? previous)
    {
        Link = link;
        if (previous is null)
            _link.TrySetResult(link);
        else
            _ = previous.Ended.ContinueWith(
                _ => _link.TrySetResult(link), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>The owner of the links knows of the end.</summary>
    public void Note() => _noted.TrySetResult();

    /// <summary>Ends the stream, whether it feeds a link or waits for one.</summary>
    public void Reset()
    {
        stream.Reset();
        _link.TrySetCanceled();
    }

    /// <summary>Serves the stream.</summary>
    /// <returns>Whether the peer has kept to the framing.</returns>
    /// <exception cref="IOException">The stream is broken.</exception>
    /// <exception cref="OperationCanceledException">The stream was reset while it waited, or the connection has ended.</exception>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        try
        {
            var link = await _link.Task.WaitAsync(cancellation);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, link.Closing);
            var error = await link.ReadAsync(new ByteStream(stream), ending.Token);
            // Who speaks no more with the link is to open another stream: what was read of this one is lost with the link.
            if (ending.IsCancellationRequested)
                stream.Reset();
            return error is Encoding.DecodeError.None;
        }
        finally
        {
            _ended.TrySetResult();
        }
    }
}
