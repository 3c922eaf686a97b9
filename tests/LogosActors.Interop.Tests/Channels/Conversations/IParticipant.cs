namespace LogosActors.Interop.Tests.Channels.Conversations;

/// <summary>Somebody in a channel of a <see cref="SdsNetwork"/>.</summary>
internal interface IParticipant
{
    /// <summary>Its sender id.</summary>
    string Id { get; }

    /// <summary>The messages that its application was given, in order.</summary>
    IReadOnlyList<string> Delivered { get; }

    /// <summary>Its messages that others have, as it was told.</summary>
    IReadOnlyList<string> Acknowledged { get; }

    /// <summary>Sends content.</summary>
    /// <returns>The message's id, which is made of the content.</returns>
    Task<string> SendAsync(string content);

    /// <summary>Sends an ephemeral message.</summary>
    /// <returns>Likewise.</returns>
    Task<string> SendEphemeralAsync(string content);

    /// <summary>Brings it a message, or what looks like one.</summary>
    /// <param name="wire">The bytes.</param>
    /// <param name="hint">How the network knows the message.</param>
    Task ReceiveAsync(byte[] wire, byte[] hint);

    /// <summary>The messages that it has, in the channel's order.</summary>
    Task<IReadOnlyList<string>> LogAsync();

    /// <summary>Its messages that nobody has acknowledged.</summary>
    Task<IReadOnlyList<string>> OutgoingAsync();

    /// <summary>How many received messages wait for others.</summary>
    Task<int> WaitingAsync();
}
