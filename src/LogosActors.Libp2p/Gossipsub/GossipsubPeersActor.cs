using System.Net;
using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Dialing;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Limits;
using LogosActors.Libp2p.Records;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Speaks gossipsub with every connected peer that does: over one stream that it opens, and one that the peer opens.</summary>
/// <remarks>
/// Parent: the root, which restarts it at once; its mailbox is kept. Child: the <see cref="GossipsubActor"/>, one-for-one, restart with
/// backoff 100 ms … 10 s. A failure costs all gossipsub streams and what the child loses with a restart. It owns the subscriptions and
/// validators, begins a restart with those of the last whole turn, and tells them to each incarnation of the child; then it opens streams
/// to all peers again.
/// </remarks>
internal sealed class GossipsubPeersActor(
    HostEnvironment environment, IActorRef host, GossipsubOptions options, Props gossipsub, Published<TopicRegistrations> registrations,
    Published<IActorRef> router)
    : SupervisedActor, IWithTimers
{
    /// <summary>How many offered peers are dialled at a time; further offers are passed over, others come with the next PRUNE.</summary>
    const int MaxDials = 16;

    const string RouterName = "router";

    static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    readonly string[] _protocols = [.. options.Protocols.Select(protocol => protocol.Id)];
    readonly Dictionary<PeerId, Peer> _peers = [];
    readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(environment.Stopping);
    CancellationToken _over;
    IActorRef _gossipsub = ActorRefs.Nobody;
    int _dials;

    public ITimerScheduler Timers { get; set; } = null!;

    /// <param name="environment">The host.</param>
    /// <param name="host">Its actor.</param>
    /// <param name="options">Protocols and limits.</param>
    /// <param name="gossipsub">How to make the child.</param>
    /// <param name="router">Where the child is published, so that what is published takes no detour.</param>
    public static Props Props(HostEnvironment environment, IActorRef host, GossipsubOptions options, Props gossipsub, Published<IActorRef> router)
    {
        var registrations = new Published<TopicRegistrations>(new TopicRegistrations());
        return Akka.Actor.Props.Create(() => new GossipsubPeersActor(environment, host, options, gossipsub, registrations, router));
    }

    protected override SupervisorStrategy SupervisorStrategy() =>
        new BackoffStrategy(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));

    protected override void PreStart()
    {
        _over = _ending.Token;
        foreach (var subscriber in registrations.Value.Subscribers.Values.SelectMany(subscribers => subscribers))
            Context.Watch(subscriber);
        _gossipsub = Context.Child(RouterName);
        if (_gossipsub.IsNobody())
            _gossipsub = Context.ActorOf(gossipsub, RouterName);
        router.Value = _gossipsub;
        foreach (var (peer, identity) in environment.Identified)
            Greet(peer, identity);
    }

    // The child is restarted, too, but not made anew: what is published to it meanwhile waits in its mailbox.
    protected override void PreRestart(Exception reason, object message) => PostStop();

    protected override void PostStop()
    {
        _ending.Cancel();
        _ending.Dispose();
        foreach (var peer in _peers.Values)
            peer.Inbound?.Reset();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Gossip.Publish or Gossip.PublishTagged or Gossip.SetApplicationScore or Gossip.GetStatus or Gossip.GetPeerStatus or Gossip.Drain:
                _gossipsub.Forward(message);
                break;
            case Gossip.Subscribe subscribe:
                Subscribe(subscribe);
                break;
            case Gossip.Unsubscribe unsubscribe:
                _gossipsub.Forward(unsubscribe);
                Unsubscribe(unsubscribe.Topic, unsubscribe.Subscriber);
                break;
            case Gossip.SetValidator validator:
                _gossipsub.Forward(validator);
                registrations.Value = registrations.Value.SetValidator(validator.Topic, validator.Validator);
                break;
            case Terminated terminated:
                // The child watches the subscriber, too.
                foreach (var topic in registrations.Value.Subscribers.Keys)
                    Unsubscribe(topic, terminated.ActorRef);
                break;
            case Gossip.Started:
                TellRegistrations();
                break;
            case PeerIdentified identified:
                Greet(identified.Peer, identified.Identity);
                break;
            case PeerDisconnected disconnected:
                Forget(disconnected.Peer);
                break;
            case HostEvent:
                break;
            case InboundGossip inbound:
                Take(inbound);
                break;
            case InboundEnded ended:
                End(ended);
                break;
            case Opened opened:
                Run(opened);
                break;
            case NotOpened failed:
                WaitForAnother(failed.Peer, failed.Reason);
                break;
            case LinkEnded ended:
                End(ended);
                break;
            case Reopen reopen when _peers.TryGetValue(reopen.Peer, out var peer):
                Open(reopen.Peer, peer);
                break;
            case Reopen or Host.Disconnected:
                break;
            case Gossip.ConnectWanted wanted:
                Dial(wanted);
                break;
            case DialResult:
                _dials--;
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Subscribe(Gossip.Subscribe subscribe)
    {
        var (topic, subscriber) = (subscribe.Topic, subscribe.Subscriber);
        if (!GossipsubRouter.MayJoin(topic, options.Limits))
        {
            Sender.Tell(new Gossip.Subscribed(topic, IsAccepted: false), Self);
            return;
        }
        Context.Watch(subscriber);
        registrations.Value = registrations.Value.Add(topic, subscriber);
        // With its validator, which the child may have lost by the time that it comes to this.
        _gossipsub.Forward(subscribe with { Validator = registrations.Value.Validators.GetValueOrDefault(topic) });
    }

    void Unsubscribe(string topic, IActorRef subscriber)
    {
        registrations.Value = registrations.Value.Remove(topic, subscriber);
        if (!registrations.Value.Contains(subscriber))
            Context.Unwatch(subscriber);
    }

    /// <summary>Tells a new incarnation of the child what it has to know.</summary>
    void TellRegistrations()
    {
        foreach (var (topic, validator) in registrations.Value.Validators)
            _gossipsub.Tell(new Gossip.SetValidator(topic, validator), ActorRefs.NoSender);
        foreach (var (topic, subscribers) in registrations.Value.Subscribers)
        {
            foreach (var subscriber in subscribers)
                _gossipsub.Tell(new Gossip.Subscribe(topic, subscriber), ActorRefs.NoSender);
        }
    }

    /// <summary>A peer has said which protocols it speaks.</summary>
    void Greet(PeerId id, PeerIdentity identity)
    {
        if (!identity.Protocols.Intersect(_protocols, StringComparer.Ordinal).Any())
            return;
        var peer = Find(id);
        if (peer.Link is not null)
            TellRecord(id, identity);
        else
            Open(id, peer);
    }

    Peer Find(PeerId id)
    {
        if (!_peers.TryGetValue(id, out var peer))
            _peers.Add(id, peer = new Peer());
        return peer;
    }

    void Open(PeerId id, Peer peer)
    {
        if (peer.IsOpening || peer.Link is not null || peer.IsUnwanted)
            return;
        peer.IsOpening = true;
        Timers.Cancel(new Reopen(id));
        PipeToSelf(OpenAsync(id));
    }

    async Task<object> OpenAsync(PeerId id)
    {
        try
        {
            if (!environment.Connected.TryGetValue(id, out var connection))
                return new NotOpened(id, ConnectionFailure.NotConnected);
            return new Opened(
                connection, await connection.OpenStreamAsync(_protocols, environment, _over));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return new NotOpened(id, (e as ConnectionException)?.Failure ?? ConnectionFailure.Lost);
        }
    }

    void Run(Opened opened)
    {
        var (connection, stream) = opened;
        var id = stream.RemotePeer;
        if (!_peers.TryGetValue(id, out var peer) || !peer.IsOpening || peer.Link is not null)
        {
            stream.Reset();
            return;
        }
        peer.IsOpening = false;
        var link = peer.Link = new StreamLink(_gossipsub, id, options.Limits, connection.Connection.Hold);
        peer.OpenedAt = environment.Now;
        var version = options.Protocols.First(protocol => string.Equals(protocol.Id, stream.Protocol, StringComparison.Ordinal)).Version;
        var direction = connection.IsDialer ? PeerDirection.Outbound : PeerDirection.Inbound;
        var address = IPAddress.TryParse(connection.Address?.Host, out var ip) ? InboundGate.KeyOf(ip) : null;
        _gossipsub.Tell(new Gossip.PeerConnected(id, link, version, direction, address), Self);
        if (environment.Identified.TryGetValue(id, out var identity))
            TellRecord(id, identity);
        peer.Inbound?.Feed(link, previous: null);
        PipeToSelf(WriteAsync(id, link, stream, _over));
    }

    static async Task<LinkEnded> WriteAsync(PeerId id, StreamLink link, LibP2pStream stream, CancellationToken over)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(over, link.Closing);
        try
        {
            var writing = link.WriteAsync(new ByteStream(stream), ending.Token);
            var watching = WatchAsync(stream, ending.Token);
            await Task.WhenAny(writing, watching);
            await ending.CancelAsync();
            await Task.WhenAll(writing, watching);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The stream is of no more use, whatever ended it.
        }
        await stream.DisposeAsync();
        return new LinkEnded(id, link);
    }

    /// <summary>Returns when a stream that only this side writes to was reset. Its other end may finish its own direction, and has nothing to say.</summary>
    static async Task WatchAsync(LibP2pStream stream, CancellationToken cancellation)
    {
        var ignored = new byte[64];
        while (await stream.ReadAsync(ignored, cancellation) > 0)
        {
        }
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
    }

    void Take(InboundGossip inbound)
    {
        var peer = Find(inbound.Peer);
        var previous = peer.Inbound;
        peer.Inbound = inbound;
        previous?.Reset();
        if (peer.IsUnwanted)
            inbound.Reset();
        else if (peer.Link is not null)
            inbound.Feed(peer.Link, previous?.Link == peer.Link ? previous : null);
        else
            // Who speaks gossipsub is spoken to, whether or not it has said who it is.
            Open(inbound.Peer, peer);
    }

    void End(InboundEnded ended)
    {
        ended.Inbound.Note();
        var id = ended.Inbound.Peer;
        if (_peers.TryGetValue(id, out var peer) && peer.Inbound == ended.Inbound)
        {
            peer.Inbound = null;
            RemoveIfGone(id, peer);
        }
        if (ended.IsMalformed)
        {
            Log.Debug("Gossipsub peer {Peer} is disconnected: its frames are malformed", id);
            host.Tell(new Host.Disconnect(id), Self);
        }
    }

    void End(LinkEnded ended)
    {
        _gossipsub.Tell(new Gossip.PeerDisconnected(ended.Peer, ended.Link), Self);
        if (!_peers.TryGetValue(ended.Peer, out var peer) || peer.Link != ended.Link)
            return;
        peer.Link = null;
        // What the peer has said over its stream belonged to the link. With a new link it has to say it again.
        peer.Inbound?.Reset();
        switch (ended.Link.Closed)
        {
            case DisconnectReason.MalformedRpc or DisconnectReason.Graylisted:
                peer.IsUnwanted = true;
                host.Tell(new Host.Disconnect(ended.Peer), Self);
                break;
            case DisconnectReason.TooManyPeers:
                peer.IsUnwanted = true;
                break;
            case DisconnectReason.Stopped:
                break;
            default:
                if (environment.Now - peer.OpenedAt > LongestWait)
                    peer.Failures = 0;
                WaitForAnother(ended.Peer, ConnectionFailure.Lost);
                break;
        }
    }

    /// <summary>Opens the stream again after a time, while the peer is connected and speaks gossipsub.</summary>
    void WaitForAnother(PeerId id, ConnectionFailure reason)
    {
        if (!_peers.TryGetValue(id, out var peer))
            return;
        peer.IsOpening = false;
        if (reason is ConnectionFailure.NegotiationFailed)
            return;
        if (!environment.Connected.ContainsKey(id))
        {
            RemoveIfGone(id, peer);
            return;
        }
        var wait = Math.Min(LongestWait.Ticks, FirstWait.Ticks << Math.Min(peer.Failures++, 20));
        Timers.StartSingleTimer(new Reopen(id), new Reopen(id), TimeSpan.FromTicks(wait));
    }

    /// <summary>Forgets a peer whose end was told before its last stream came.</summary>
    void RemoveIfGone(PeerId id, Peer peer)
    {
        if (!environment.Connected.ContainsKey(id) && peer is { Link: null, Inbound: null, IsOpening: false })
            _peers.Remove(id);
    }

    void Forget(PeerId id)
    {
        Timers.Cancel(new Reopen(id));
        if (!_peers.Remove(id, out var peer))
            return;
        peer.Inbound?.Reset();
        if (peer.Link is not null)
            _gossipsub.Tell(new Gossip.PeerDisconnected(id, peer.Link), Self);
    }

    void TellRecord(PeerId id, PeerIdentity identity)
    {
        if (!identity.SignedRecord.IsEmpty)
            _gossipsub.Tell(new Gossip.PeerRecordKnown(id, identity.SignedRecord), Self);
    }

    void Dial(Gossip.ConnectWanted wanted)
    {
        if (_dials == MaxDials || environment.Connected.ContainsKey(wanted.Peer))
            return;
        IReadOnlyList<Multiaddr> addresses = [];
        if (!wanted.SignedRecord.IsEmpty)
        {
            if (!PeerRecord.TryOpen(wanted.SignedRecord.Span, out var record, out var error) || record.PeerId != wanted.Peer)
            {
                Log.Debug("The record with which {Peer} was offered is no good: {Error}", wanted.Peer, error);
                return;
            }
            addresses = record.Addresses;
        }
        _dials++;
        var waiter = new TaskCompletionSource<DialResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Tell(new Host.Dial(wanted.Peer, addresses, waiter, AddressOrigin.Stranger), Self);
        PipeToSelf(waiter.Task);
    }

    sealed class Peer
    {
        /// <summary>The link, which lives as long as the stream that this side has opened; null while there is none.</summary>
        public StreamLink? Link { get; set; }

        /// <summary>The newest stream that the peer has opened.</summary>
        public InboundGossip? Inbound { get; set; }

        public bool IsOpening { get; set; }

        /// <summary>Whether the router does not want to hear of the peer while this connection lasts.</summary>
        public bool IsUnwanted { get; set; }

        public int Failures { get; set; }

        public TimeSpan OpenedAt { get; set; }
    }

    /// <summary>A stream that the peer had opened is read no more.</summary>
    public sealed record InboundEnded(InboundGossip Inbound, bool IsMalformed);

    sealed record Opened(PeerConnection Connection, LibP2pStream Stream);

    sealed record NotOpened(PeerId Peer, ConnectionFailure Reason);

    sealed record LinkEnded(PeerId Peer, StreamLink Link);

    sealed record Reopen(PeerId Peer);
}
