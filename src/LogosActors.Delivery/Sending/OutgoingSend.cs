using System.Diagnostics;

namespace LogosActors.Delivery.Sending;

/// <summary>How far a request has come.</summary>
internal enum SendStage
{
    /// <summary>It is being written to the journal.</summary>
    Storing,

    /// <summary>Its message is published for the first time.</summary>
    Publishing,

    /// <summary>Its <see cref="SendProgress"/> says what is next: retries, and confirmation by stores.</summary>
    Kept,

    /// <summary>It has come to an end, which is being written to the journal.</summary>
    Ending,

    Ended,
}

/// <summary>A request to send, as the <see cref="SendsActor"/> keeps it. Others see it as an opaque tag.</summary>
internal sealed class OutgoingSend(Sends.Send send)
{
    public Sends.Send Send { get; private set; } = send;

    /// <summary>The time has stood still for the request.</summary>
    public void Shift(TimeSpan pause, TimeSpan now)
    {
        Send = Send with { Message = Send.Message with { Accepted = Send.Message.Accepted + pause } };
        Since = now;
        Progress?.Shift(pause, now);
    }

    public SendStage Stage { get; set; }

    /// <summary>Since when the message is being published for the first time.</summary>
    public TimeSpan Since { get; set; }

    /// <summary>Whether it has been said that the message has propagated.</summary>
    public bool IsPropagated { get; set; }

    /// <summary>What is next, for a request that its first publish has not ended.</summary>
    public SendProgress? Progress { get; set; }

    /// <summary>When time makes a difference to <see cref="Progress"/>.</summary>
    public TimeSpan Wake { get; set; }

    public SendEnd End { get; set; }

    /// <summary>The span of what is under way, when the request is traced.</summary>
    public Activity? Step { get; set; }

    /// <summary>What is written to the journal; null once it is written.</summary>
    public Stored.QueuedSend? ToStore { get; set; }

    /// <summary>The number of the event that has stored it; 0: it is not stored.</summary>
    public long SequenceNr { get; set; }

    /// <summary>Whether its sender has had a refusal in the meantime: it ends without a word.</summary>
    public bool IsRefused { get; set; }

    /// <summary>Why it could not be sent; null: it was sent.</summary>
    public string? Error(TimeSpan timeout) => End switch
    {
        SendEnd.Sent or SendEnd.Stored => null,
        SendEnd.NotStored => $"Peers have taken the message, and the stores that were asked in {timeout.TotalSeconds:0} s do not have it.",
        SendEnd.Refused => "The network does not take such a message.",
        SendEnd.Stopped => "The node was stopped before a peer had taken the message.",
        _ => $"No peer has taken the message in {timeout.TotalSeconds:0} s.",
    };
}
