using LogosActors.Configuration;
using LogosActors.Configuration.Binding;

namespace LogosActors.Configuration.Tests;

public sealed class OptionsReferenceTests
{
    static readonly Dictionary<string, OptionsSetting> Settings =
        OptionsReference.Describe<OptionsBinderTests.Options>("node:actors").ToDictionary(setting => setting.Key, StringComparer.Ordinal);

    [Theory]
    [InlineData("node.actors.shutdown-timeout", "a duration such as 5s or 100 ms", "100 ms to 1 h", "5 s")]
    [InlineData("node.actors.maximum-message-size", "a size such as 64 KiB or 1 MB", "1 KiB to 1 MiB", "150 KiB")]
    [InlineData("node.actors.mode", "one of core, edge-node", null, "core")]
    [InlineData("node.actors.endpoint", "an absolute URI such as https://host:8080/", null, "null")]
    [InlineData("node.actors.limits.high", "a whole number", "1 or more", "10")]
    [InlineData("node.actors.seeds", "a list of a string", null, "[\"default\"]")]
    [InlineData("node.actors.peers", "a list of a group of the settings host, port", null, "[]")]
    [InlineData("node.actors.peers.<n>.port", "a whole number from 0 to 65535", null, "60000")]
    [InlineData("node.actors.named.<name>.host", "a string", null, null)]
    [InlineData("node.actors.pin", "a whole number", "1000 or more", null)]
    public void A_setting_is_listed_with_what_it_accepts_and_its_default(string key, string accepts, string? range, string? value) =>
        Assert.Equal((accepts, range, value), (Settings[key].Accepts, Settings[key].Range, Settings[key].Default));

    [Fact]
    public void A_group_is_listed_by_its_settings_only() => Assert.False(Settings.ContainsKey("node.actors.limits"));

    [Fact]
    public void The_explanation_is_the_summary_of_the_XML_documentation() => Assert.Equal(
        "The line, counted from 1; 0 when the whole file is meant (it does not exist, it is too large).",
        XmlSummaries.Of(typeof(HoconException).GetProperty(nameof(HoconException.Line))!));
}
