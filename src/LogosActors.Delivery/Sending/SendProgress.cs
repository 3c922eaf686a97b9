using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Sending;

/// <summary>What is to be done about one request, in this order.</summary>
[Flags]
internal enum SendEffects
{
    None = 0,

    /// <summary>Report that the message has propagated; comes once.</summary>
    Propagated = 1,

    /// <summary>Publish the message, again if it was published before; the outcome goes to <see cref="SendProgress.Published"/>.</summary>
    Publish = 2,

    /// <summary>Ask stores whether they have the message; the answer goes to <see cref="SendProgress.Answered"/>.</summary>
    Confirm = 4,

    /// <summary>The request has ended; see <see cref="SendProgress.End"/>. Comes once, and nothing after it.</summary>
    End = 8,
}

/// <summary>How a request has ended.</summary>
internal enum SendEnd
{
    None,

    /// <summary>Peers have taken the message, and no store was asked, or has answered in time.</summary>
    Sent,

    /// <summary>A store has the message.</summary>
    Stored,

    /// <summary>No peer has taken the message in time.</summary>
    NoPeers,

    /// <summary>Peers have taken the message, and stores that were asked did not have it.</summary>
    NotStored,

    /// <summary>The network does not take such a message, now or later.</summary>
    Refused,

    /// <summary>The node was stopped first.</summary>
    Stopped,
}

/// <summary>What a store knows of a message.</summary>
internal enum Presence
{
    /// <summary>Stores have no time for the question: there are too many.</summary>
    Unasked,

    /// <summary>A store was asked, and does not have it.</summary>
    Absent,

    /// <summary>A store has it.</summary>
    Present,
}

/// <summary>Takes one request to its end: publish until peers take the message, ask stores until one has it (P2P-RELIABILITY
/// §Store-based reliability for publishing).</summary>
/// <remarks>
/// Pure: the caller hands in time, runs the effects and calls <see cref="Tick"/> at <see cref="Wake"/>. It ends once, at its
/// time-out at the latest.
/// </remarks>
/// <param name="options">Waits and time-out.</param>
/// <param name="isEphemeral">Whether stores do not keep the message, so that none is asked.</param>
/// <param name="accepted">When the request was taken: the time-out counts from it.</param>
/// <param name="isPropagated">Whether that was reported before.</param>
internal sealed class SendProgress(SendingOptions options, bool isEphemeral, TimeSpan accepted, bool isPropagated)
{
    /// <summary>How long to wait for the outcome of a publish before the message is published again: the actor that had it may have failed.</summary>
    public static readonly TimeSpan PublishAnswerWait = TimeSpan.FromSeconds(5);

    /// <summary>How long, beyond the interval of the queries, to wait for a store's answer before it is asked for again.</summary>
    public static readonly TimeSpan ConfirmAnswerWait = TimeSpan.FromSeconds(15);

    enum Phase
    {
        /// <summary>Wait for the outcome of a publish.</summary>
        Publishing,

        /// <summary>Wait until it is time to publish again.</summary>
        Waiting,

        /// <summary>Wait for a store's answer.</summary>
        Confirming,

        Ended,
    }

    TimeSpan _deadline = accepted + options.Timeout;
    Phase _phase = Phase.Waiting;
    TimeSpan _due = accepted;
    TimeSpan _wait = options.FirstRetryWait;
    bool _isPropagated = isPropagated;
    bool _isAbsent;

    /// <summary>How it has ended.</summary>
    public SendEnd End { get; private set; }

    /// <summary>When to call <see cref="Tick"/> next, if nothing else happens.</summary>
    public TimeSpan Wake => _due < _deadline ? _due : _deadline;

    /// <summary>Begins, or goes on after a failure has cost what was under way.</summary>
    /// <param name="canConfirm">Whether a store can be asked now.</param>
    /// <param name="now">The time.</param>
    public SendEffects Begin(bool canConfirm, TimeSpan now)
    {
        if (_phase is Phase.Ended)
            return SendEffects.None;
        return InTime(_isPropagated ? Settle(canConfirm, now) : Publish(now), now);
    }

    /// <summary>The time has stood still for the request: it was paused.</summary>
    /// <param name="pause">For how long.</param>
    /// <param name="now">The time; what was waited for is due.</param>
    public void Shift(TimeSpan pause, TimeSpan now)
    {
        if (_phase is Phase.Ended)
            return;
        (_deadline, _due, _wait) = (_deadline + pause, now, options.FirstRetryWait);
    }

    /// <summary>A publish has come to something.</summary>
    public SendEffects Published(PublishOutcome outcome, bool canConfirm, TimeSpan now)
    {
        var effects = _phase is Phase.Ended ? SendEffects.None : outcome switch
        {
            PublishOutcome.Sent or PublishOutcome.Duplicate => Propagate() | (_phase is Phase.Confirming ? SendEffects.None : Settle(canConfirm, now)),
            PublishOutcome.NoPeers or PublishOutcome.Congested when _phase is Phase.Confirming => SendEffects.None,
            PublishOutcome.NoPeers => WaitLonger(now),
            PublishOutcome.Congested => Wait(options.FirstRetryWait, now),
            _ => Finish(SendEnd.Refused),
        };
        return InTime(effects, now);
    }

    /// <summary>Nobody says that a publish has reached peers, and it may have: a store knows.</summary>
    public SendEffects PublishedPerhaps(bool canConfirm, TimeSpan now)
    {
        var effects = _phase is Phase.Ended or Phase.Confirming ? SendEffects.None : canConfirm && !isEphemeral ? Confirm(now) : WaitLonger(now);
        return InTime(effects, now);
    }

    /// <summary>A store was asked.</summary>
    public SendEffects Answered(Presence presence, TimeSpan now)
    {
        if (_phase is Phase.Ended)
            return SendEffects.None;
        _isAbsent |= presence is Presence.Absent;
        var effects = presence switch
        {
            Presence.Present => Propagate() | Finish(SendEnd.Stored),
            _ when _phase is not Phase.Confirming => SendEffects.None,
            Presence.Absent => Publish(now),
            _ when !_isPropagated => WaitLonger(now),
            // What a store lacks is not sent; it waits for a place again.
            _ => _isAbsent ? Confirm(now) : Finish(SendEnd.Sent),
        };
        return InTime(effects, now);
    }

    /// <summary>Time has passed.</summary>
    public SendEffects Tick(TimeSpan now)
    {
        if (_phase is Phase.Ended)
            return SendEffects.None;
        var effects = now < _due || now >= _deadline ? SendEffects.None : _phase is Phase.Confirming ? Confirm(now) : Publish(now);
        return InTime(effects, now);
    }

    /// <summary>Ends what has come to no end in time; other effects would come too late then.</summary>
    SendEffects InTime(SendEffects effects, TimeSpan now)
    {
        if (_phase is Phase.Ended || now < _deadline)
            return effects;
        return (effects & SendEffects.Propagated)
            | Finish(!_isPropagated ? SendEnd.NoPeers : _isAbsent ? SendEnd.NotStored : SendEnd.Sent);
    }

    SendEffects Propagate()
    {
        if (_isPropagated)
            return SendEffects.None;
        _isPropagated = true;
        return SendEffects.Propagated;
    }

    /// <summary>The message has propagated: what is left is a store's word, where one can be had.</summary>
    SendEffects Settle(bool canConfirm, TimeSpan now) =>
        isEphemeral || (!canConfirm && !_isAbsent) ? Finish(SendEnd.Sent) : Confirm(now);

    SendEffects Publish(TimeSpan now)
    {
        (_phase, _due) = (Phase.Publishing, now + PublishAnswerWait);
        return SendEffects.Publish;
    }

    SendEffects WaitLonger(TimeSpan now)
    {
        var wait = _wait;
        _wait = wait * 2 < options.LongestRetryWait ? wait * 2 : options.LongestRetryWait;
        return Wait(wait, now);
    }

    SendEffects Wait(TimeSpan wait, TimeSpan now)
    {
        (_phase, _due) = (Phase.Waiting, now + wait);
        return SendEffects.None;
    }

    SendEffects Confirm(TimeSpan now)
    {
        (_phase, _due) = (Phase.Confirming, now + options.ConfirmationInterval + ConfirmAnswerWait);
        return SendEffects.Confirm;
    }

    SendEffects Finish(SendEnd end)
    {
        (_phase, _due, End) = (Phase.Ended, TimeSpan.MaxValue, end);
        return SendEffects.End;
    }
}
