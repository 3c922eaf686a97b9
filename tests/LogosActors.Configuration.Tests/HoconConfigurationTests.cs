using LogosActors.Configuration;
using LogosActors.Tests;
using Microsoft.Extensions.Configuration;

namespace LogosActors.Configuration.Tests;

public sealed class HoconConfigurationTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    static IConfigurationBuilder Environment(IConfigurationBuilder builder, params (string Name, string Value)[] variables) =>
        builder.Add(new EnvironmentOverrideSource("LOGOS_", () => variables.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal)));

    [Fact]
    public void A_file_becomes_colon_separated_keys()
    {
        _folder.With("core.conf", "actors { shutdown-timeout = 5s, seeds = [a, b] }");
        var configuration = new ConfigurationBuilder().AddHoconFile(_folder["core.conf"]).Build();
        Assert.Equal("5s", configuration["actors:shutdown-timeout"]);
        Assert.Equal("b", configuration["actors:seeds:1"]);
    }

    [Fact]
    public void A_later_source_overrides_an_earlier_one() => Assert.Equal("2", new ConfigurationBuilder()
        .AddHocon("a { b = 1 }").AddHocon("a.b = 2").Build()["a:b"]);

    [Fact]
    public void A_missing_file_is_an_error_unless_it_is_optional()
    {
        new ConfigurationBuilder().AddHoconFile(_folder["none.conf"], optional: true).Build();
        var error = Assert.Throws<HoconException>(() => new ConfigurationBuilder().AddHoconFile(_folder["none.conf"]).Build());
        Assert.Equal($"{_folder["none.conf"]}: there is no such file.", error.Message);
    }

    [Fact]
    public void Every_key_has_the_place_where_it_was_written()
    {
        _folder.With("core.conf", "include \"base\"\nactors {\n  timeout = 5s\n}").With("base.conf", "actors.name = base\nactors.timeout = ${actors.name}");
        var configuration = new ConfigurationBuilder().AddHoconFile(_folder["core.conf"])
            .AddInMemoryCollection([KeyValuePair.Create("actors:memory", (string?)"x")]).Build();
        Assert.Equal($"{_folder["core.conf"]}:3:13", ConfigurationOrigins.Of(configuration, "actors:timeout").ToString());
        Assert.Equal($"{_folder["base.conf"]}:1:15", ConfigurationOrigins.Of(configuration, "actors:name").ToString());
        Assert.Equal("MemoryConfigurationProvider", ConfigurationOrigins.Of(configuration, "actors:memory").ToString());
        Assert.Null(ConfigurationOrigins.Of(configuration, "actors:none"));
    }

    [Fact]
    public void A_substituted_value_belongs_to_the_line_that_asks_for_it()
    {
        var configuration = new ConfigurationBuilder().AddHocon("a = 1\nb = ${a}", "x.conf").Build();
        Assert.Equal("x.conf:2:5", ConfigurationOrigins.Of(configuration, "b").ToString());
    }

    [Fact]
    public void An_environment_variable_overrides_a_setting()
    {
        var configuration = Environment(
            new ConfigurationBuilder().AddHocon("actors { shutdown-timeout = 1s }"),
            ("LOGOS_ACTORS__SHUTDOWN_TIMEOUT", "5s"), ("ACTORS__SHUTDOWN_TIMEOUT", "9s")).Build();
        Assert.Equal("5s", configuration["actors:shutdown-timeout"]);
        Assert.Equal("environment variable LOGOS_ACTORS__SHUTDOWN_TIMEOUT", ConfigurationOrigins.Of(configuration, "actors:shutdown-timeout").ToString());
    }

    [Fact]
    public void An_environment_variable_may_hold_an_array_or_an_object()
    {
        var configuration = Environment(new ConfigurationBuilder(), ("LOGOS_PEERS", "[a, b]"), ("LOGOS_X", "{ y-z { w = 1 } }")).Build();
        Assert.Equal("b", configuration["peers:1"]);
        Assert.Equal("1", configuration["x:y-z:w"]);
        Assert.NotNull(ConfigurationOrigins.Of(configuration, "x:y-z"));
    }

    [Fact]
    public void A_malformed_environment_variable_is_named() => Assert.StartsWith(
        "environment variable LOGOS_PEERS:1:", Assert.Throws<HoconException>(() =>
            Environment(new ConfigurationBuilder(), ("LOGOS_PEERS", "[a")).Build()).Message, StringComparison.Ordinal);
}
