using LogosActors.Actors;
using LogosActors.Delivery.Relay;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Sending;

/// <summary>Takes care of one request that its first publish has not ended: retries, and confirmation by stores.</summary>
/// <remarks>
/// Parent: <see cref="SendsActor"/>, one-for-one, restart with backoff. A failure costs what was under way: it publishes or asks again. The
/// time-out still counts from when the request was taken.
/// </remarks>
/// <param name="send">The request.</param>
/// <param name="settings">What the parent works with.</param>
/// <param name="confirmation">Asks stores.</param>
/// <param name="outcome">What the first publish came to; null: not known.</param>
internal sealed class SendActor(OutgoingSend send, SendsSettings settings, ActorRef confirmation, PublishOutcome? outcome) : Actor
{
    readonly SendProgress _progress = new(settings.Options.Sending, send.Message.IsEphemeral, send.Accepted, send.IsPropagated);

    TimeSpan Now => settings.Sends.Now;

    bool CanConfirm => settings.Stores.CanAsk();

    protected override void PreStart() =>
        Run(outcome is { } known ? _progress.Published(known, CanConfirm, Now) : _progress.Begin(CanConfirm, Now));

    protected override void PostRestart(Exception reason) => Run(_progress.Begin(CanConfirm, Now));

    protected override void Receive(object message)
    {
        switch (message)
        {
            case Gossip.PublishedTagged published:
                Run(_progress.Published(published.Outcome, CanConfirm, Now));
                break;
            case Confirmation.Answer answer:
                Run(_progress.Answered(answer.Presence, Now));
                break;
            case Tick:
                Run(_progress.Tick(Now));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Run(SendEffects effects)
    {
        if (effects.HasFlag(SendEffects.Propagated))
            Context.Parent.Tell(new Sends.Propagated(send), Self);
        if (effects.HasFlag(SendEffects.Publish))
            settings.Router.Tell(new RelayTopics.Publish(send.Shard, send.Hash, send.Message, send, IsRepeat: true), Self);
        if (effects.HasFlag(SendEffects.Confirm))
            confirmation.Tell(new Confirmation.Ask(send.Hash), Self);
        if (effects.HasFlag(SendEffects.End))
            Context.Parent.Tell(new Sends.Ended(send, _progress.End), Self);
        if (_progress.End is not SendEnd.None)
            return;
        var wait = _progress.Wake - Now;
        Context.StartSingleTimer(Tick.Instance, Tick.Instance, wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
    }

    sealed record Tick
    {
        public static readonly Tick Instance = new();
    }
}
