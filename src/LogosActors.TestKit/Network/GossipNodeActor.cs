using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Hosting;

namespace LogosActors.TestKit.Network;

/// <summary>Owns the gossipsub router of a simulated node, as a host's does with connections of its own.</summary>
/// <remarks>
/// Parent: /user, which restarts it at once. Child: the <see cref="GossipsubActor"/>, one-for-one, restart with backoff 100 ms … 10 s. It
/// owns the subscriptions and validators, begins a restart with those of the last whole turn, and sends them to each incarnation of the child.
/// </remarks>
internal sealed class GossipNodeActor(GossipNode node, Props gossipsub, Published<TopicRegistrations> registrations) : SupervisedActor
{
    IActorRef _router = ActorRefs.Nobody;

    public static Props Props(GossipNode node, Props gossipsub)
    {
        var registrations = new Published<TopicRegistrations>(new TopicRegistrations());
        return Akka.Actor.Props.Create(() => new GossipNodeActor(node, gossipsub, registrations));
    }

    protected override SupervisorStrategy SupervisorStrategy() =>
        new BackoffStrategy(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));

    protected override void PreStart()
    {
        foreach (var subscriber in registrations.Value.Subscribers.Values.SelectMany(subscribers => subscribers))
            Context.Watch(subscriber);
        node.Router = _router = Context.ActorOf(gossipsub, "router");
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Gossip.Publish or Gossip.PublishTagged or Gossip.SetApplicationScore or Gossip.GetStatus or Gossip.GetPeerStatus or Gossip.Drain:
                _router.Forward(message);
                break;
            case Gossip.Subscribe subscribe:
                Context.Watch(subscribe.Subscriber);
                registrations.Value = registrations.Value.Add(subscribe.Topic, subscribe.Subscriber);
                _router.Forward(subscribe with { Validator = registrations.Value.Validators.GetValueOrDefault(subscribe.Topic) });
                break;
            case Gossip.Unsubscribe unsubscribe:
                _router.Forward(unsubscribe);
                Unsubscribe(unsubscribe.Topic, unsubscribe.Subscriber);
                break;
            case Gossip.SetValidator validator:
                _router.Forward(validator);
                registrations.Value = registrations.Value.SetValidator(validator.Topic, validator.Validator);
                break;
            case Terminated terminated:
                foreach (var topic in registrations.Value.Subscribers.Keys)
                    Unsubscribe(topic, terminated.ActorRef);
                break;
            case Gossip.Started:
                TellRegistrations();
                break;
            case Gossip.ConnectWanted:
                // Who is connected to whom is the test's choice.
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Unsubscribe(string topic, IActorRef subscriber)
    {
        registrations.Value = registrations.Value.Remove(topic, subscriber);
        if (!registrations.Value.Contains(subscriber))
            Context.Unwatch(subscriber);
    }

    void TellRegistrations()
    {
        foreach (var (topic, validator) in registrations.Value.Validators.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            _router.Tell(new Gossip.SetValidator(topic, validator), ActorRefs.NoSender);
        foreach (var (topic, subscribers) in registrations.Value.Subscribers.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            foreach (var subscriber in subscribers)
                _router.Tell(new Gossip.Subscribe(topic, subscriber), ActorRefs.NoSender);
        }
    }
}
