using System.Collections.Immutable;
using Akka.Actor;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Who wants which topic, and who validates it: what a <see cref="GossipsubPeersActor"/> was asked for. Immutable.</summary>
/// <remarks>Bounded by what the application asks for; no peer can add anything.</remarks>
internal sealed record TopicRegistrations
{
    static readonly ImmutableDictionary<string, ImmutableList<IActorRef>> NoSubscribers =
        ImmutableDictionary<string, ImmutableList<IActorRef>>.Empty.WithComparers(StringComparer.Ordinal);

    static readonly ImmutableDictionary<string, MessageValidator> NoValidators =
        ImmutableDictionary<string, MessageValidator>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>The subscribers of each topic that has any.</summary>
    public ImmutableDictionary<string, ImmutableList<IActorRef>> Subscribers { get; private init; } = NoSubscribers;

    /// <summary>The validators of topics, whether these have subscribers or not.</summary>
    public ImmutableDictionary<string, MessageValidator> Validators { get; private init; } = NoValidators;

    public TopicRegistrations Add(string topic, IActorRef subscriber)
    {
        var subscribers = Subscribers.GetValueOrDefault(topic, []);
        return subscribers.Contains(subscriber) ? this : this with { Subscribers = Subscribers.SetItem(topic, subscribers.Add(subscriber)) };
    }

    public TopicRegistrations Remove(string topic, IActorRef subscriber)
    {
        var left = Subscribers.GetValueOrDefault(topic, []).Remove(subscriber);
        return this with { Subscribers = left.IsEmpty ? Subscribers.Remove(topic) : Subscribers.SetItem(topic, left) };
    }

    public TopicRegistrations SetValidator(string topic, MessageValidator? validator) =>
        this with { Validators = validator is null ? Validators.Remove(topic) : Validators.SetItem(topic, validator) };

    public bool Contains(IActorRef subscriber) => Subscribers.Values.Any(subscribers => subscribers.Contains(subscriber));
}
