using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Delivery.Discovery;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Peers;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Requests;

namespace LogosActors.Delivery.PeerExchange;

/// <summary>Asks connected peers for others while there are fewer service nodes than wanted (34/WAKU2-PEER-EXCHANGE).</summary>
/// <remarks>
/// Parent: <see cref="NodeActor"/>, one-for-one, restart with backoff. A failure costs the question under way and how long peers rest; a restart
/// learns from the host who is connected. Those that are named go to the <see cref="PeersActor"/>, which dials them.
/// </remarks>
/// <param name="node">What the node's actors share.</param>
/// <param name="peers">Takes <see cref="NodePeers.Discovered"/>.</param>
#pragma warning disable CA1001 // PostStop disposes of what it owns
internal sealed class PeerExchangeClientActor(NodeEnvironment node, IActorRef peers) : SupervisedActor, IWithTimers
#pragma warning restore CA1001
{
    /// <summary>How often is looked whether there are too few, beside when peers come and go.</summary>
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    readonly ServicePeers _peers = new(Context.System.Random(), node.Options.PeerExchangeNodes);
    readonly CancellationTokenSource _stopping = new();
    PeerExchangeClient _exchange = null!;
    RequestClient<PeerExchangeQuery, PeerExchangeResponse>? _client;
    ServicePeersFeed? _feed;

    public static Props Props(NodeEnvironment node, IActorRef peers) => Akka.Actor.Props.Create(() => new PeerExchangeClientActor(node, peers));

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        var options = node.Options;
        _exchange = new PeerExchangeClient(
            _peers, new CandidateFilter(options.Network.Cluster, node.RecordKey?.Id, options.Host.AllowPrivateAddresses), node.Host.PeerId);
        _client = node.Host.CreateClient(PeerExchangeProtocol.Protocol);
        _feed = new ServicePeersFeed(node.Host, PeerExchangeProtocol.Id, _peers, Self);
        Timers.StartPeriodicTimer(Look.Instance, Look.Instance, Interval);
    }

    protected override void PostStop()
    {
        _feed?.Dispose();
        _stopping.Cancel();
        _stopping.Dispose();
        _client?.Dispose();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Look:
                break;
            case Answered { Response: { } response }:
                foreach (var named in _exchange.Answered(response, Now))
                    peers.Tell(new NodePeers.Discovered(named.Peer, named.Addresses));
                break;
            case Answered unanswered:
                Log.Debug("{0} was asked for peers in vain: {1}", unanswered.Peer, unanswered.Reason);
                _exchange.Failed(Now);
                break;
            default:
                if (!_feed!.TryHandle(message))
                    Unhandled(message);
                break;
        }
        if (_exchange.Next(CountServiceNodes(), node.Options.TargetServicePeers, Now) is { } next)
            PipeToSelf(AskAsync(next, _stopping.Token));
    }

    int CountServiceNodes() =>
        node.Host.ConnectedPeers.Count(peer => node.Host.IdentityOf(peer) is { } identity && ServiceProtocols.AreOf(identity));

    async Task<Answered> AskAsync(PeerId peer, CancellationToken cancellation)
    {
        try
        {
            var result = await _client!.RequestAsync(peer, new PeerExchangeQuery { PeerCount = PeerExchangeClient.Wanted }, cancellation);
            return new Answered(peer, result.IsAnswered ? result.Response : null, result.IsAnswered ? "" : result.Reason);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            return new Answered(peer, Response: null, "This node stops.");
        }
    }

    sealed record Answered(PeerId Peer, PeerExchangeResponse? Response, string Reason) : INoSerializationVerificationNeeded;

    sealed record Look
    {
        public static readonly Look Instance = new();
    }
}
