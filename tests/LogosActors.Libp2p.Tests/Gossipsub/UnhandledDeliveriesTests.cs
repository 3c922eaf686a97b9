using Akka.Actor;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Libp2p.Tests.Gossipsub;

public sealed class UnhandledDeliveriesTests
{
    const int Length = 100_000;

    readonly UnhandledDeliveries _unhandled = new();
    readonly Subscriber _quick = new("quick");
    readonly Subscriber _slow = new("slow");

    [Fact]
    public void Peers_are_not_read_while_a_subscriber_has_too_much_to_handle_and_are_again_when_it_has_handled_it()
    {
        Assert.InRange(DeliverUntilFull(), UnhandledDeliveries.Most / Length / 2, (UnhandledDeliveries.Most / Length) + 1);

        Answer(_quick);
        Assert.True(_unhandled.IsFull);
        Answer(_slow);
        Assert.False(_unhandled.IsFull);
    }

    [Fact]
    public void Subscribers_that_handle_what_they_are_told_hold_up_nobody()
    {
        for (var i = 0; i < 10_000; i++)
        {
            _unhandled.Delivered([_quick, _slow, ActorRefs.Nobody], Length, ActorRefs.Nobody);
            Answer(_quick);
            Answer(_slow);
            Assert.False(_unhandled.IsFull);
        }
    }

    [Fact]
    public void What_was_delivered_behind_a_mark_is_waited_for_with_the_next_however_much_it_is()
    {
        DeliverUntilFull();
        _unhandled.Delivered([_quick, _slow], (int)UnhandledDeliveries.Most, ActorRefs.Nobody);

        Answer(_quick);
        Answer(_slow);
        Assert.True(_unhandled.IsFull);
        Answer(_slow);
        Answer(_quick);
        Assert.False(_unhandled.IsFull);
    }

    [Fact]
    public void A_subscriber_that_has_gone_is_not_waited_for()
    {
        DeliverUntilFull();
        Answer(_quick);
        Assert.True(_unhandled.IsFull);
        _unhandled.Gone(_slow);
        Assert.False(_unhandled.IsFull);
    }

    int DeliverUntilFull()
    {
        var delivered = 0;
        for (; !_unhandled.IsFull; delivered++)
            _unhandled.Delivered([_quick, _slow], Length, ActorRefs.Nobody);
        return delivered;
    }

    void Answer(Subscriber subscriber)
    {
        var asked = subscriber.Asked;
        subscriber.Asked = null;
        if (asked is not null)
            _unhandled.Answered(new ActorIdentity(asked.MessageId, subscriber));
    }

    sealed class Subscriber(string name) : MinimalActorRef
    {
        public Akka.Actor.Identify? Asked { get; set; }

        public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems) / name;

        public override IActorRefProvider Provider => throw new NotSupportedException();

        protected override void TellInternal(object message, IActorRef sender) => Asked = Assert.IsType<Akka.Actor.Identify>(message);
    }
}
