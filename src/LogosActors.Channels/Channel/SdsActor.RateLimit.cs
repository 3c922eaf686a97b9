using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Actors.Tracing;

namespace LogosActors.Channels.Channel;

/// <summary>The way out through the actor of the current epoch.</summary>
internal sealed partial class SdsActor
{
    // What waits until the actor of its epoch has begun.
    readonly Queue<Transmission> _gate = new();
    IActorRef? _epochActor;
    long _epoch;
    EpochState _epochState;

    enum EpochState
    {
        None,
        Opening,
        Open,
        Closing,
    }

    void HandOut(Transmission transmission)
    {
        if (!_settings.Options.RateLimit.IsEnabled)
        {
            Context.Parent.Tell(transmission);
            return;
        }
        transmission = ChannelTrace.Begin(transmission, Spans.RateLimit, Time);
        if (_epochState is EpochState.Open && _epoch == transmission.Epoch)
        {
            _epochActor!.Tell(transmission);
            return;
        }
        _gate.Enqueue(transmission);
        if (_epochState is EpochState.None)
            Open(transmission.Epoch);
        else if (_epochState is EpochState.Open)
            Close();
    }

    void Open(long epoch)
    {
        (_epoch, _epochState) = (epoch, EpochState.Opening);
        Context.Parent.Tell(new Conversation.OpenEpoch(epoch));
    }

    void Close()
    {
        _epochState = EpochState.Closing;
        _epochActor!.Tell(Conversation.CloseEpoch.Instance);
    }

    void Began(Conversation.EpochBegan began)
    {
        if (began.Epoch != _epoch || _epochState is EpochState.None)
            return;
        var isAgain = _epochState is not EpochState.Opening;
        if (_epochState is EpochState.Closing)
        {
            _epochActor!.Tell(Conversation.CloseEpoch.Instance);
        }
        else
        {
            (_epochActor, _epochState) = (began.Actor, EpochState.Open);
            for (var left = _gate.Count; left > 0; left--)
                HandOut(_gate.Dequeue());
        }
        // It has lost what it had held back.
        if (isAgain)
            _machine.OfferUnsent(SteadyNow);
    }

    void Ended(Conversation.EpochEnded ended)
    {
        if (ended.Epoch != _epoch || _epochState is not (EpochState.Open or EpochState.Closing))
            return;
        (_epochActor, _epochState) = (null, EpochState.None);
        // What was held back comes first.
        Transmission[] waiting = [.. ended.Left, .. _gate];
        _gate.Clear();
        foreach (var transmission in waiting)
            _machine.OfferAgain(transmission, SteadyNow);
    }
}
