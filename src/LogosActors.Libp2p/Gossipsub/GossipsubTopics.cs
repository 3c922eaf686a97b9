using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Receives and decides about messages of topics, by way of an actor that takes what <see cref="Gossip"/> has. For any number of
/// threads.</summary>
/// <param name="system">Where receivers run.</param>
/// <param name="actor">A <see cref="GossipsubActor"/>, or whoever hands on to one.</param>
/// <param name="self">This node: who has sent what it publishes itself.</param>
/// <param name="limits">The actor's limits.</param>
internal sealed class GossipsubTopics(ActorSystem system, IActorRef actor, PeerId self, GossipsubLimits limits)
{
    public static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    public IActorRef Actor => actor;

    /// <summary>The last incarnation of the <see cref="GossipsubActor"/> itself; null: <see cref="Actor"/> is.</summary>
    public Published<IActorRef>? Router { get; init; }

    /// <summary>Whom to send what is published, without a detour.</summary>
    public IActorRef Publisher => Router is { Value: var router } && !router.IsNobody() ? router : actor;

    /// <summary>As <see cref="GossipsubService.SubscribeAsync(string, Action{PubsubMessage})"/>.</summary>
    public async Task<IAsyncDisposable> SubscribeAsync(string topic, Action<PubsubMessage> receiver) =>
        new Subscription(await AddAsync(topic, receiver));

    /// <summary>As <see cref="GossipsubService.SetValidator"/>.</summary>
    public void SetValidator(string topic, TopicValidator? validator)
    {
        MessageValidator? decide = validator is null
            ? null
            : (message, cancellation) => validator(
                new PubsubMessage(message.Topic, message.Data, message.ReceivedFrom?.Id ?? self, message.Author), cancellation);
        actor.Tell(new Gossip.SetValidator(topic, decide), ActorRefs.NoSender);
    }

    /// <summary>Makes the actor of a subscription, which ends with it.</summary>
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

    /// <summary>As <see cref="GossipsubService.StatusAsync"/>.</summary>
    public async Task<TopicStatus> StatusAsync(string topic)
    {
        var status = await system.AskAsync<Gossip.GetStatus.Status>(actor, new Gossip.GetStatus(topic), AnswerTimeout);
        return new TopicStatus(status.Peers, status.Subscribers.Count, status.Mesh) { SubscribedPeers = status.Subscribers, Scores = status.Scores };
    }

    /// <summary>Whether a connected peer has said what it is subscribed to.</summary>
    public async Task<bool> IsSubscribedAsync(PeerId peer) =>
        (await system.AskAsync<Gossip.GetPeerStatus.Status>(actor, new Gossip.GetPeerStatus(peer), AnswerTimeout)).IsSubscribed;

    public static async ValueTask StopAsync(IActorRef subscriber) => await subscriber.GracefulStop(StopTimeout);

    sealed class Subscription(IActorRef subscriber) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => StopAsync(subscriber);
    }
}
