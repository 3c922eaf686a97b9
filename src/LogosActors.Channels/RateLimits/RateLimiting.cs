using LogosActors.Actors.Persistence;
using LogosActors.Channels.Dispatch;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Channels.RateLimits;

/// <summary>What is said to and by a <see cref="RateLimitActor"/> and its <see cref="RateLimitEpochActor"/>s, and what they store.</summary>
internal static class RateLimiting
{
    /// <summary>Send this when the limit allows it: then the dispatcher is told.</summary>
    public sealed record Offer(Transmission Transmission);

    /// <summary>Told to the channel: this is not sent.</summary>
    public sealed record Refused(Transmission Transmission);

    /// <summary>Told to the channel: this waits for a later epoch.</summary>
    /// <param name="Transmission">What waits.</param>
    /// <param name="Expected">When it is sent, if nothing changes.</param>
    public sealed record Delayed(Transmission Transmission, DateTimeOffset Expected);

    /// <summary>Told to the channel: the limit comes near.</summary>
    /// <param name="Used">How many messages of the epoch are used up.</param>
    /// <param name="EpochEnd">When the next epoch begins.</param>
    public sealed record Near(int Used, DateTimeOffset EpochEnd);

    /// <summary>How much is used up, and how much waits? Answered by <see cref="Status"/>.</summary>
    public sealed record GetStatus
    {
        public static readonly GetStatus Instance = new();
    }

    /// <summary>Where the limit stands.</summary>
    public sealed record Status(int Used, int Waiting);

    /// <summary>Told to an epoch's actor: how much is used up? Answered by <see cref="Opened"/>, which it also tells when it starts.</summary>
    public sealed record GetCount
    {
        public static readonly GetCount Instance = new();
    }

    /// <summary>How much of an epoch is used up.</summary>
    public sealed record Opened(long Epoch, int Used);

    /// <summary>Told to an epoch's actor: so many more are used up; answered by <see cref="Granted"/> when it is stored.</summary>
    public sealed record Take(int Count);

    /// <summary>It is stored.</summary>
    public sealed record Granted(long Epoch, int Count);

    /// <summary>Told to an epoch's actor: its time is over; it forgets its history, answers <see cref="Forgotten"/>, and stops.</summary>
    public sealed record Forget
    {
        public static readonly Forget Instance = new();
    }

    /// <summary>The history of an epoch is no more.</summary>
    public sealed record Forgotten(long Epoch);

    /// <summary>Event: an epoch has begun, and has a history.</summary>
    public sealed record EpochBegun(long Epoch);

    /// <summary>Event: the history of an epoch is no more.</summary>
    public sealed record EpochForgotten(long Epoch);

    /// <summary>Event of an epoch: so many more messages are used up.</summary>
    public sealed record MessagesTaken(int Count);

    const int NumberField = 1;

    public static void Register(EventSerialization.Builder builder) => builder
        .Add<EpochBegun>("channels.rate-limit.epoch-begun.v1", begun => Encode(begun.Epoch), bytes => new EpochBegun(Decode(bytes)))
        .Add<EpochForgotten>("channels.rate-limit.epoch-forgotten.v1", forgotten => Encode(forgotten.Epoch), bytes => new EpochForgotten(Decode(bytes)))
        .Add<MessagesTaken>("channels.rate-limit.messages-taken.v1", taken => Encode(taken.Count), bytes => new MessagesTaken(checked((int)Decode(bytes))));

    static ReadOnlyMemory<byte> Encode(long number)
    {
        var bytes = new byte[ProtobufWriter.SizeOfSInt64(NumberField, number)];
        new ProtobufWriter(bytes).SInt64(NumberField, number);
        return bytes;
    }

    static long Decode(ReadOnlyMemory<byte> bytes)
    {
        var reader = new ProtobufReader(bytes.Span);
        long? number = null;
        while (reader.Next())
        {
            if (reader.Field == NumberField)
                number = reader.SInt64();
        }
        return reader.Succeeded(out var error) && number is { } read ? read : throw new FormatException($"A stored number of a rate limit cannot be read: {error}.");
    }
}
