using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Lightpush;

/// <summary>Publishes what light clients push, and answers with the number of peers that it was sent to (19/WAKU2-LIGHTPUSH). For any number of threads.</summary>
/// <remarks>
/// A message takes the way of this node's own (<see cref="Sending.DeliveryRouterActor"/>): the same rules and validator decide about it, and it
/// reaches the node's subscribers, its archive and filter subscribers. The texts are those of the Nim reference.
/// </remarks>
internal sealed class LightpushService(ActorSystem system, IActorRef router, Autosharding network, int maxMessageSize, LightpushServiceOptions options)
{
    /// <summary>How long a message may take to be published, the application's validator included.</summary>
    static readonly TimeSpan PublishTimeout = TimeSpan.FromSeconds(8);

    static readonly object Tag = new();

    const string NotAvailable = "N/A";
    const int RememberedPublishes = 50_000;

    readonly TopicShards _shards = new(network);
    readonly Lock _gate = new();
    readonly LightpushAdmission _admission = new(options);
    readonly RecentPublishes _recent = new(RememberedPublishes);

    /// <summary>The largest message, encoded, in bytes.</summary>
    public int MaxMessageSize => maxMessageSize;

    /// <summary>Answers a push of version 3.</summary>
    public async Task<LightpushResponse> PushAsync(PeerId peer, LightpushRequest request, CancellationToken cancellation)
    {
        var response = await AnswerAsync(peer, request, cancellation);
        LightpushMetrics.Requests.Add(1, response.Status);
        return response;
    }

    /// <summary>Answers a push of version 2, which always names its pubsub topic.</summary>
    public async Task<LegacyLightpushResponse> PushLegacyAsync(PeerId peer, LightpushRequest request, CancellationToken cancellation)
    {
        var response = await AnswerAsync(peer, request with { PubsubTopic = request.PubsubTopic ?? "" }, cancellation);
        LightpushMetrics.LegacyRequests.Add(1, response.Status);
        return new LegacyLightpushResponse
        {
            RequestId = response.RequestId,
            IsSuccess = response.Status is LightpushStatus.Success,
            Info = response.Status switch
            {
                LightpushStatus.Success => "OK",
                LightpushStatus.TooManyRequests => "TOO_MANY_REQUESTS",
                LightpushStatus.NoPeersToRelay => "not_published_to_any_peer",
                _ => response.Description,
            },
        };
    }

    async Task<LightpushResponse> AnswerAsync(PeerId peer, LightpushRequest request, CancellationToken cancellation)
    {
        if (!IsAllowed(peer, request.Message.Length))
            return Refuse(NotAvailable, LightpushStatus.TooManyRequests, "Request rejected due to too many requests");
        if (request.Error is DecodeError.LimitExceeded)
            return Refuse(NotAvailable, LightpushStatus.InvalidMessage, TooLarge);
        if (request.Error is not DecodeError.None)
            return Refuse(NotAvailable, LightpushStatus.BadRequest, $"decode_rpc_failure: {request.Error}");
        // The reference's client reads no answer without a request id.
        var id = request.RequestId.Length == 0 ? NotAvailable : request.RequestId;
        if (request.Message.Length > maxMessageSize)
            return Refuse(id, LightpushStatus.InvalidMessage, TooLarge);
        if (!WakuMessageCodec.TryDecodeInPlace(request.Message, out var message, out var error))
            return Refuse(id, LightpushStatus.BadRequest, $"decode_rpc_failure: message: {error}");
        return FindShard(request, message, id, out var shard) ?? await PublishAsync(request, id, shard, message, cancellation);
    }

    LightpushResponse? FindShard(LightpushRequest request, WakuMessage message, string id, out PubsubTopic shard)
    {
        if (request.PubsubTopic is not { } topic)
        {
            if (options.RequiresPubsubTopic)
            {
                shard = default;
                return Refuse(id, LightpushStatus.InvalidMessage, "Pubsub topic must be specified when static sharding is enabled");
            }
            return _shards.TryFind(message.ContentTopic, out _, out shard, out var problem)
                ? null
                : Refuse(id, LightpushStatus.InvalidMessage, $"Invalid content-topic:{problem}");
        }
        if (string.IsNullOrWhiteSpace(topic))
        {
            shard = default;
            return Refuse(id, LightpushStatus.BadRequest, "topic must not be empty");
        }
        // Another spelling of a shard's topic would be another topic.
        return PubsubTopic.TryParse(topic, out shard) && shard.Cluster == network.Cluster && string.Equals(shard.ToString(), topic, StringComparison.Ordinal)
            ? null
            : Refuse(id, LightpushStatus.UnsupportedPubsubTopic, $"This node relays shards of cluster {network.Cluster}, not {topic}");
    }

    async Task<LightpushResponse> PublishAsync(
        LightpushRequest request, string id, PubsubTopic shard, WakuMessage message, CancellationToken cancellation)
    {
        var hash = MessageHash.Compute(shard.ToString(), message);
        bool isRepeat;
        uint peers;
        lock (_gate)
            isRepeat = _recent.TryFind(hash, Now, out peers);
        if (peers > 0)
            return Succeed(id, peers);
        Gossip.PublishedTagged published;
        try
        {
            var publish = new RelayTopics.Publish(shard, hash, message, Tag, isRepeat) { Encoded = request.Message, IsOwn = false };
            published = await system.AskAsync<Gossip.PublishedTagged>(router, publish, PublishTimeout, cancellation);
        }
        catch (AskTimeoutException)
        {
            return Refuse(id, LightpushStatus.InternalServerError, "The message was not published in time");
        }
        if (published.Outcome is PublishOutcome.Sent or PublishOutcome.NoPeers)
        {
            lock (_gate)
                _recent.Add(hash, (uint)published.PeerCount, Now);
        }
        return published.Outcome switch
        {
            PublishOutcome.Sent => Succeed(id, (uint)published.PeerCount),
            PublishOutcome.NoPeers => Refuse(id, LightpushStatus.NoPeersToRelay, "No peers for topic, skipping publish"),
            PublishOutcome.Congested => Refuse(id, LightpushStatus.ServiceNotAvailable, "The relay is congested"),
            PublishOutcome.TooLarge => Refuse(id, LightpushStatus.InvalidMessage, TooLarge),
            _ => Refuse(id, LightpushStatus.InvalidMessage, "The message fails the relay's validation"),
        };
    }

    bool IsAllowed(PeerId peer, int length)
    {
        lock (_gate)
            return _admission.IsAllowed(peer, length, Now);
    }

    TimeSpan Now => system.Scheduler.MonotonicClock;

    string TooLarge => $"Message size exceeded maximum of {maxMessageSize} bytes";

    static LightpushResponse Succeed(string id, uint peers) =>
        new() { RequestId = id, Status = LightpushStatus.Success, RelayPeerCount = peers };

    static LightpushResponse Refuse(string id, LightpushStatus status, string description) =>
        new() { RequestId = id, Status = status, Description = description };
}
