using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Receives and decides about messages of topics, by way of an actor that takes what <see cref="Gossip"/> has. For any number of
/// threads.</summary>
/// <param name="system">Where receivers run.</param>
/// <param name="actor">The actor of <see cref="Gossip"/>, or one that forwards to it.</param>
/// <param name="self">This node: who has sent what it publishes itself.</param>
/// <param name="limits">The actor's limits.</param>
public sealed class GossipsubTopics(ActorSystem system, IActorRef actor, PeerId self, GossipsubLimits limits)
{
    /// <summary>How long an answer is waited for.</summary>
    public static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Takes what <see cref="Gossip"/> has.</summary>
    public IActorRef Actor => actor;

    /// <summary>The last incarnation of the gossipsub actor itself; null: <see cref="Actor"/> is.</summary>
    public Published<IActorRef>? Router { get; init; }

    /// <summary>Whom to send what is published, without a detour.</summary>
    public IActorRef Publisher => Router is { Value: var router } && !router.IsNobody() ? router : actor;

    /// <inheritdoc cref="GossipsubService.SubscribeAsync(string, Action{PubsubMessage})"/>
    public async Task<IAsyncDisposable> SubscribeAsync(string topic, Action<PubsubMessage> receiver) =>
        new Subscription(await AddAsync(topic, receiver));

    /// <inheritdoc cref="GossipsubService.SetValidator"/>
    public void SetValidator(string topic, TopicValidator? validator)
    {
        MessageValidator? decide = validator is null
            ? null
            : (message, cancellation) => validator(
                new PubsubMessage(message.Topic, message.Data, message.ReceivedFrom?.Id ?? self, message.Author), cancellation);
        actor.Tell(new Gossip.SetValidator(topic, decide), ActorRefs.NoSender);
    }

    /// <summary>Makes the actor of a subscription, which ends with it.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="receiver">Called for each message, one after the other.</param>
    public async Task<IActorRef> AddAsync(string topic, Action<PubsubMessage> receiver)
    {
        var subscriber = system.ActorOf(TopicReceiverActor.Props(receiver));
        try
        {
            var answer = await system.AskAsync<Gossip.Subscribed>(actor, new Gossip.Subscribe(topic, subscriber), AnswerTimeout);
            return answer.IsAccepted
                ? subscriber
                : throw new ArgumentException($"A topic's name has {limits.TopicLength} bytes at most.", nameof(topic));
        }
        catch
        {
            system.Stop(subscriber);
            throw;
        }
    }

    /// <inheritdoc cref="GossipsubService.StatusAsync"/>
    public async Task<TopicStatus> StatusAsync(string topic)
    {
        var status = await system.AskAsync<Gossip.GetStatus.Status>(actor, new Gossip.GetStatus(topic), AnswerTimeout);
        return new TopicStatus(status.Peers, status.Subscribers.Count, status.Mesh) { SubscribedPeers = status.Subscribers, Scores = status.Scores };
    }

    /// <summary>Whether a connected peer has said what it is subscribed to.</summary>
    /// <param name="peer">The peer.</param>
    public async Task<bool> IsSubscribedAsync(PeerId peer) =>
        (await system.AskAsync<Gossip.GetPeerStatus.Status>(actor, new Gossip.GetPeerStatus(peer), AnswerTimeout)).IsSubscribed;

    /// <summary>Ends a subscription of <see cref="AddAsync"/>.</summary>
    /// <param name="subscriber">The subscription.</param>
    public static async ValueTask StopAsync(IActorRef subscriber) => await subscriber.GracefulStop(StopTimeout);

    sealed class Subscription(IActorRef subscriber) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => StopAsync(subscriber);
    }
}
