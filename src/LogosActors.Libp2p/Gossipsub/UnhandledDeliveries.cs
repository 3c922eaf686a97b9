using Akka.Actor;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Counts the bytes that were delivered to subscribers and wait in their mailboxes.</summary>
/// <remarks>
/// Behind every <see cref="MarkEvery"/> bytes each subscriber is sent an <see cref="Akka.Actor.Identify"/>, which every actor answers when it has handled
/// what came before: subscribers need to know nothing of it. One mark is under way at a time. Pure but for those.
/// </remarks>
internal sealed class UnhandledDeliveries
{
    /// <summary>How many bytes wait at most before peers are not read.</summary>
    /// <value>8 MiB.</value>
    public const long Most = 8 * 1024 * 1024;

    const long MarkEvery = 1024 * 1024;

    /// <summary>What a delivery takes beside its data: its objects, and its place in mailboxes.</summary>
    const int Overhead = 512;

    readonly HashSet<IActorRef> _unanswered = [];
    // To whom something was delivered since the last mark.
    readonly HashSet<IActorRef> _subscribers = [];
    IActorRef _self = ActorRefs.Nobody;
    long _mark;
    long _beforeMark;
    long _sinceMark;

    /// <summary>Whether so much waits that nothing more is to be taken from peers.</summary>
    public bool IsFull => _beforeMark + _sinceMark >= Most;

    /// <summary>A message was delivered.</summary>
    /// <param name="subscribers">To whom.</param>
    /// <param name="length">The length of its data.</param>
    /// <param name="self">Who is answered.</param>
    public void Delivered(List<IActorRef> subscribers, int length, IActorRef self)
    {
        _sinceMark += length + Overhead;
        foreach (var subscriber in subscribers)
        {
            if (!subscriber.IsNobody())
                _subscribers.Add(subscriber);
        }
        _self = self;
        if (_unanswered.Count == 0 && _sinceMark >= MarkEvery)
            SetMark();
    }

    /// <summary>A subscriber has handled what came before a mark; for one that has stopped Akka answers.</summary>
    public void Answered(ActorIdentity answer)
    {
        if (answer.MessageId is Mark mark && mark.Number == _mark)
            Gone(mark.Subscriber);
    }

    /// <summary>A subscriber has handled all, or never will.</summary>
    public void Gone(IActorRef subscriber)
    {
        if (!_unanswered.Remove(subscriber) || _unanswered.Count > 0)
            return;
        _beforeMark = 0;
        // While peers are not read nothing is delivered, and nobody else would see to it.
        if (_sinceMark >= MarkEvery)
            SetMark();
    }

    void SetMark()
    {
        _unanswered.UnionWith(_subscribers);
        _subscribers.Clear();
        (_beforeMark, _sinceMark) = (_unanswered.Count == 0 ? 0 : _sinceMark, 0);
        _mark++;
        foreach (var subscriber in _unanswered)
            subscriber.Tell(new Akka.Actor.Identify(new Mark(_mark, subscriber)), _self);
    }

    sealed record Mark(long Number, IActorRef Subscriber);
}
