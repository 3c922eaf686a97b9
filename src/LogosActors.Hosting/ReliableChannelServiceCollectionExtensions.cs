using LogosActors.Channels;
using LogosActors.Delivery;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LogosActors.Hosting;

/// <summary>Runs reliable channels inside ASP.NET Core or a .NET generic host.</summary>
public static class ReliableChannelServiceCollectionExtensions
{
    /// <summary>Adds a channel on the node of <c>AddLogosNode</c>: the host opens it when it starts, and closes it before the node stops.</summary>
    /// <inheritdoc cref="AddReliableChannel(IServiceCollection, string, Func{IServiceProvider, ReliableChannelOptions})"/>
    /// <param name="services">The application's services.</param>
    /// <param name="options">The channel.</param>
    public static IServiceCollection AddReliableChannel(this IServiceCollection services, ReliableChannelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return services.AddReliableChannel(options.ChannelId, _ => options);
    }

    /// <summary>Adds a channel whose options need other services, such as an <see cref="IEncryption"/>.</summary>
    /// <remarks>The channel is the <see cref="IReliableChannel"/> with its id as the key: <c>[FromKeyedServices("lobby")] IReliableChannel lobby</c>. It is
    /// there once the host has started; resolving it before raises <see cref="InvalidOperationException"/>. Handlers that must miss nothing are attached in
    /// <see cref="ReliableChannelOptions.Opening"/>.</remarks>
    /// <param name="services">The application's services.</param>
    /// <param name="channelId">Names the channel; the options name the same.</param>
    /// <param name="configure">Makes the options.</param>
    public static IServiceCollection AddReliableChannel(
        this IServiceCollection services, string channelId, Func<IServiceProvider, ReliableChannelOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(channelId);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddKeyedSingleton(channelId, (provider, _) => new ReliableChannelService(
            provider.GetRequiredService<MessagingNode>(), configure(provider) with { ChannelId = channelId }));
        services.AddKeyedSingleton<IReliableChannel>(channelId, static (provider, key) => provider.GetRequiredKeyedService<ReliableChannelService>(key).Channel);
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<ReliableChannelService>(channelId));
        return services;
    }
}
