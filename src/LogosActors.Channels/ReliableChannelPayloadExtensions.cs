using System.Text;
using System.Text.Json;
using LogosActors.Delivery;

namespace LogosActors.Channels;

/// <summary>Texts and values as messages of a channel.</summary>
public static class ReliableChannelPayloadExtensions
{
    /// <summary>Sends a text, in UTF-8.</summary>
    /// <inheritdoc cref="IReliableChannel.SendAsync"/>
    /// <param name="channel">The channel.</param>
    /// <param name="text">The text; not empty.</param>
    /// <param name="cancellation">Stops waiting for the answer; the message may be on its way.</param>
    public static Task<Result<RequestId, ChannelSendError>> SendTextAsync(this IReliableChannel channel, string text, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return channel.SendAsync(Encoding.UTF8.GetBytes(text), cancellation);
    }

    /// <summary>Sends a value, in JSON.</summary>
    /// <inheritdoc cref="IReliableChannel.SendAsync"/>
    /// <param name="channel">The channel.</param>
    /// <param name="value">The value.</param>
    /// <param name="options">How it is written; null: <see cref="JsonSerializerOptions.Web"/>.</param>
    /// <param name="cancellation">Stops waiting for the answer; the message may be on its way.</param>
    /// <exception cref="NotSupportedException">The type cannot be written.</exception>
    public static Task<Result<RequestId, ChannelSendError>> SendJsonAsync<T>(
        this IReliableChannel channel, T value, JsonSerializerOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return channel.SendAsync(JsonSerializer.SerializeToUtf8Bytes(value, options ?? JsonSerializerOptions.Web), cancellation);
    }
}
