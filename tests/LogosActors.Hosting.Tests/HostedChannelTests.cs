using LogosActors.Channels;
using LogosActors.Delivery;
using LogosActors.Libp2p.Addresses;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LogosActors.Hosting.Tests;

/// <summary>Channels whose life is that of a host.</summary>
public sealed class HostedChannelTests
{
    static readonly ReliableChannelOptions Lobby = new() { ChannelId = "lobby", ContentTopic = "/test/1/lobby/proto", SenderId = "hosted" };

    [Fact]
    public async Task A_channel_is_opened_and_closed_with_its_host()
    {
        await using var other = await MessagingNode.CreateAsync(new NodeOptions { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] });
        await other.StartAsync();
        await using var theirs = await other.OpenChannelAsync(Lobby with { SenderId = "other" });
        using var host = HostOf(services => services.AddReliableChannel(Lobby), other.Addresses);

        await host.StartAsync();
        var channel = host.Services.GetRequiredKeyedService<IReliableChannel>("lobby");
        var sent = await channel.SendAndConfirmAsync("hello"u8.ToArray());
        await host.StopAsync();

        Assert.True(sent.IsSuccess, sent.Error?.Message);
        Assert.False(channel.IsOpen);
    }

    [Fact]
    public async Task The_options_of_a_channel_can_use_the_applications_services()
    {
        using var host = HostOf(services => services.AddSingleton("somebody").AddReliableChannel("lobby", static provider => Lobby with { SenderId = provider.GetRequiredService<string>() }), []);

        await host.StartAsync();

        Assert.Equal("somebody", host.Services.GetRequiredKeyedService<IReliableChannel>("lobby").SenderId);
        await host.StopAsync();
    }

    [Fact]
    public void A_channel_that_is_resolved_before_its_host_has_started_says_so()
    {
        using var host = HostOf(static services => services.AddReliableChannel(Lobby), []);

        var early = Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredKeyedService<IReliableChannel>("lobby"));

        Assert.Contains("when it starts", early.Message, StringComparison.Ordinal);
    }

    static IHost HostOf(Action<IServiceCollection> add, IReadOnlyList<Multiaddr> entryNodes)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        add(builder.Services);
        builder.Services.AddLogosNode(options => options with { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")], EntryNodes = [.. entryNodes] });
        return builder.Build();
    }
}
