using Akka.Hosting;
using LogosActors.Configuration;
using LogosActors.Delivery;
using LogosActors.Delivery.Tests;
using LogosActors.Libp2p.Addresses;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Hosting.Tests;

public sealed class LogosNodeTests
{
    [Fact]
    public async Task A_node_starts_and_stops_with_its_host_as_the_configuration_says()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration.AddHocon("logos { listen-addresses = [\"/ip4/127.0.0.1/tcp/0\"], max-message-size = 4 KiB }");
        builder.Services.AddLogosNode(builder.Configuration);
        using var host = builder.Build();
        var node = host.Services.GetRequiredService<MessagingNode>();
        Assert.False(node.IsStarted);

        await host.StartAsync();

        Assert.True(node.IsStarted);
        Assert.Equal("4096", node.GetNodeInfo("MaxMessageSize").Value);
        await host.StopAsync();
        Assert.False(node.IsStarted);
    }

    [Fact]
    public async Task A_mistake_in_the_configuration_is_told_before_anything_starts()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration.AddHocon("logos.flush-timeout = 6 minutes", "node.conf");

        var e = Assert.Throws<OptionsException>(() => builder.Services.AddLogosNode(builder.Configuration));

        Assert.Contains("node.conf:1:23: logos.flush-timeout", e.Message, StringComparison.Ordinal);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_section_of_any_configuration_holds_the_settings_of_a_node()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Shop:Node:listen-addresses:0"] = "/ip4/127.0.0.1/tcp/0",
            ["Shop:Node:max-message-size"] = "4 KiB",
        });
        builder.Services.AddLogosNode(builder.Configuration.GetSection("Shop:Node"));
        using var host = builder.Build();

        await host.StartAsync();

        Assert.Equal("4096", host.Services.GetRequiredService<MessagingNode>().GetNodeInfo("MaxMessageSize").Value);
        await host.StopAsync();
    }

    [Fact]
    public void A_key_that_no_setting_has_is_an_error_in_a_section_too()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Shop:Node:max-conections"] = "10" }).Build();

        var e = Assert.Throws<OptionsException>(() => new ServiceCollection().AddLogosNode(configuration.GetSection("Shop:Node")));

        Assert.Contains("Shop.Node.max-conections: there is no such setting. Did you mean max-connections?", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_that_the_configuration_names_and_nothing_opens_says_what_to_do()
    {
        var configuration = new ConfigurationBuilder().AddHocon("logos.journal-database = \"Host=db;Password=secret\"").Build();
        using var services = new ServiceCollection().AddLogging().AddLogosNode(configuration).BuildServiceProvider();

        var e = Assert.Throws<InvalidOperationException>(services.GetRequiredService<MessagingNode>);

        Assert.Contains("AddLogosPostgres", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Wall_clock_times_are_those_of_the_hosts_clock(bool isInAnApplicationsSystem)
    {
        var clock = new FastClock(TimeSpan.FromDays(3_650));
        void Add(IServiceCollection services)
        {
            services.AddSingleton<TimeProvider>(clock);
            if (isInAnApplicationsSystem)
                services.AddAkka("app", static _ => { });
        }
        using var alice = Create(static options => options, Add);
        await alice.StartAsync();
        var node = alice.Services.GetRequiredService<MessagingNode>();
        using var bob = Create(options => options with { EntryNodes = [node.Addresses[0]] }, Add);
        await bob.StartAsync();
        await using var received = node.Messages().GetAsyncEnumerator();
        await node.SubscribeAsync([Topic]);

        Assert.True((await bob.Services.GetRequiredService<MessagingNode>().SendAsync(Text("from the future"))).IsSuccess);

        Assert.True(await received.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.InRange(received.Current.Timestamp!.Value, clock.GetUtcNow() - TimeSpan.FromMinutes(2), clock.GetUtcNow());
        await bob.StopAsync();
        await alice.StopAsync();
    }

    [Fact]
    public async Task A_node_without_peers_is_unhealthy_and_one_with_a_few_is_degraded()
    {
        using var host = Create(options => options);
        await host.StartAsync();
        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync(host)).Status);
        var node = host.Services.GetRequiredService<MessagingNode>();
        await using var events = node.Events().GetAsyncEnumerator();

        await using var other = await StartAsync(node);

        await events.NextAsync<ConnectionStatusChanged>(told => told.Status == ConnectionStatus.PartiallyConnected);
        var entry = await CheckAsync(host);
        Assert.Equal((HealthStatus.Degraded, 1), (entry.Status, entry.Data["peers"]));
        await host.StopAsync();
    }

    [Fact]
    public async Task Stopping_the_host_waits_for_the_messages_that_are_being_sent()
    {
        await using var other = await StartAsync();
        using var host = Create(options => options with { EntryNodes = [other.Addresses[0]] });
        await host.StartAsync();
        var node = host.Services.GetRequiredService<MessagingNode>();
        await other.SubscribeAsync([Topic]);
        await node.SubscribeAsync([Topic]);
        await node.HasPeersAsync(1);
        var sent = 0;
        node.MessageSent += (_, _) => Interlocked.Increment(ref sent);
        for (var number = 0; number < 20; number++)
            Assert.True((await node.SendAsync(Text($"{number}"))).IsSuccess);

        await host.StopAsync();

        Assert.Equal(20, Volatile.Read(ref sent));
    }

    [Fact]
    public async Task A_node_that_is_added_twice_is_added_once()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        for (var i = 0; i < 2; i++)
            builder.Services.AddLogosNode(options => options with { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] });
        using var host = builder.Build();

        await host.StartAsync();

        Assert.Single(host.Services.GetServices<IHostedService>().OfType<LogosNodeService>());
        Assert.NotEqual(HealthStatus.Healthy, (await CheckAsync(host)).Status);
        Assert.Same(host.Services.GetRequiredService<MessagingNode>(), host.Services.GetRequiredService<IMessagingNode>());
        await host.StopAsync();
    }

    [Fact]
    public async Task The_options_of_a_node_can_use_the_applications_services()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddSingleton(Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"));
        builder.Services.AddLogosNode(static (services, options) => options with { ListenAddresses = [services.GetRequiredService<Multiaddr>()] });
        using var host = builder.Build();

        await host.StartAsync();

        Assert.StartsWith("/ip4/127.0.0.1/tcp/", host.Services.GetRequiredService<MessagingNode>().Addresses[0].ToString(), StringComparison.Ordinal);
        await host.StopAsync();
    }

    static async Task<HealthReportEntry> CheckAsync(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries[LogosNodeServiceCollectionExtensions.HealthCheckName];

    static IHost Create(Func<NodeOptions, NodeOptions> configure, Action<IServiceCollection>? add = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        add?.Invoke(builder.Services);
        builder.Services.AddLogosNode(options => configure(options with { ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")] }));
        return builder.Build();
    }

    /// <summary>The machine's clock, ahead of it.</summary>
    sealed class FastClock(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
