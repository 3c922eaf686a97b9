using System.Diagnostics;

namespace LogosActors.Actors.Embedded;

/// <summary>A message and its sender, as they wait in a mailbox.</summary>
internal readonly record struct Envelope(object Message, ActorRef? Sender);

/// <summary>What the host itself puts into a mailbox, in order with the messages: it is recognised by this sender.</summary>
/// <remarks>One comparison of references on the hot path tells a message from a signal.</remarks>
internal sealed class SignalSender : LocalRef
{
    public static readonly SignalSender Instance = new();

    public override string Name => "signal";

    public override string Path => "/signal";

    public override void Tell(object message, ActorRef? sender = null)
    {
    }

    public override void Notify(Terminated terminated)
    {
    }
}

/// <summary>A message together with the trace that it belongs to.</summary>
internal sealed record TracedMessage(object Message, ActorRef? Sender, ActivityContext Trace);

/// <summary>A timer of the actor itself has come due. Current only while the actor still knows this very object.</summary>
internal sealed class TimerSignal(object key, object message, bool periodic)
{
    public object Key { get; } = key;

    public object Message { get; } = message;

    public bool Periodic { get; } = periodic;

    public ITimer? Timer { get; set; }

    /// <summary>1 while the signal waits in the mailbox: a slow actor gets one tick, not a pile of them.</summary>
    public int Queued;
}

/// <summary>The receive time-out has elapsed.</summary>
internal sealed class ReceiveTimeoutSignal
{
    public static readonly ReceiveTimeoutSignal Instance = new();
}
