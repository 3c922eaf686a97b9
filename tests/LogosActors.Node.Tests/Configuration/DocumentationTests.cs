using LogosActors.Actors.Tracing;
using LogosActors.Configuration;
using LogosActors.Node.Configuration;

namespace LogosActors.Node.Tests.Configuration;

/// <summary>What documents and files of settings say is what the program has.</summary>
public sealed class DocumentationTests
{
    internal static string Root
    {
        get
        {
            var directory = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(directory.FullName, "LogosActors.sln")))
                directory = directory.Parent!;
            return directory.FullName;
        }
    }

    [Fact]
    public void The_table_of_settings_is_that_of_the_node() =>
        AssertTable("docs/node.md", OptionsReference.Describe<NodeSettings>(ConfigurationLoader.Section));

    [Fact]
    public void The_table_of_settings_of_a_channel_is_that_of_the_program() =>
        AssertTable("docs/channels.md", OptionsReference.Describe<ChannelSettings>(ChannelSettings.Section));

    [Fact]
    public void Every_exit_code_is_explained()
    {
        var document = File.ReadAllText(Path.Combine(Root, "docs/node.md"));

        foreach (var (code, _) in LogosActors.Node.Cli.ExitCode.All)
            Assert.Contains($"\n| {code} | ", document, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_span_and_every_tag_is_explained()
    {
        var document = File.ReadAllText(Path.Combine(Root, "docs/observing.md"));

        foreach (var span in Constants(typeof(Spans)))
            Assert.Contains($"\n| `{span}` | ", document, StringComparison.Ordinal);
        foreach (var tag in Constants(typeof(SpanTags)))
            Assert.Contains($"`{tag}`", document, StringComparison.Ordinal);

        static IEnumerable<string> Constants(Type names) => names.GetFields().Select(field => (string)field.GetRawConstantValue()!);
    }

    [Fact]
    public void The_reference_file_says_every_setting_with_its_default()
    {
        var configuration = ConfigurationLoader.Read([Path.Combine(Root, "config/reference.conf")], []);

        var settings = ConfigurationLoader.Bind(configuration);

        var (expected, bound) = (new NodeSettings(), OptionsReference.Describe("node", settings));
        Assert.Equal(OptionsReference.Describe("node", expected), bound);
        Assert.Equal(expected.Store.DbUrl, settings.Store.DbUrl);
        Assert.All(bound, setting => Assert.NotNull(ConfigurationOrigins.Of(configuration, setting.Key.Replace('.', ':'))));
    }

    [Theory]
    [InlineData("config/core.conf")]
    [InlineData("config/edge.conf")]
    [InlineData("config/service-node.conf")]
    public async Task A_file_of_settings_that_comes_with_the_program_is_accepted(string file)
    {
        var (exit, _, error) = await CommandRun.ToEndAsync("config", "show", "--config-file", Path.Combine(Root, file));

        Assert.True(exit == 0, error);
    }

    static void AssertTable(string path, IReadOnlyList<OptionsSetting> settings)
    {
        var document = File.ReadAllText(Path.Combine(Root, path));
        var (begin, end) = ("<!-- settings -->\n", "<!-- end of settings -->");
        var start = document.IndexOf(begin, StringComparison.Ordinal) + begin.Length;

        var rows = settings.Select(setting =>
            $"| `{setting.Key}` | {setting.Accepts}{(setting.Range is { } range ? $", {range}" : "")} "
            + $"| {(setting.Default is { } value ? $"`{value}`" : "")} | {setting.Documentation} |\n");

        Assert.Equal(
            $"| Setting | Accepts | Default | Meaning |\n|---|---|---|---|\n{string.Concat(rows)}",
            document[start..document.IndexOf(end, StringComparison.Ordinal)]);
    }
}
