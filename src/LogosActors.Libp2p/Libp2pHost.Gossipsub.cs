using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p;

/// <summary>Gossipsub on the host.</summary>
public sealed partial class Libp2pHost
{
    /// <summary>How many gossipsub streams of one protocol id a peer may have open: one, and some that are just ending.</summary>
    const int MaxGossipsubStreams = 8;

    readonly Lock _gossipsubGate = new();
    GossipsubService? _gossipsub;

    /// <summary>Speaks gossipsub from now on, with all peers that do.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="directPeers">Explicit peers (spec v1.1 §Explicit Peering Agreements): they are kept connected at the addresses that
    /// are known of them, and get every message.</param>
    /// <exception cref="ArgumentException">The options contradict themselves, or a protocol id is handled already.</exception>
    /// <exception cref="InvalidOperationException">The host speaks gossipsub already.</exception>
    public GossipsubService UseGossipsub(GossipsubOptions? options = null, IReadOnlyCollection<PeerId>? directPeers = null)
    {
        options = (options ?? new GossipsubOptions()).EnsureValid();
        lock (_gossipsubGate)
        {
            ThrowIfDisposed();
            if (_gossipsub is not null)
                throw new InvalidOperationException("A host speaks gossipsub once; use what the first call has returned.");
            if (options.Protocols.FirstOrDefault(protocol => Protocols.Contains(protocol.Id, StringComparer.Ordinal)) is { } handled)
                throw new ArgumentException($"{handled.Id} is handled already; remove that handler first.", nameof(options));
            var service = _gossipsub = new GossipsubService(this, _system, options, directPeers ?? []);
            foreach (var protocol in options.Protocols)
                Handle(protocol.Id, service.ServeAsync, new StreamHandlerOptions { MaxInboundStreams = MaxGossipsubStreams });
            return service;
        }
    }

    async Task StopGossipsubAsync()
    {
        GossipsubService? service;
        lock (_gossipsubGate)
            service = _gossipsub;
        if (service is not null)
            await service.StopAsync();
    }
}
