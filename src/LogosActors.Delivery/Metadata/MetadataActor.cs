using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Requests;

namespace LogosActors.Delivery.Metadata;

/// <summary>Sends peers this node's network and shards, asks each peer for its own, and disconnects those of other networks.</summary>
/// <remarks>
/// Shards that differ from its own are no reason to leave a peer: a light client has none. When this node's own change, all peers are asked again.
/// Parent: <see cref="Hosting.NodeActor"/>, one-for-one, restart with backoff. A failure costs the questions under way; a restart asks every connected peer again.
/// A peer that does not speak the protocol stays: whether it is of any use is for other protocols to find out.
/// </remarks>
/// <param name="host">The host.</param>
/// <param name="self">What this node is now; for any thread.</param>
/// <param name="publish">Called with what a peer of this network has said of itself; on the actor's thread.</param>
#pragma warning disable CA1001 // PostStop disposes of what it owns
internal sealed class MetadataActor(INodeHost host, Func<NodeMetadata> self, Action<PeerShards> publish) : SupervisedActor, IWithTimers
#pragma warning restore CA1001
{
    /// <summary>After which time a peer that has not answered is asked again.</summary>
    public static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(30);

    /// <summary>After which time a peer is asked again, as its shards may be others (66/WAKU2-METADATA §Triggering Metadata Request).</summary>
    public static readonly TimeSpan RefreshDelay = TimeSpan.FromHours(6);

    /// <summary>How long to wait for further changes of the shards before peers are asked because of them.</summary>
    public static readonly TimeSpan ShardsDelay = TimeSpan.FromSeconds(1);

    // Bounded by the host's connections.
    readonly HashSet<PeerId> _asked = [];
    readonly CancellationTokenSource _stopping = new();
    RequestClient<NodeMetadata, NodeMetadata>? _client;
    Action<HostEvent>? _observer;

    public static Props Props(INodeHost host, Func<NodeMetadata> self, Action<PeerShards> publish) =>
        Akka.Actor.Props.Create(() => new MetadataActor(host, self, publish));

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        var actor = Self;
        _client = host.CreateClient(MetadataProtocol.Protocol);
        _observer = occurred => actor.Tell(occurred, ActorRefs.NoSender);
        host.Serve(MetadataProtocol.Protocol, (peer, metadata, _) =>
        {
            // It is answered all the same, as js-waku answers before it reads.
            if (!ReferenceEquals(metadata, NodeMetadata.Unreadable))
                actor.Tell(new Heard(peer, metadata), ActorRefs.NoSender);
            return Task.FromResult(self());
        });
        host.Subscribe(_observer);
    }

    protected override void PostStop()
    {
        if (_observer is not null)
            host.Unsubscribe(_observer);
        host.RemoveHandler(MetadataProtocol.Id);
        _stopping.Cancel();
        _stopping.Dispose();
        _client?.Dispose();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case PeerConnected connected when host.IdentityOf(connected.Peer) is { } identity:
                Consider(connected.Peer, identity);
                break;
            case PeerConnected:
                break;
            case PeerIdentified identified:
                Consider(identified.Peer, identified.Identity);
                break;
            case PeerDisconnected disconnected:
                _asked.Remove(disconnected.Peer);
                Timers.Cancel(new Ask(disconnected.Peer));
                break;
            case Heard heard:
                AskAgain(heard.Peer, RefreshDelay);
                Judge(heard.Peer, heard.Metadata);
                break;
            case Silent silent:
                Log.Debug("{0} does not say its network: {1}", silent.Peer, silent.Reason);
                AskAgain(silent.Peer, RetryDelay);
                break;
            case Ask ask when _asked.Contains(ask.Peer):
                PipeToSelf(AskAsync(ask.Peer, _stopping.Token));
                break;
            case ShardsChanged:
                if (!Timers.IsTimerActive(AskAll.Instance))
                    Timers.StartSingleTimer(AskAll.Instance, AskAll.Instance, ShardsDelay);
                break;
            case AskAll:
                // js-waku never asks again by itself, and learns this node's shards from a question as from an answer.
                foreach (var peer in _asked)
                    PipeToSelf(AskAsync(peer, _stopping.Token));
                break;
            case Ask or Gone:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Consider(PeerId peer, PeerIdentity identity)
    {
        if (identity.Protocols.Contains(MetadataProtocol.Id, StringComparer.Ordinal) && _asked.Add(peer))
            PipeToSelf(AskAsync(peer, _stopping.Token));
    }

    void AskAgain(PeerId peer, TimeSpan delay)
    {
        if (_asked.Contains(peer))
            Timers.StartSingleTimer(new Ask(peer), new Ask(peer), delay);
    }

    void Judge(PeerId peer, NodeMetadata metadata)
    {
        var (ours, theirs) = (self().Cluster ?? 0, metadata.Cluster ?? 0);
        if (ours == theirs)
        {
            publish(new PeerShards(peer, theirs, metadata.Shards));
            return;
        }
        Log.Info("{0} is of cluster {1}, not {2}; it is disconnected", peer, theirs, ours);
        PipeToSelf(DisconnectAsync(peer));
    }

    async Task<object> AskAsync(PeerId peer, CancellationToken cancellation)
    {
        try
        {
            var answer = await _client!.RequestAsync(peer, self(), cancellation);
            return answer.IsAnswered ? new Heard(peer, answer.Response) : new Silent(peer, answer.Reason);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            return new Silent(peer, "This node stops.");
        }
    }

    async Task<Gone> DisconnectAsync(PeerId peer)
    {
        try
        {
            await host.DisconnectAsync(peer);
        }
        catch (Exception e) when (e is AskTimeoutException or ObjectDisposedException)
        {
            // The host stops, and the connection with it.
        }
        return new Gone();
    }

    /// <summary>This node's shards are others than before: connected peers are asked, and learn of it by the question.</summary>
    public sealed record ShardsChanged
    {
        public static readonly ShardsChanged Instance = new();
    }

    sealed record AskAll
    {
        public static readonly AskAll Instance = new();
    }

    sealed record Heard(PeerId Peer, NodeMetadata Metadata);

    sealed record Silent(PeerId Peer, string Reason);

    sealed record Ask(PeerId Peer);

    sealed record Gone;
}
