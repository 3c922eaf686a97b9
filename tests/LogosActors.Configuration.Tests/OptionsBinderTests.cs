using System.Net;
using LogosActors.Configuration;
using Microsoft.Extensions.Configuration;

namespace LogosActors.Configuration.Tests;

public sealed class OptionsBinderTests
{
    public enum Mode { Core, EdgeNode }

    public sealed record Limits : IValidatedOptions
    {
        public static readonly Limits Shared = new();

        [NumberRange(1, 100)]
        public int Low { get; init; } = 1;

        [NumberRange(1)]
        public int High { get; init; } = 10;

        public IEnumerable<string> Validate()
        {
            if (Low > High)
                yield return $"low ({Low}) may not exceed high ({High}).";
        }
    }

    public sealed record Peer
    {
        public required string Host { get; init; }

        public ushort Port { get; init; } = 60000;
    }

    public sealed record Options
    {
        [DurationRange("100ms", "1h")]
        public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(5);

        [SizeRange("1 KiB", "1 MiB")]
        public DataSize MaximumMessageSize { get; init; } = DataSize.FromKibibytes(150);

        public bool Enabled { get; init; } = true;

        public Mode Mode { get; init; }

        public string Name { get; init; } = "node";

        public string? Alias { get; init; } = "alias";

        public int? Shards { get; init; } = 8;

        public double Factor { get; init; } = 1.5;

        public Uri? Endpoint { get; init; }

        public IPAddress Address { get; init; } = IPAddress.Loopback;

        public Limits Limits { get; init; } = Limits.Shared;

        public IReadOnlyList<string> Seeds { get; init; } = ["default"];

        public Mode[] Modes { get; init; } = [];

        public IReadOnlyList<Peer> Peers { get; init; } = [];

        public IReadOnlyDictionary<string, Peer> Named { get; init; } = new Dictionary<string, Peer>(StringComparer.Ordinal);

        [SecretSetting]
        [NumberRange(1000)]
        public int Pin { get; init; } = 1000;

        public int Computed => Limits.High;
    }

    static IConfigurationRoot Configuration(params string[] layers) => layers
        .Aggregate((IConfigurationBuilder)new ConfigurationBuilder(), (builder, text) => builder.AddHocon(text, "core.conf")).Build();

    static Options Bind(params string[] layers) => OptionsBinder.Bind<Options>(Configuration(layers), "actors");

    static IReadOnlyList<OptionsProblem> Problems(params string[] layers) => Assert.Throws<OptionsException>(() => Bind(layers)).Problems;

    static void Fails(string text, string problem) => Assert.Contains(problem, Assert.Single(Problems(text)).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Nothing_configured_is_the_defaults()
    {
        var options = Bind("");
        Assert.Equal((TimeSpan.FromSeconds(5), "alias", 8, Limits.Shared), (options.ShutdownTimeout, options.Alias, options.Shards, options.Limits));
        Assert.Equal(["default"], options.Seeds);
    }

    [Fact]
    public void Every_type_of_setting_is_bound()
    {
        var options = Bind("""
            actors {
              shutdown-timeout = 10 s, maximum-message-size = 64 KiB, enabled = off, mode = edge-node, name = my node
              alias = null, shards = null, factor = 2.5, endpoint = "https://host:8080/", address = 10.0.0.1
              limits { low = 3 }, seeds = [a, b], modes = [edge-node, core]
              peers = [ { host = h1 }, { host = h2, port = 1 } ]
              named { first { host = h3 } }
            }
            """);
        Assert.Equal((TimeSpan.FromSeconds(10), DataSize.FromKibibytes(64), false, Mode.EdgeNode, "my node"),
            (options.ShutdownTimeout, options.MaximumMessageSize, options.Enabled, options.Mode, options.Name));
        Assert.Equal((null, null, 2.5, new Uri("https://host:8080/"), IPAddress.Parse("10.0.0.1")),
            (options.Alias, options.Shards, options.Factor, options.Endpoint, options.Address));
        Assert.Equal((3, 10), (options.Limits.Low, options.Limits.High));
        Assert.Equal(["a", "b"], options.Seeds);
        Assert.Equal([Mode.EdgeNode, Mode.Core], options.Modes);
        Assert.Equal([new Peer { Host = "h1" }, new Peer { Host = "h2", Port = 1 }], options.Peers);
        Assert.Equal(new Peer { Host = "h3" }, options.Named["first"]);
    }

    [Fact]
    public void Shared_defaults_are_copied_not_changed()
    {
        Bind("actors.limits.low = 5");
        Assert.Equal(1, Limits.Shared.Low);
    }

    [Fact]
    public void Defaults_may_be_given()
    {
        var preset = new Options { Name = "preset", Limits = new Limits { High = 50 } };
        var options = OptionsBinder.Bind(Configuration("actors.limits.low = 20"), "actors", preset);
        Assert.Equal(("preset", 20, 50, 1), (options.Name, options.Limits.Low, options.Limits.High, preset.Limits.Low));
    }

    [Fact]
    public void The_whole_configuration_may_be_bound() =>
        Assert.Equal(2, OptionsBinder.Bind<Limits>(Configuration("low = 2"), "").Low);

    [Theory]
    [InlineData("true", true)]
    [InlineData("yes", true)]
    [InlineData("on", true)]
    [InlineData("false", false)]
    [InlineData("no", false)]
    [InlineData("off", false)]
    public void A_boolean_is_one_of_six_words(string text, bool value) => Assert.Equal(value, Bind($"actors.enabled = {text}").Enabled);

    [Fact]
    public void An_unknown_key_is_named_with_its_place_and_what_is_accepted()
    {
        var problem = Assert.Single(Problems("actors {\n  limits {\n    lw = 1\n  }\n}"));
        Assert.Equal("core.conf:3:10: actors.limits.lw: there is no such setting. Did you mean low? Accepted here: low, high.", problem.ToString());
        Assert.Equal(new ConfigurationOrigin("core.conf", 3, 10), problem.Origin);
    }

    [Fact]
    public void An_unknown_group_is_one_problem() => Fails("actors.limit { low = 1, high = 2 }", "actors.limit: there is no such setting. Did you mean limits?");

    [Theory]
    [InlineData("shutdown-timeout = soon", "core.conf:1:29: actors.shutdown-timeout: 'soon' is not accepted; expected a duration such as 5s or 100 ms, 100 ms to 1 h.")]
    [InlineData("shutdown-timeout = 2h", "'2h' is out of range; expected a duration such as 5s or 100 ms, 100 ms to 1 h.")]
    [InlineData("maximum-message-size = 1 B", "'1 B' is out of range; expected a size such as 64 KiB or 1 MB, 1 KiB to 1 MiB.")]
    [InlineData("limits.low = 0", "actors.limits.low: '0' is out of range; expected a whole number, 1 to 100.")]
    [InlineData("limits.high = 0", "1 or more")]
    [InlineData("enabled = 1", "expected true or false")]
    [InlineData("mode = EdgeNode", "'EdgeNode' is not accepted; expected one of core, edge-node.")]
    [InlineData("mode = 1", "expected one of core, edge-node")]
    [InlineData("shards = 1.5", "expected a whole number")]
    [InlineData("factor = x", "expected a number")]
    [InlineData("endpoint = /relative", "expected an absolute URI")]
    [InlineData("address = nowhere", "expected an IP address such as 127.0.0.1")]
    [InlineData("name = null", "actors.name: null is not accepted; expected a string.")]
    [InlineData("name { x = 1 }", "actors.name: a group or list is not accepted; expected a string.")]
    [InlineData("name = [x]", "a group or list is not accepted")]
    [InlineData("limits = 5", "actors.limits: '5' is not accepted; expected a group of the settings low, high.")]
    [InlineData("seeds = x", "actors.seeds: 'x' is not accepted; expected a list such as [a, b] of a string.")]
    [InlineData("seeds { x = 1 }", "actors.seeds.x: a list has no such setting")]
    [InlineData("modes = [core, x]", "actors.modes.1: 'x' is not accepted")]
    [InlineData("peers = [{ port = 1 }]", "core.conf:1:19: actors.peers.0.host: is required; expected a string.")]
    [InlineData("peers = [{ host = h, prt = 1 }]", "actors.peers.0.prt: there is no such setting. Did you mean port?")]
    [InlineData("named { a { host = h, port = x } }", "actors.named.a.port: 'x' is not accepted; expected a whole number from 0 to 65535.")]
    [InlineData("named = x", "expected { name = … }")]
    [InlineData("computed = 1", "there is no such setting")]
    [InlineData("limits { low = 20 }", "core.conf:1:25: actors.limits.low: is wrong: low (20) may not exceed high (10).")]
    public void A_value_that_is_not_accepted_is_named_with_what_is(string setting, string problem) => Fails($"actors {{ {setting} }}", problem);

    [Fact]
    public void A_secret_is_never_shown() => Fails("actors.pin = 999", "actors.pin: the value is out of range");

    [Fact]
    public void All_problems_are_reported_at_once()
    {
        var error = Assert.Throws<OptionsException>(() => Bind("actors { nam = x, mode = y, limits { low = 0 }, shards = z }"));
        Assert.Equal(
            ["actors.limits.low", "actors.mode", "actors.nam", "actors.shards"],
            error.Problems.Select(problem => problem.Key).Order(StringComparer.Ordinal).ToArray());
        Assert.Equal(4, error.Message.Split('\n').Length);
    }

    [Fact]
    public void A_list_replaces_the_list_of_an_earlier_source()
    {
        Assert.Equal(["c"], Bind("actors.seeds = [a, b]", "actors.seeds = [c]").Seeds);
        Assert.Empty(Bind("actors.seeds = [a, b]", "actors.seeds = []").Seeds);
        Assert.Equal([new Peer { Host = "x" }], Bind("actors.peers = [{ host = h, port = 1 }]", "actors.peers = [{ host = x }]").Peers);
    }

    [Fact]
    public void Groups_of_several_sources_merge() =>
        Assert.Equal(new Limits { Low = 2, High = 5 }, Bind("actors.limits { low = 2, high = 3 }", "actors.limits.high = 5").Limits);

    [Fact]
    public void A_null_in_a_later_source_restores_the_defaults_of_a_group() =>
        Assert.Equal(new Limits(), Bind("actors.limits.low = 5", "actors.limits = null").Limits);

    [Fact]
    public void A_list_with_more_than_ten_elements_keeps_its_order()
    {
        var seeds = Enumerable.Range(0, 12).Select(i => $"s{i}").ToArray();
        Assert.Equal(seeds, Bind($"actors.seeds = [{string.Join(',', seeds)}]").Seeds);
    }

    [Fact]
    public void A_problem_from_the_environment_names_the_variable()
    {
        var configuration = new ConfigurationBuilder().AddHocon("actors.mode = core").Add(new EnvironmentOverrideSource(
            "LOGOS_", () => new Dictionary<string, string>(StringComparer.Ordinal) { ["LOGOS_ACTORS__MODE"] = "x" })).Build();
        var error = Assert.Throws<OptionsException>(() => OptionsBinder.Bind<Options>(configuration, "actors"));
        Assert.StartsWith("environment variable LOGOS_ACTORS__MODE: actors.mode: 'x' is not accepted", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_that_cannot_be_bound_is_a_programming_error()
    {
        Assert.Throws<InvalidOperationException>(() => OptionsBinder.Bind<object>(Configuration(""), ""));
        Assert.Throws<InvalidOperationException>(() => OptionsBinder.Bind<string>(Configuration(""), ""));
    }
}
