using System.Collections.Immutable;
using Akka.Actor;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Who wants which topic, and who validates it: what the owner of a gossipsub actor was asked for. Immutable.</summary>
/// <remarks>Bounded by what the application asks for; no peer can add anything.</remarks>
public sealed record TopicRegistrations
{
    static readonly ImmutableDictionary<string, ImmutableList<IActorRef>> NoSubscribers =
        ImmutableDictionary<string, ImmutableList<IActorRef>>.Empty.WithComparers(StringComparer.Ordinal);

    static readonly ImmutableDictionary<string, MessageValidator> NoValidators =
        ImmutableDictionary<string, MessageValidator>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>The subscribers of each topic that has any.</summary>
    public ImmutableDictionary<string, ImmutableList<IActorRef>> Subscribers { get; private init; } = NoSubscribers;

    /// <summary>The validators of topics, whether these have subscribers or not.</summary>
    public ImmutableDictionary<string, MessageValidator> Validators { get; private init; } = NoValidators;

    /// <summary>With another subscriber.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="subscriber">The subscriber.</param>
    public TopicRegistrations Add(string topic, IActorRef subscriber)
    {
        var subscribers = Subscribers.GetValueOrDefault(topic, []);
        return subscribers.Contains(subscriber) ? this : this with { Subscribers = Subscribers.SetItem(topic, subscribers.Add(subscriber)) };
    }

    /// <summary>Without a subscriber.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="subscriber">The subscriber.</param>
    public TopicRegistrations Remove(string topic, IActorRef subscriber)
    {
        var left = Subscribers.GetValueOrDefault(topic, []).Remove(subscriber);
        return this with { Subscribers = left.IsEmpty ? Subscribers.Remove(topic) : Subscribers.SetItem(topic, left) };
    }

    /// <summary>With another validator.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="validator">The validator; null: none.</param>
    public TopicRegistrations SetValidator(string topic, MessageValidator? validator) =>
        this with { Validators = validator is null ? Validators.Remove(topic) : Validators.SetItem(topic, validator) };

    /// <summary>Whether an actor is subscribed to anything.</summary>
    /// <param name="subscriber">The actor.</param>
    public bool Contains(IActorRef subscriber) => Subscribers.Values.Any(subscribers => subscribers.Contains(subscriber));
}
