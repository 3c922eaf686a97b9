using LogosActors.Actors;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Who wants which topic, and who validates it. Outlives the incarnations of a <see cref="GossipsubActor"/>.</summary>
/// <remarks>Bounded by what the application asks for; no peer can add anything.</remarks>
internal sealed class TopicRegistrations
{
    readonly Dictionary<string, List<ActorRef>> _subscribers = new(StringComparer.Ordinal);
    readonly Dictionary<string, MessageValidator> _validators = new(StringComparer.Ordinal);

    /// <summary>The topics with subscribers.</summary>
    public IReadOnlyCollection<string> Topics => _subscribers.Keys;

    /// <summary>All subscribers; one of several topics comes several times.</summary>
    public IEnumerable<ActorRef> Subscribers => _subscribers.Values.SelectMany(subscribers => subscribers);

    public IReadOnlyList<ActorRef> SubscribersOf(string topic) => _subscribers.TryGetValue(topic, out var subscribers) ? subscribers : [];

    public bool Contains(string topic) => _subscribers.ContainsKey(topic);

    public MessageValidator? ValidatorOf(string topic) => _validators.GetValueOrDefault(topic);

    public void Add(string topic, ActorRef subscriber)
    {
        if (!_subscribers.TryGetValue(topic, out var subscribers))
            _subscribers.Add(topic, subscribers = []);
        if (!subscribers.Contains(subscriber))
            subscribers.Add(subscriber);
    }

    /// <returns>True when that was the topic's last subscriber.</returns>
    public bool Remove(string topic, ActorRef subscriber) =>
        _subscribers.TryGetValue(topic, out var subscribers) && subscribers.Remove(subscriber) && subscribers.Count == 0 && _subscribers.Remove(topic);

    public void SetValidator(string topic, MessageValidator? validator)
    {
        if (validator is null)
            _validators.Remove(topic);
        else
            _validators[topic] = validator;
    }
}
