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

    /// <summary>Chunks of a message were rebuilt from others: they are not waited for, once what came before them has come.</summary>
    /// <param name="ChunkIds">The data chunks of the message, in order.</param>
    /// <param name="RebuiltIds">Those that were rebuilt.</param>
    public sealed record Rebuilt(IReadOnlyList<string> ChunkIds, IReadOnlySet<string> RebuiltIds);

    /// <summary>Told to the channel: look for messages in stores.</summary>
    public sealed record Retrieve(IReadOnlyList<MessageHash> Hashes);

    /// <summary>Told to the channel: it goes on where it was, and may have missed what was sent since.</summary>
    /// <param name="LastHeard">When something was stored last.</param>
    public sealed record Reopened(DateTimeOffset LastHeard);

    /// <summary>The reassembly has lost what it was told: all that it has not taken is told again, after <see cref="InStep"/>.</summary>
    public sealed record HandInAgain
    {
        public static readonly HandInAgain Instance = new();
    }

    /// <summary>Told to the reassembly: from here on it is told everything, in order.</summary>
    public sealed record InStep
    {
        public static readonly InStep Instance = new();
    }

    /// <summary>How does it stand? Answered by <see cref="Status"/>.</summary>
    public sealed record GetStatus
    {
        public static readonly GetStatus Instance = new();
    }

    /// <summary>How it stands.</summary>
    public sealed record Status(int Requests, int Unacknowledged, int Waiting);
}
