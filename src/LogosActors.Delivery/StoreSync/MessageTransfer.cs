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
        var sent = 0;
        IMessageStream? stream = null;
        try
        {
            foreach (var page in hashes.Chunk(PageSize))
            {
                var found = await archive.QueryAsync(new ArchiveQuery { Hashes = page, Limit = PageSize }, cancellation);
                using var late = new CancellationTokenSource(WriteTimeout, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
                foreach (var archived in found?.Messages ?? [])
                {
                    var transferred = new TransferredMessage(archived.PubsubTopic, archived.DataForArchive());
                    if (TransferCodec.SizeOf(transferred) > maxLength)
                        continue;
                    stream ??= await host.OpenMessagesAsync(peer, StoreSyncProtocols.TransferId, either.Token);
                    await stream.WriteAsync(TransferCodec.Frame(transferred), either.Token);
                    sent++;
                }
            }
        }
        finally
        {
            if (stream is not null)
                await stream.DisposeAsync();
        }
        return sent;
    }
}
