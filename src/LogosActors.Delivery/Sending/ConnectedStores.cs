using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Store;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Sending;

/// <summary>The connected peers that are stores, asked in turn whether they have messages. For any number of threads.</summary>
/// <param name="host">The host.</param>
/// <param name="preferred">Stores that are asked before others: while one of them is connected, no other is.</param>
internal sealed class ConnectedStores(Libp2pHost host, IReadOnlyList<Multiaddr> preferred) : IDisposable
{
    /// <summary>How many stores are asked about the same messages until one answers.</summary>
    const int MaxTries = 2;

    readonly StoreClient _client = new(host);
    readonly HashSet<PeerId> _preferred = [.. preferred.Select(address => address.PeerId).OfType<PeerId>()];
    readonly HashSet<PeerId> _connected = [];
    readonly Lock _gate = new();
    PeerId[] _stores = [];
    int _next;

    /// <summary>How they are asked.</summary>
    public StorePresence Presence => new(() => Volatile.Read(ref _stores).Length > 0, FindAsync);

    /// <summary>Begins to know them.</summary>
    public void Start() => host.Subscribe(Note);

    public void Dispose()
    {
        host.Unsubscribe(Note);
        _client.Dispose();
    }

    void Note(HostEvent occurred)
    {
        var identity = occurred switch
        {
            PeerIdentified identified => identified.Identity,
            PeerConnected => host.IdentityOf(occurred.Peer),
            _ => null,
        };
        lock (_gate)
        {
            var isStore = identity?.Protocols.Contains(StoreProtocol.Id, StringComparer.Ordinal) == true;
            if (!(isStore ? _connected.Add(occurred.Peer) : _connected.Remove(occurred.Peer)))
                return;
            PeerId[] first = [.. _connected.Where(_preferred.Contains)];
            Volatile.Write(ref _stores, first.Length > 0 ? first : [.. _connected]);
        }
    }

    async Task<IReadOnlySet<MessageHash>?> FindAsync(IReadOnlyList<MessageHash> hashes, CancellationToken cancellation)
    {
        var stores = Volatile.Read(ref _stores);
        for (var tries = Math.Min(MaxTries, stores.Length); tries > 0; tries--)
        {
            var store = stores[(uint)Interlocked.Increment(ref _next) % stores.Length];
            var found = await _client.FindPresentAsync(store, hashes, cancellation);
            if (found.IsAnswered)
                return found.Value;
        }
        return null;
    }
}
