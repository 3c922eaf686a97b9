using Akka.Actor;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Archive;

/// <summary>What may be said to the <see cref="ArchiveWriterActor"/>, and what it says.</summary>
internal static class ArchiveWriter
{
    /// <summary>Keep a message that was validated. No answer.</summary>
    /// <param name="Hash">Its hash on its pubsub topic.</param>
    /// <param name="PubsubTopic">The topic that it travelled on.</param>
    /// <param name="Message">The message. One that is ephemeral is passed over.</param>
    /// <param name="IsLate">Whether it may be of any time up to now: another store had it.</param>
    public sealed record Keep(MessageHash Hash, string PubsubTopic, WakuMessage Message, bool IsLate = false) : INoSerializationVerificationNeeded;

    /// <summary>Asks how it goes; the answer is a <see cref="Status"/>.</summary>
    public sealed record GetStatus
    {
        public static readonly GetStatus Instance = new();
    }

    /// <summary>How it goes, since the actor's start.</summary>
    /// <param name="Waiting">Messages that wait or are being written.</param>
    /// <param name="WaitingBytes">What they take, about, in bytes.</param>
    /// <param name="Appended">Messages that were new to the archive.</param>
    /// <param name="Overflowed">Messages that were dropped because too many waited.</param>
    /// <param name="Refused">Messages that the database refused, each alone, while it took others.</param>
    /// <param name="OutOfTime">Messages whose timestamp was too far off.</param>
    /// <param name="Failure">Why the last write failed; null when it did not.</param>
    public sealed record Status(
        int Waiting, long WaitingBytes, long Appended, long Overflowed, long Refused, long OutOfTime, ArchiveFailure? Failure);

    /// <summary>Write what waits, then stop; what comes after this is passed over. The answer is <see cref="Finished"/>.</summary>
    public sealed record Finish
    {
        public static readonly Finish Instance = new();
    }

    /// <summary>The actor stops.</summary>
    /// <param name="Lost">How many messages could not be written in time.</param>
    public sealed record Finished(int Lost);

    internal sealed record Written(int Added);

    internal sealed record WriteFailed(ArchiveException Cause) : INoSerializationVerificationNeeded;

    internal sealed record Retained(Exception? Failure) : INoSerializationVerificationNeeded;

    internal sealed record WriteNow
    {
        public static readonly WriteNow Instance = new();
    }

    internal sealed record Retain
    {
        public static readonly Retain Instance = new();
    }

    internal sealed record GiveUp
    {
        public static readonly GiveUp Instance = new();
    }
}
