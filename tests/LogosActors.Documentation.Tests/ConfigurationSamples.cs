using LogosActors.Configuration;
using LogosActors.Delivery;
using LogosActors.Hosting;
using LogosActors.Postgres;
using LogosActors.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LogosActors.Documentation.Tests;

public sealed class ConfigurationSamples
{
    [Fact]
    public async Task A_host_is_configured_by_a_file()
    {
        using var folder = new TemporaryFolder().With(
            "node.conf", "logos { listen-addresses = [\"/ip4/127.0.0.1/tcp/0\"], max-message-size = 4 KiB }, akka.loglevel = WARNING");
        var file = folder["node.conf"];
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        // sample: configure
        var configuration = new ConfigurationBuilder()
            .AddHoconFile(file)             // such as "config/node.conf"
            .AddLogosEnvironment()          // later sources override earlier ones
            .Build();
        builder.Services.AddLogosNode(configuration);       // throws OptionsException before anything starts
        // end sample
        using var host = builder.Build();
        await host.StartAsync();
        Assert.Equal("4096", host.Services.GetRequiredService<MessagingNode>().GetNodeInfo("MaxMessageSize").Value);
        await host.StopAsync();
    }

    [Fact]
    public void A_journal_is_chosen()
    {
        var connectionString = "Host=localhost;Database=logos;Username=logos;Password=secret";
        // sample: journal
        var inDirectory = new NodeOptions { DataDirectory = "/var/lib/node" };              // SQLite, in journal.db
        var inDatabase = new NodeOptions().UsePostgresJournal(connectionString);            // LogosActors.Postgres: shared by any number of nodes
        var inMemory = new NodeOptions();                                                   // ends with the process
        // end sample
        Assert.Equal("/var/lib/node", inDirectory.DataDirectory);
        Assert.DoesNotContain("secret", $"{inDatabase}", StringComparison.Ordinal);
        Assert.Null(inMemory.Journal);
    }

    [Fact]
    public void Own_settings_are_a_record()
    {
        var configuration = new ConfigurationBuilder().AddHocon("shop { payment-timeout = 3s, largest-upload = 2 MiB }").Build();
        // sample: own-settings
        var settings = OptionsBinder.Bind<ShopSettings>(configuration, "shop");
        // end sample
        Assert.Equal((TimeSpan.FromSeconds(3), DataSize.FromMebibytes(2)), (settings.PaymentTimeout, settings.LargestUpload));
    }
}

// sample: own-record
/// <summary>What an operator may configure of the shop.</summary>
public sealed record ShopSettings
{
    /// <summary>How long a payment may take.</summary>
    [DurationRange("100 ms", "1 h")]
    public TimeSpan PaymentTimeout { get; init; } = TimeSpan.FromSeconds(30);       // the key payment-timeout

    /// <summary>The largest file that a customer may send.</summary>
    [SizeRange("1 KiB", "1 GiB")]
    public DataSize LargestUpload { get; init; } = DataSize.FromMebibytes(10);
}
// end sample
