using LogosActors.Channels.Channel;
using LogosActors.Channels.Dispatch;
using LogosActors.Channels.Hosting;
using LogosActors.Channels.RateLimits;
using LogosActors.Channels.Requests;
using LogosActors.Channels.Sds.Wire;
using LogosActors.Delivery.Messages;

namespace LogosActors.Channels.Sds;

internal sealed partial class SdsActor
{
    /// <summary>What an SDS message and a segment add to a chunk, at most, in bytes.</summary>
    const int ChunkOverhead = 512;

    string ChannelId => _channel.Options.ChannelId;

    /// <summary>Stores what has changed, then does what there is to do.</summary>
    void Settle()
    {
        var effects = new List<SdsEffect>();
        _rebuilt.Resolve(Now);
        while (_sds.TryTakeEffect(out var effect))
        {
            switch (effect.Kind)
            {
                case SdsEffectKind.Persist:
                    PersistAsync<object>(effect.Event!, static _ => { });
                    continue;
                case SdsEffectKind.Deliver when !effect.Message!.IsEphemeral:
                    // Until the reassembly has it.
                    _untaken[effect.Message.MessageId] = effect.Message;
                    break;
                case SdsEffectKind.Acknowledged:
                    _requests.Acknowledged(effect.MessageId!, _outcomes);
                    continue;
                case SdsEffectKind.GaveUp:
                    GiveUp(effect.MessageId!);
                    continue;
            }
            effects.Add(effect);
        }
        SettleRequests();
        if (effects.Count > 0)
            Defer(() => Run(effects));
        Schedule();
    }

    void GiveUp(string chunkId) => _requests.Failed(chunkId, SendFailure.NotAcknowledged, "Nobody has confirmed all of the message.", _outcomes);

    // What ends a request is stored after it was told: told again, perhaps, when the process is killed in between, and never not told.
    void SettleRequests()
    {
        foreach (var outcome in _outcomes)
        {
            switch (outcome)
            {
                case RequestOutcome.Advanced advanced:
                    Defer(() => _channel.Voice.Tell(new ReliableMessageProgress(ChannelId, advanced.Request, advanced.Chunks, advanced.Out, advanced.Confirmed)));
                    break;
                case RequestOutcome.Sent sent:
                    Defer(() => TellSent(sent));
                    break;
                case RequestOutcome.Delivered delivered:
                    Defer(() => TellDelivered(delivered));
                    break;
                case RequestOutcome.Failed failed:
                    Defer(() => TellFailed(failed));
                    break;
            }
        }
        _outcomes.Clear();
    }

    void Run(List<SdsEffect> effects)
    {
        List<MessageHash>? missing = null;
        foreach (var effect in effects)
        {
            switch (effect.Kind)
            {
                case SdsEffectKind.Transmit:
                    HandOut(effect.Message!, effect.Transmit, effect.Dialect);
                    break;
                case SdsEffectKind.Accepted:
                    Context.Parent.Tell(new SdsConversation.Accepted(effect.Message!), Self);
                    break;
                case SdsEffectKind.Deliver:
                    Context.Parent.Tell(new SdsConversation.InOrder(effect.Message!), Self);
                    break;
                case SdsEffectKind.Retrieve when effect.RetrievalHint.Length == MessageHash.Length:
                    (missing ??= []).Add(new MessageHash(effect.RetrievalHint.Span));
                    break;
                case SdsEffectKind.Lost:
                    _channel.Voice.Tell(new ChannelProblemFound(
                        ChannelId, ChannelProblem.MessageLost, $"Message {effect.MessageId} could not be found; what came after it is delivered."));
                    break;
            }
        }
        if (missing is not null)
            Context.Parent.Tell(new SdsConversation.Retrieve(missing), Self);
    }

    void HandOut(SdsMessage message, TransmitKind kind, SdsDialect dialect)
    {
        var priority = kind switch
        {
            TransmitKind.New => SendPriority.New,
            TransmitKind.Sync => SendPriority.Sync,
            TransmitKind.Ephemeral => SendPriority.Ephemeral,
            _ => SendPriority.Repair,
        };
        var id = message.MessageId;
        // Its time for acknowledgement begins when it is in the network.
        if (kind is TransmitKind.New)
            _sds.Postpone(id, Now + (long)LongestDispatch.TotalMilliseconds);
        Context.Parent.Tell(
            new Transmission(id, SdsCodec.Encode(message, dialect), priority, _requests.RequestOf(id))
            {
                // Parity is of no request, and comes after the chunks that it is of.
                IsFirst = kind is TransmitKind.New or TransmitKind.Ephemeral && _requests.IsFirst(id),
                IsEphemeral = kind is not (TransmitKind.New or TransmitKind.Retransmission),
            },
            Self);
    }

    void HandOutAgain()
    {
        foreach (var message in _sds.Outgoing)
        {
            if (_requests.IsWaiting(message.MessageId))
                HandOut(message, TransmitKind.New, SdsDialect.Specification);
        }
    }

    void TellSent(RequestOutcome.Sent sent)
    {
        _channel.Voice.TellOnce($"sent {sent.Request}", new ReliableMessageSent(ChannelId, sent.Request));
        if (!sent.IsEnd)
            PersistAsync(new SdsJournal.RequestSent(sent.Request), static _ => { });
    }

    void TellDelivered(RequestOutcome.Delivered delivered)
    {
        _channel.Voice.TellOnce($"end {delivered.Request}", new ReliableMessageDelivered(ChannelId, delivered.Request));
        PersistAsync(new SdsJournal.RequestEnded(delivered.Request), static _ => { });
    }

    void TellFailed(RequestOutcome.Failed failed)
    {
        if (failed.Failure is SendFailure.NotAcknowledged)
            _channel.Voice.TellOnce($"not delivered {failed.Request}", new ReliableMessageDeliveryError(ChannelId, failed.Request, failed.Error));
        _channel.Voice.TellOnce($"end {failed.Request}", new ReliableMessageSendError(ChannelId, failed.Request, failed.Failure, failed.Error));
        PersistAsync(new SdsJournal.RequestEnded(failed.Request), static _ => { });
    }

    void Schedule()
    {
        var next = _sds.NextDeadline;
        if (next == long.MaxValue || next == _scheduled)
            return;
        _scheduled = next;
        Context.StartSingleTimer(Due.Instance, Due.Instance, TimerWait.Of(TimeSpan.FromMilliseconds(next - Now)));
    }
}
