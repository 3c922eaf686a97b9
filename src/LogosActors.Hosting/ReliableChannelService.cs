using LogosActors.Channels;
using LogosActors.Delivery;
using Microsoft.Extensions.Hosting;

namespace LogosActors.Hosting;

/// <summary>Ties a channel's life to its host's.</summary>
/// <param name="node">The node that it stands on.</param>
/// <param name="options">The channel.</param>
internal sealed class ReliableChannelService(MessagingNode node, ReliableChannelOptions options) : IHostedService
{
    ReliableChannel? _channel;

    /// <summary>The channel.</summary>
    /// <exception cref="InvalidOperationException">The host has not opened it yet.</exception>
    public IReliableChannel Channel => Volatile.Read(ref _channel)
        ?? throw new InvalidOperationException($"The channel '{options.ChannelId}' is not open yet: the host opens it when it starts.");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // In whatever order the services were added.
        await node.StartAsync(cancellationToken);
        Volatile.Write(ref _channel, await node.OpenChannelAsync(options, cancellationToken));
    }

    public Task StopAsync(CancellationToken cancellationToken) => Volatile.Read(ref _channel)?.CloseAsync(cancellationToken) ?? Task.CompletedTask;
}
