using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Filter;

/// <summary>Serves filter (12/WAKU2-FILTER): answers light clients and pushes the joined shards' messages to those who want them.</summary>
/// <remarks>
/// While somebody is subscribed, it receives messages from the gossip router itself, decoded already, and what this node publishes from the
/// <see cref="Sending.DeliveryRouterActor"/>. A message is encoded for all its subscribers at once.
/// Parent: <see cref="Hosting.NodeActor"/>, one-for-one, resume: a failure costs the request or the message that it was given; subscriptions stay.
/// After a restart of the node clients learn by their next ping that they have to subscribe again. Children: a <see cref="FilterPushActor"/> per
/// subscriber that something was pushed to, one-for-one, restart at once.
/// </remarks>
internal sealed class FilterActor : SupervisedActor, IWithTimers
{
    /// <summary>How often idle subscriptions are ended (Nim reference, <c>MaintainSubscriptionsInterval</c>).</summary>
    static readonly TimeSpan ExpireInterval = TimeSpan.FromMinutes(1);

    /// <summary>How long a request may wait for this actor.</summary>
    static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    readonly INodeHost _host;
    readonly IActorRef _relay;
    readonly FilterFeed _feed;
    readonly FilterSubscriptions _subscriptions;
    readonly FilterPushBudget _budget = new();
    readonly Dictionary<FilterSubscriber, IActorRef> _pushers = [];
    // At most as many as a network has shards.
    readonly Dictionary<PubsubTopic, string> _names = [];
    bool _isObserving;

    public FilterActor(INodeHost host, FilterServiceOptions options, IActorRef relay, FilterFeed feed) =>
        (_host, _relay, _feed, _subscriptions) = (host, relay, feed, new FilterSubscriptions(options));

    public static Props Props(INodeHost host, FilterServiceOptions options, IActorRef relay, FilterFeed feed) =>
        Akka.Actor.Props.Create(() => new FilterActor(host, options, relay, feed));

    public ITimerScheduler Timers { get; set; } = null!;

    // A pusher restarts also when it was killed: Akka would stop it.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Restart);

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(Filtering.Expire.Instance, Filtering.Expire.Instance, ExpireInterval);
        var (system, self) = (Context.System, Self);
        _host.Serve(FilterProtocol.Subscribe, (peer, request, cancellation) => AnswerAsync(system, self, peer, request, cancellation));
    }

    protected override void PostStop()
    {
        _host.RemoveHandler(FilterProtocol.SubscribeId);
        (_feed.Receiver, _feed.Subscribers) = (null, 0);
        if (_isObserving)
            _relay.Tell(new RelayTopics.Unobserve(Self));
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Gossip.Delivered { Decoded: RelayedMessage relayed } delivered:
                Push(relayed.PubsubTopic, relayed.Message.ContentTopic, relayed.Hash, delivered.Data);
                break;
            case RelayTopics.Seen seen:
                Push(NameOf(seen.Shard), seen.Message.ContentTopic, seen.Hash, seen.Encoded);
                break;
            case Filtering.Request request:
                var decision = _subscriptions.Handle(request.Peer, request.Body, Now);
                FilterMetrics.Requests.Add(1, decision.Answer.Status);
                Sender.Tell(decision.Answer);
                Update(decision.Ended);
                break;
            case Filtering.Expire:
                Update(_subscriptions.Expire(Now));
                break;
            case Filtering.List:
                Sender.Tell(new Filtering.Listed([.. _subscriptions.Subscribers.Select(static subscriber => new Filtering.Subscription(
                    subscriber.Peer, [.. subscriber.Criteria.Select(static criterion => (criterion.PubsubTopic, criterion.ContentTopic))]))]));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    static async Task<FilterSubscribeResponse> AnswerAsync(
        ActorSystem system, IActorRef self, PeerId peer, FilterSubscribeRequest request, CancellationToken cancellation)
    {
        try
        {
            return await system.AskAsync<FilterSubscribeResponse>(self, new Filtering.Request(peer, request), AnswerTimeout, cancellation);
        }
        catch (AskTimeoutException)
        {
            FilterMetrics.Requests.Add(1, FilterStatus.ServiceUnavailable);
            return new FilterSubscribeResponse
            {
                RequestId = request.RequestId,
                Status = FilterStatus.ServiceUnavailable,
                Description = "SERVICE_UNAVAILABLE: the service is overloaded",
            };
        }
    }

    void Push(string pubsubTopic, string contentTopic, MessageHash hash, ReadOnlyMemory<byte> encoded)
    {
        var subscribers = _subscriptions.Match(pubsubTopic, contentTopic, hash, Now);
        if (subscribers.Length == 0)
            return;
        var push = new Filtering.Push(Frame(encoded.Span, pubsubTopic));
        foreach (var subscriber in subscribers)
            PusherOf(subscriber).Tell(push);
    }

    static byte[] Frame(ReadOnlySpan<byte> message, string pubsubTopic)
    {
        var size = FilterCodec.SizeOfPush(message.Length, pubsubTopic);
        var frame = new byte[Varint.Length((ulong)size) + size];
        FilterCodec.WritePush(message, pubsubTopic, frame.AsSpan(Varint.Write(frame, (ulong)size)));
        return frame;
    }

    IActorRef PusherOf(FilterSubscriber subscriber)
    {
        if (!_pushers.TryGetValue(subscriber, out var pusher))
            _pushers.Add(subscriber, pusher = Context.ActorOf(FilterPushActor.Props(_host, subscriber.Peer, _budget)));
        return pusher;
    }

    void Update(IReadOnlyList<FilterSubscriber> ended)
    {
        foreach (var subscriber in ended)
        {
            if (_pushers.Remove(subscriber, out var pusher))
                Context.Stop(pusher);
        }
        _feed.Subscribers = _budget.Subscribers = _subscriptions.SubscriberCount;
        var isWanted = _subscriptions.SubscriberCount > 0;
        if (isWanted == _isObserving)
            return;
        _isObserving = isWanted;
        _feed.Receiver = isWanted ? Self : null;
        _relay.Tell(isWanted ? new RelayTopics.Observe(Self) : new RelayTopics.Unobserve(Self));
    }

    string NameOf(PubsubTopic shard)
    {
        if (!_names.TryGetValue(shard, out var name))
            _names.Add(shard, name = shard.ToString());
        return name;
    }
}
