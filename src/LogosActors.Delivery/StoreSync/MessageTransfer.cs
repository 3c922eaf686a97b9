using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Requests;

namespace LogosActors.Delivery.StoreSync;

/// <summary>Gives a peer messages of an archive, one after the other on one stream.</summary>
/// <param name="host">The host.</param>
/// <param name="archive">Where the messages are.</param>
/// <param name="maxLength">The longest transferred message that a peer reads, in bytes; longer ones are left out.</param>
/// <param name="time">The clock of the time-outs.</param>
internal sealed class MessageTransfer(INodeHost host, IMessageArchive archive, int maxLength, TimeProvider time)
{
    /// <summary>How many messages are in memory at once.</summary>
    const int PageSize = 16;

    /// <summary>How long opening the stream, and writing a page, may take.</summary>
    static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Sends messages; those that the archive has no longer are left out.</summary>
    /// <returns>How many were sent.</returns>
    /// <exception cref="IOException">The peer does not take them.</exception>
    /// <exception cref="OperationCanceledException">The peer is too slow.</exception>
    /// <exception cref="ArchiveException">The database is unreachable or broken.</exception>
    public async Task<int> SendAsync(PeerId peer, IEnumerable<MessageHash> hashes, CancellationToken cancellation)
    {
        // The Nim reference ends a stream at a message that is, topic and all, longer than the network's largest: those come last.
        List<MessageHash> longest = [];
        await using var stream = new LazyStream(host, peer);
        var sent = await SendAsync(stream, hashes, Math.Min(maxLength, WakuMessageLimits.MessageSize), longest, cancellation);
        return sent + await SendAsync(stream, longest, maxLength, [], cancellation);
    }

    async Task<int> SendAsync(LazyStream stream, IEnumerable<MessageHash> hashes, int most, List<MessageHash> longer, CancellationToken cancellation)
    {
        var sent = 0;
        foreach (var page in hashes.Chunk(PageSize))
        {
            var found = await archive.QueryAsync(new ArchiveQuery { Hashes = page, Limit = PageSize }, cancellation);
            using var late = new CancellationTokenSource(WriteTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
            foreach (var archived in found?.Messages ?? [])
            {
                var transferred = new TransferredMessage(archived.PubsubTopic, archived.DataForArchive());
                if (TransferCodec.SizeOf(transferred) > most)
                {
                    longer.Add(archived.Hash);
                    continue;
                }
                await stream.WriteAsync(TransferCodec.Frame(transferred), either.Token);
                sent++;
            }
        }
        return sent;
    }

    /// <summary>A stream that is opened when there is something to write.</summary>
    sealed class LazyStream(INodeHost host, PeerId peer) : IAsyncDisposable
    {
        IMessageStream? _stream;

        public async ValueTask WriteAsync(byte[] frame, CancellationToken cancellation)
        {
            _stream ??= await host.OpenMessagesAsync(peer, StoreSyncProtocols.TransferId, cancellation);
            await _stream.WriteAsync(frame, cancellation);
        }

        public ValueTask DisposeAsync() => _stream?.DisposeAsync() ?? default;
    }
}
