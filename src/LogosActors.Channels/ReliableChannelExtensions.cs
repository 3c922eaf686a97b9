using LogosActors.Channels.Hosting;
using LogosActors.Delivery;
using Microsoft.Extensions.Logging;

namespace LogosActors.Channels;

/// <summary>Reliable channels over a node (RELIABLE-CHANNEL-API).</summary>
public static class ReliableChannelExtensions
{
    /// <summary>Opens a channel on a node. When it was open before, and its history was kept, it goes on where it was.</summary>
    /// <param name="node">The node, which is started and stays the caller's.</param>
    /// <param name="options">The channel.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ChannelOpenException">It cannot be opened.</exception>
    public static Task<ReliableChannel> OpenChannelAsync(
        this MessagingNode node, ReliableChannelOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(options);
        return ChannelDirectory.Of(node).OpenAsync(options, ownsNode: false, cancellation);
    }

    /// <summary>Starts a node and opens a channel on it; closing the channel stops the node.</summary>
    /// <param name="nodeOptions">The node.</param>
    /// <param name="options">The channel.</param>
    /// <param name="logs">Where the node logs; null: nowhere.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="NodeStartException">The node cannot be started.</exception>
    /// <exception cref="ChannelOpenException">The channel cannot be opened.</exception>
    public static async Task<ReliableChannel> OpenChannelAsync(
        NodeOptions nodeOptions, ReliableChannelOptions options, ILoggerFactory? logs = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(nodeOptions);
        ArgumentNullException.ThrowIfNull(options);
        var node = await MessagingNode.CreateAsync(nodeOptions, logs, cancellation: cancellation);
        try
        {
            await node.StartAsync(cancellation);
            return await ChannelDirectory.Of(node).OpenAsync(options, ownsNode: true, cancellation);
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a channel with the defaults (<c>createReliableChannel</c>).</summary>
    /// <param name="node">The node, which is started and stays the caller's.</param>
    /// <param name="channelId">Names the channel for all who take part in it.</param>
    /// <param name="contentTopic">Where its messages travel.</param>
    /// <param name="senderId">Names this participant.</param>
    /// <param name="encryption">Encrypts what is sent; null: it is plaintext.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ChannelOpenException">It cannot be opened.</exception>
    public static Task<ReliableChannel> CreateReliableChannelAsync(
        this MessagingNode node, string channelId, string contentTopic, string senderId, IEncryption? encryption = null,
        CancellationToken cancellation = default) =>
        node.OpenChannelAsync(
            new ReliableChannelOptions { ChannelId = channelId, ContentTopic = contentTopic, SenderId = senderId, Encryption = encryption }, cancellation);

    /// <summary>Closes a channel (<c>closeChannel</c>).</summary>
    public static Task CloseChannelAsync(this MessagingNode node, ReliableChannel channel, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return channel.CloseAsync(cancellation);
    }

    /// <summary>Sends a message in an open channel, or, without one, to all that are there.</summary>
    /// <param name="node">The node.</param>
    /// <param name="envelope">The message and its channel.</param>
    /// <param name="cancellation">Stops waiting for the answer.</param>
    /// <returns>The request, about which the channel raises events, or the node's when there is no channel; or why the message was not taken.</returns>
    public static async Task<Result<RequestId, ChannelSendError>> SendAsync(
        this MessagingNode node, ReliableEnvelope envelope, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(envelope);
        if (envelope.ChannelId.Length == 0)
        {
            var sent = await node.SendAsync(envelope.Message with { IsEphemeral = true }, cancellation);
            return sent.IsSuccess ? sent.Value : new ChannelSendError(ChannelSendErrorKind.NotSent, sent.Error.Message);
        }
        return await ChannelDirectory.Of(node).FindAsync(envelope.ChannelId) is not { } channel
            ? new ChannelSendError(ChannelSendErrorKind.NotOpen, $"The channel '{envelope.ChannelId}' is not open; call OpenChannelAsync first.")
            : envelope.Message.IsEphemeral
                ? await channel.SendEphemeralAsync(envelope.Message.Payload, cancellation)
                : await channel.SendAsync(envelope.Message.Payload, cancellation);
    }
}
