using LogosActors.Delivery.Messages;
using LogosActors.Delivery.RateLimits;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Filter;

/// <summary>Who is subscribed to what at a filter service (12/WAKU2-FILTER). For one thread at a time.</summary>
/// <remarks>
/// Pure: requests and the time in, answers and ended subscriptions out. Matching a message costs two look-ups, however many subscribers there
/// are. A criterion takes about 130 bytes and its topics' text, once however many want it; with the defaults the whole is below 200 MB.
/// </remarks>
/// <param name="options">The limits.</param>
internal sealed class FilterSubscriptions(FilterServiceOptions options)
{
    const string NotAvailable = "N/A";
    const int RememberedPushes = 50_000;

    readonly Dictionary<PeerId, FilterSubscriber> _subscribers = [];
    readonly Dictionary<(string PubsubTopic, string ContentTopic), FilterCriterion> _criteria = new(CriterionComparer.Instance);
    readonly Dictionary<string, PubsubTopicUse> _pubsubTopics = new(StringComparer.Ordinal);
    readonly PeerRateLimiter? _requests = options.PeerLimit is { } limit ? new PeerRateLimiter(limit) : null;
    readonly PeerRateLimiter _sizes = new(new RateLimit((int)(options.PeerSizePerMinute.Bytes / 1024), TimeSpan.FromMinutes(1)));
    readonly RecentPushes _recent = new(RememberedPushes);
    readonly List<FilterSubscriber> _ended = [];

    /// <summary>The number of subscribers.</summary>
    public int SubscriberCount => _subscribers.Count;

    /// <summary>The number of different criteria.</summary>
    public int CriteriaCount => _criteria.Count;

    public IReadOnlyCollection<FilterSubscriber> Subscribers => _subscribers.Values;

    /// <summary>Answers a request.</summary>
    /// <param name="peer">The client.</param>
    /// <param name="request">A request that was decoded: only such a one counts against the client's rate.</param>
    /// <param name="now">The time, monotonic.</param>
    /// <returns>The answer, and the subscribers that have ended by it.</returns>
    public FilterDecision Handle(PeerId peer, FilterSubscribeRequest request, TimeSpan now)
    {
        _ended.Clear();
        var (status, description) = IsAllowed(peer, request, now)
            ? Decide(peer, request, now)
            : (FilterStatus.TooManyRequests, "filter request rejected due rate limit exceeded");
        var answer = new FilterSubscribeResponse
        {
            // The reference's client reads no answer without a request id.
            RequestId = status is FilterStatus.TooManyRequests || request.RequestId.Length == 0 ? NotAvailable : request.RequestId,
            Status = status,
            Description = description,
        };
        return new FilterDecision(answer, [.. _ended]);
    }

    /// <summary>Finds who is to get a message, and remembers that they have got it.</summary>
    public FilterSubscriber[] Match(string pubsubTopic, string contentTopic, MessageHash hash, TimeSpan now) =>
        _criteria.TryGetValue((pubsubTopic, contentTopic), out var criterion) ? _recent.Select(hash, criterion.Subscribers, now) : [];

    /// <summary>Ends the subscriptions of clients that were idle for too long.</summary>
    /// <returns>The subscribers that have ended.</returns>
    public IReadOnlyList<FilterSubscriber> Expire(TimeSpan now)
    {
        _ended.Clear();
        EndIdle(now);
        return [.. _ended];
    }

    bool IsAllowed(PeerId peer, FilterSubscribeRequest request, TimeSpan now) =>
        _requests?.TryTake(peer, now) != false && _sizes.TryTake(peer, now, 1 + (FilterCodec.SizeOf(request) / 1024));

    (FilterStatus Status, string Description) Decide(PeerId peer, FilterSubscribeRequest request, TimeSpan now)
    {
        if (_subscribers.TryGetValue(peer, out var subscriber) && IsIdle(subscriber, now))
        {
            End(subscriber);
            subscriber = null;
        }
        return request.Type switch
        {
            FilterRequestType.Subscribe => FindProblem(request) ?? Subscribe(peer, subscriber, request, now),
            FilterRequestType.Unsubscribe => FindProblem(request) ?? Unsubscribe(subscriber, request, now),
            FilterRequestType.UnsubscribeAll => UnsubscribeAll(subscriber),
            _ => Ping(subscriber, now),
        };
    }

    static (FilterStatus Status, string Description)? FindProblem(FilterSubscribeRequest request) => request switch
    {
        { PubsubTopic: null } or { ContentTopics.Count: 0 } =>
            (FilterStatus.BadRequest, "BAD_REQUEST: pubsubTopic and contentTopics must be specified"),
        { ContentTopics.Count: > FilterLimits.TopicsPerRequest } =>
            (FilterStatus.BadRequest, $"BAD_REQUEST: exceeds maximum content topics: {FilterLimits.TopicsPerRequest}"),
        _ => null,
    };

    static (FilterStatus Status, string Description) Ping(FilterSubscriber? subscriber, TimeSpan now)
    {
        if (subscriber is null)
            return NotFound;
        subscriber.LastSeen = now;
        return Success;
    }

    (FilterStatus Status, string Description) Subscribe(PeerId peer, FilterSubscriber? subscriber, FilterSubscribeRequest request, TimeSpan now)
    {
        if (subscriber is null)
        {
            if (_subscribers.Count >= options.MaxSubscribers)
                EndIdle(now);
            if (_subscribers.Count >= options.MaxSubscribers)
                return (FilterStatus.ServiceUnavailable, $"SERVICE_UNAVAILABLE: node has reached maximum number of subscriptions: {options.MaxSubscribers}");
        }
        var pubsubTopic = request.PubsubTopic!;
        // What it has already does not count again: a refresh near the limit succeeds.
        var added = request.ContentTopics.Distinct(StringComparer.Ordinal).Where(topic => !IsSubscribed(subscriber, pubsubTopic, topic)).ToList();
        if ((subscriber?.Criteria.Count ?? 0) + added.Count > options.MaxCriteria
            || (subscriber?.CriteriaLength ?? 0) + added.Sum(topic => pubsubTopic.Length + topic.Length) > options.MaxCriteriaLength)
        {
            return (FilterStatus.ServiceUnavailable, "SERVICE_UNAVAILABLE: peer has reached maximum number of filter criteria");
        }
        if (subscriber is null)
            _subscribers.Add(peer, subscriber = new FilterSubscriber(peer));
        subscriber.LastSeen = now;
        foreach (var contentTopic in added)
            Add(subscriber, pubsubTopic, contentTopic);
        return Success;
    }

    (FilterStatus Status, string Description) Unsubscribe(FilterSubscriber? subscriber, FilterSubscribeRequest request, TimeSpan now)
    {
        if (subscriber is null)
            return NotFound;
        var isFound = false;
        foreach (var contentTopic in request.ContentTopics)
        {
            if (!_criteria.TryGetValue((request.PubsubTopic!, contentTopic), out var criterion) || !criterion.IsWantedBy(subscriber))
                continue;
            isFound = true;
            subscriber.Criteria.Remove(criterion);
            Remove(subscriber, criterion);
        }
        if (!isFound)
            return NotFound;
        subscriber.LastSeen = now;
        if (subscriber.Criteria.Count == 0)
            End(subscriber);
        return Success;
    }

    (FilterStatus Status, string Description) UnsubscribeAll(FilterSubscriber? subscriber)
    {
        if (subscriber is null)
            return NotFound;
        End(subscriber);
        return Success;
    }

    bool IsSubscribed(FilterSubscriber? subscriber, string pubsubTopic, string contentTopic) =>
        subscriber is not null && _criteria.TryGetValue((pubsubTopic, contentTopic), out var criterion) && criterion.IsWantedBy(subscriber);

    void Add(FilterSubscriber subscriber, string pubsubTopic, string contentTopic)
    {
        if (!_criteria.TryGetValue((pubsubTopic, contentTopic), out var criterion))
        {
            if (!_pubsubTopics.TryGetValue(pubsubTopic, out var use))
                _pubsubTopics.Add(pubsubTopic, use = new PubsubTopicUse(pubsubTopic));
            use.Criteria++;
            criterion = new FilterCriterion(use.Name, contentTopic);
            _criteria.Add((use.Name, contentTopic), criterion);
        }
        criterion.Add(subscriber);
        subscriber.Criteria.Add(criterion);
        subscriber.CriteriaLength += criterion.Length;
    }

    void Remove(FilterSubscriber subscriber, FilterCriterion criterion)
    {
        subscriber.CriteriaLength -= criterion.Length;
        criterion.Remove(subscriber);
        if (criterion.Subscribers.Length > 0)
            return;
        _criteria.Remove((criterion.PubsubTopic, criterion.ContentTopic));
        if (--_pubsubTopics[criterion.PubsubTopic].Criteria == 0)
            _pubsubTopics.Remove(criterion.PubsubTopic);
    }

    void EndIdle(TimeSpan now)
    {
        // A dictionary may lose entries while it is enumerated.
        foreach (var subscriber in _subscribers.Values)
        {
            if (IsIdle(subscriber, now))
                End(subscriber);
        }
    }

    void End(FilterSubscriber subscriber)
    {
        foreach (var criterion in subscriber.Criteria)
            Remove(subscriber, criterion);
        subscriber.Criteria.Clear();
        _subscribers.Remove(subscriber.Peer);
        _ended.Add(subscriber);
    }

    bool IsIdle(FilterSubscriber subscriber, TimeSpan now) => now - subscriber.LastSeen >= options.IdleTimeout;

    static (FilterStatus Status, string Description) Success => (FilterStatus.Success, "OK");

    static (FilterStatus Status, string Description) NotFound => (FilterStatus.NotFound, "NOT_FOUND: peer has no subscriptions");

    /// <summary>A pubsub topic's name, held once for all its criteria.</summary>
    sealed class PubsubTopicUse(string name)
    {
        public string Name => name;

        public int Criteria { get; set; }
    }

    sealed class CriterionComparer : IEqualityComparer<(string PubsubTopic, string ContentTopic)>
    {
        public static readonly CriterionComparer Instance = new();

        public bool Equals((string PubsubTopic, string ContentTopic) one, (string PubsubTopic, string ContentTopic) other) =>
            string.Equals(one.ContentTopic, other.ContentTopic, StringComparison.Ordinal)
            && string.Equals(one.PubsubTopic, other.PubsubTopic, StringComparison.Ordinal);

        public int GetHashCode((string PubsubTopic, string ContentTopic) criterion) =>
            HashCode.Combine(criterion.PubsubTopic.GetHashCode(StringComparison.Ordinal), criterion.ContentTopic.GetHashCode(StringComparison.Ordinal));
    }
}

/// <summary>What a filter request leads to.</summary>
/// <param name="Answer">The answer to the client.</param>
/// <param name="Ended">The subscribers that are none any longer: nothing is pushed to them.</param>
internal readonly record struct FilterDecision(FilterSubscribeResponse Answer, IReadOnlyList<FilterSubscriber> Ended);
