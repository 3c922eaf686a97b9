using LogosActors.Delivery;
using LogosActors.Delivery.Messages;

namespace LogosActors.Channels.Sds;

/// <summary>What is said to and by an <see cref="SdsActor"/>, beside what the dispatcher and the rate limit say.</summary>
internal static class SdsConversation
{
    /// <summary>Somebody's message has come.</summary>
    /// <param name="Message">The message.</param>
    /// <param name="Dialect">What it was written in.</param>
    /// <param name="Hash">By which stores know what carried it.</param>
    public sealed record Received(SdsMessage Message, SdsDialect Dialect, MessageHash Hash);

    /// <summary>Told to the reassembly: a chunk has come for the first time. It may have to wait before <see cref="InOrder"/> is told.</summary>
    public sealed record Accepted(SdsMessage Message);

    /// <summary>Told to the reassembly: a chunk is due, after all that came before it; answered by <see cref="Taken"/>.</summary>
    /// <param name="Message">The chunk.</param>
    public sealed record InOrder(SdsMessage Message);

    /// <summary>Chunks are stored where they went, or their message was told.</summary>
    public sealed record Taken(IReadOnlyList<string> MessageIds);

    /// <summary>Chunks were rebuilt from others: they are not waited for.</summary>
    public sealed record Rebuilt(IReadOnlyList<string> MessageIds);

    /// <summary>Told to the channel: look for messages in stores.</summary>
    public sealed record Retrieve(IReadOnlyList<MessageHash> Hashes);

    /// <summary>How does it stand? Answered by <see cref="Status"/>.</summary>
    public sealed record GetStatus
    {
        public static readonly GetStatus Instance = new();
    }

    /// <summary>How it stands.</summary>
    public sealed record Status(int Requests, int Unacknowledged, int Waiting);
}
