using LogosActors.Configuration;
using Microsoft.Extensions.Configuration;

namespace LogosActors.Documentation.Tests;

public sealed class ConfigurationSamples
{
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
