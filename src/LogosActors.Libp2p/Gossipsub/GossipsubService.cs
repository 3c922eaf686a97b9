using System.Collections.Concurrent;
using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Publishes and receives messages of topics with the connected peers. For any number of threads.</summary>
/// <remarks>
/// It ends with its host. Streams are opened to every connected peer that speaks one of <see cref="GossipsubOptions.Protocols"/>.
/// <code>
/// var gossipsub = host.UseGossipsub(new GossipsubOptions());
/// await using var subscription = await gossipsub.SubscribeAsync("news");
/// await gossipsub.PublishAsync("news", "hello"u8.ToArray());
/// await foreach (var message in subscription.ReadAllAsync()) …
/// </code>
/// </remarks>
public sealed class GossipsubService
{
    /// <summary>How many messages wait to be read of one subscription, unless it says otherwise.</summary>
    public const int DefaultCapacity = 1024;

    static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);
    static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(2);
    static readonly TimeSpan EchoTimeout = TimeSpan.FromSeconds(1);

    readonly Libp2pHost _host;
    readonly ActorSystem _system;
    readonly IActorRef _peers;
    readonly Action<HostEvent> _observer;
    readonly ConcurrentDictionary<IActorRef, TopicSubscription> _subscriptions = new();

    internal GossipsubService(Libp2pHost host, ActorSystem system, GossipsubOptions options, IReadOnlyCollection<PeerId> directPeers)
    {
        (_host, _system) = (host, system);
        var environment = host.Environment;
        var settings = new GossipsubSettings { Options = options, Key = environment.Identity, DirectPeers = directPeers };
        var router = new Published<IActorRef>(ActorRefs.Nobody);
        var props = GossipsubPeersActor.Props(environment, host.Actor, options, GossipsubActor.Props(settings), router);
        var peers = _peers = system.ActorOf(props, UniqueName.Of(system, $"gossipsub-{host.PeerId}"));
        Topics = new GossipsubTopics(system, peers, host.PeerId, options.Limits) { Router = router };
        _observer = occurred => peers.Tell(occurred, ActorRefs.NoSender);
        host.Subscribe(_observer);
    }

    internal IActorRef Actor => _peers;

    /// <summary>The part of it that needs no host.</summary>
    internal GossipsubTopics Topics { get; }

    /// <summary>Receives the messages of a topic from now on.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="capacity">How many messages wait to be read; further ones are lost and counted. At least 1.</param>
    /// <exception cref="ArgumentException">The name is longer than <see cref="GossipsubLimits.TopicLength"/>.</exception>
    public async Task<TopicSubscription> SubscribeAsync(string topic, int capacity = DefaultCapacity)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        TopicSubscription? subscription = null;
        IActorRef? actor = null;
        subscription = new TopicSubscription(topic, capacity, () =>
        {
            _subscriptions.TryRemove(actor!, out _);
            return GossipsubTopics.StopAsync(actor!);
        });
        actor = await Topics.AddAsync(topic, subscription.Take);
        _subscriptions[actor] = subscription;
        return subscription;
    }

    /// <summary>Hands the messages of a topic to a receiver from now on; disposing the result ends it.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="receiver">Is given one message after the other, and hands on: what it has not taken yet waits in memory.</param>
    /// <exception cref="ArgumentException">The name is longer than <see cref="GossipsubLimits.TopicLength"/>.</exception>
    public async Task<IAsyncDisposable> SubscribeAsync(string topic, Action<PubsubMessage> receiver)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(receiver);
        return await Topics.SubscribeAsync(topic, receiver);
    }

    /// <summary>Lets a validator decide about the messages of a topic that come from now on; null: all are accepted.</summary>
    public void SetValidator(string topic, TopicValidator? validator)
    {
        ArgumentNullException.ThrowIfNull(topic);
        Topics.SetValidator(topic, validator);
    }

    /// <summary>Publishes data; it goes to the topic's peers, not to this host's own subscriptions.</summary>
    /// <param name="topic">The topic; the host need not be subscribed to it.</param>
    /// <param name="data">At most <see cref="GossipsubLimits.MessageSize"/>. It must not change before the answer.</param>
    /// <param name="cancellation">Stops waiting; the message may be on its way.</param>
    /// <exception cref="AskTimeoutException">The host has stopped, or is overloaded.</exception>
    public async Task<PublishOutcome> PublishAsync(string topic, ReadOnlyMemory<byte> data, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(topic);
        var answer = await Topics.Publisher.Ask<Gossip.Published>(new Gossip.Publish(topic, data), GossipsubTopics.AnswerTimeout, cancellation);
        return answer.Outcome;
    }

    /// <summary>P₅ (spec v1.1 §Peer Scoring): what the application thinks of a connected peer.</summary>
    public void SetApplicationScore(PeerId peer, double score)
    {
        ArgumentNullException.ThrowIfNull(peer);
        if (!double.IsFinite(score))
            throw new ArgumentOutOfRangeException(nameof(score), score, "A score is a finite number.");
        _peers.Tell(new Gossip.SetApplicationScore(peer, score), ActorRefs.NoSender);
    }

    /// <summary>Says how the host is connected for a topic.</summary>
    /// <exception cref="AskTimeoutException">The host has stopped, or is overloaded.</exception>
    public Task<TopicStatus> StatusAsync(string topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return Topics.StatusAsync(topic);
    }

    /// <summary>Serves a stream that a peer has opened.</summary>
    internal async Task ServeAsync(Connections.LibP2pStream stream, CancellationToken cancellation)
    {
        var inbound = new InboundGossip(stream);
        var isWellFormed = true;
        _peers.Tell(inbound, ActorRefs.NoSender);
        try
        {
            isWellFormed = await inbound.RunAsync(cancellation);
        }
        finally
        {
            _peers.Tell(new GossipsubPeersActor.InboundEnded(inbound, !isWellFormed), ActorRefs.NoSender);
            await inbound.Noted.WaitAsync(cancellation);
        }
    }

    /// <summary>Lets peers have what was published, for a bounded time, and stops.</summary>
    internal async Task StopAsync()
    {
        await DrainAsync();
        _host.Unsubscribe(_observer);
        foreach (var (actor, subscription) in _subscriptions)
        {
            subscription.Complete();
            _system.Stop(actor);
        }
        // A validator that does not return keeps its actor: that is left behind.
        await _system.StopAsync(_peers, StopTimeout);
    }

    async Task DrainAsync()
    {
        try
        {
            await _peers.Ask<Gossip.Drained>(Gossip.Drain.Instance, DrainTimeout);
        }
        catch (AskTimeoutException)
        {
            // A peer that does not read; the others have what is theirs.
        }
        // An echo comes after all that was written before it: with it a peer has read what was published.
        await Task.WhenAll(_host.Environment.Connected.Values.Select(EchoAsync));
    }

    async Task EchoAsync(PeerConnection connection)
    {
        var environment = _host.Environment;
        using var late = new CancellationTokenSource(EchoTimeout, environment.Time);
        try
        {
            await using var stream = await connection.OpenStreamAsync([Ping.PingProtocol.Protocol], environment, late.Token);
            await Ping.PingProtocol.PingAsync(stream, environment.Time, late.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // It has gone, or does not echo.
        }
    }
}
