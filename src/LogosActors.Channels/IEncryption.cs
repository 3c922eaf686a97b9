namespace LogosActors.Channels;

/// <summary>Encrypts what a channel sends, chunk by chunk, and decrypts what it receives (RELIABLE-CHANNEL-API §Encryption Hook).</summary>
/// <remarks>
/// Called by one thread at a time for each direction. Whatever it throws fails that one message, with an event; so does an answer that takes
/// longer than <see cref="ReliableChannelOptions.EncryptionTimeout"/>. What it adds to a chunk must leave room in the network's largest message.
/// </remarks>
public interface IEncryption
{
    /// <summary>Encrypts a chunk.</summary>
    /// <param name="content">The chunk, with its SDS message around it; valid until the answer.</param>
    /// <param name="cancellation">The channel is being closed, or it has taken too long.</param>
    ValueTask<ReadOnlyMemory<byte>> EncryptAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <summary>Decrypts a chunk, or throws when it is not for this channel or was changed.</summary>
    /// <param name="payload">What has come from the network: anything.</param>
    /// <param name="cancellation">The channel is being closed, or it has taken too long.</param>
    ValueTask<ReadOnlyMemory<byte>> DecryptAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation);
}
