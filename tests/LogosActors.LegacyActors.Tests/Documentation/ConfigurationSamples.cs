using LogosActors.Actors.Hosting;
using LogosActors.Configuration;
using LogosActors.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LogosActors.Actors.Tests.Documentation;

public sealed class ConfigurationSamples
{
    [Fact]
    public async Task A_host_is_configured_by_a_file()
    {
        using var folder = new TemporaryFolder().With("node.conf", "actors { throughput = 7, persistence.journal = memory }");
        var file = folder["node.conf"];
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        // sample: configure
        var configuration = new ConfigurationBuilder()
            .AddHoconFile(file)             // such as "config/node.conf"
            .AddLogosEnvironment()          // later sources override earlier ones
            .Build();
        builder.Services.AddActorSystem("app", configuration);      // throws OptionsException before anything starts
        // end sample
        using var host = builder.Build();
        await host.StartAsync();
        Assert.Equal(7, host.Services.GetRequiredService<ActorSystem>().Options.Throughput);
        await host.StopAsync();
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
