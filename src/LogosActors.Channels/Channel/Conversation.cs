using LogosActors.Delivery;
using LogosActors.Delivery.Messages;

namespace LogosActors.Channels.Channel;

/// <summary>What may be said to a <see cref="ChannelActor"/>.</summary>
internal static class Conversation
{
    /// <summary>Send a message; answered by <see cref="SendAnswer"/> when it is stored.</summary>
    public sealed record Send(RequestId Request, ReadOnlyMemory<byte> Payload, bool IsEphemeral);

    /// <summary>Whether the message is taken.</summary>
    public sealed record SendAnswer(Result<RequestId, ChannelSendError> Result);

    /// <summary>A message of the content topic has come.</summary>
    public sealed record Arrived(MessageHash Hash, ReadOnlyMemory<byte> Payload);

    /// <summary>How does the channel do? Answered by <see cref="ChannelStatus"/>.</summary>
    public sealed record GetStatus
    {
        public static readonly GetStatus Instance = new();
    }

    /// <summary>Which requests to send have not ended? Answered by a list of them.</summary>
    public sealed record GetUnfinished
    {
        public static readonly GetUnfinished Instance = new();
    }
}
