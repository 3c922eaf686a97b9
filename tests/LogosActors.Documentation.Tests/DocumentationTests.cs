using System.Text.RegularExpressions;
using LogosActors.Actors.Settings;
using LogosActors.Configuration;
using LogosActors.Delivery;
using LogosActors.Tests;
using Microsoft.Extensions.Configuration;

namespace LogosActors.Documentation.Tests;

/// <summary>What the documents show is what is compiled, run and configured here.</summary>
public sealed partial class DocumentationTests
{
    [Fact]
    public void Every_block_of_CSharp_is_code_that_is_compiled_and_run_here()
    {
        var shown = 0;
        foreach (var document in Repository.Documents)
        {
            foreach (Match block in CSharpBlock().Matches(File.ReadAllText(document)))
            {
                var names = block.Groups["names"].Value;
                Assert.True(names.Length > 0, $"{document}: a block of C# has no <!-- sample: name --> above it:\n{block.Value}");
                var code = names.Split(", ").Select(name => Samples.All.GetValueOrDefault(name, $"(no sample {name})"));
                Assert.Equal(string.Join("\n\n", code), block.Groups["code"].Value);
                shown++;
            }
        }

        Assert.True(shown > 5);
    }

    [Fact]
    public void Every_block_of_code_ends_before_the_next_begins()
    {
        foreach (var document in Repository.Documents)
        {
            var isInBlock = false;
            foreach (var line in File.ReadLines(document).Where(line => line.StartsWith("```", StringComparison.Ordinal)))
            {
                Assert.True(!isInBlock || line is "```", $"{document}: '{line}' stands in another block.");
                isInBlock = !isInBlock;
            }

            Assert.False(isInBlock, $"{document}: the last block does not end.");
        }
    }

    [Fact]
    public void Every_relative_link_points_to_a_file()
    {
        var followed = 0;
        foreach (var document in Repository.Documents)
        {
            foreach (Match link in Link().Matches(File.ReadAllText(document)))
            {
                var target = link.Groups["target"].Value;
                if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith('#'))
                    continue;
                var path = Path.Combine(Path.GetDirectoryName(document)!, target.Split('#')[0]);
                Assert.True(File.Exists(path) || Directory.Exists(path), $"{document} links to {target}, which does not exist.");
                followed++;
            }
        }

        Assert.True(followed > 5);
    }

    [Fact]
    public void Every_block_of_HOCON_is_a_configuration_that_is_accepted()
    {
        var blocks = HoconBlock().Matches(File.ReadAllText(Repository.File("docs/configuration.md")));
        Assert.True(blocks.Count > 2);
        foreach (Match block in blocks)
        {
            using var folder = new TemporaryFolder();
            folder.With("reference.conf", File.ReadAllText(Repository.File("config/reference.conf")));
            folder.With("node.conf", block.Groups["code"].Value);
            var configuration = new ConfigurationBuilder().AddHoconFile(folder["node.conf"]).Build();

            Assert.NotNull(OptionsBinder.Bind<LogosNodeSettings>(configuration, LogosNodeSettings.Section).ToOptions());
            Assert.Empty(AkkaSettings.FindUnknown(configuration));
        }
    }

    [Fact]
    public void The_errors_that_are_shown_are_those_that_an_operator_gets()
    {
        var error = Assert.Throws<OptionsException>(
            () => OptionsBinder.Bind<LogosNodeSettings>(Shown("logos", "node.conf"), LogosNodeSettings.Section));

        Assert.Equal(ShownAfter("OptionsException`:"), error.Message);
    }

    [Fact]
    public void The_warning_that_is_shown_is_that_which_an_operator_gets() =>
        Assert.Equal(ShownAfter("by a warning"), Assert.Single(AkkaSettings.FindUnknown(Shown("akka", "akka.conf"))).ToString());

    static string Configuration => File.ReadAllText(Repository.File("docs/configuration.md"));

    /// <summary>The mistaken file of a section.</summary>
    static IConfigurationRoot Shown(string section, string file) =>
        new ConfigurationBuilder().AddHocon($"{section} {{\n{Between(Configuration, $"```\n{section} {{\n", "```")}", file).Build();

    static string ShownAfter(string text) => Between(Configuration[Configuration.IndexOf(text, StringComparison.Ordinal)..], "```text\n", "\n```");

    static string Between(string text, string begin, string end)
    {
        var start = text.IndexOf(begin, StringComparison.Ordinal);
        Assert.True(start >= 0, $"'{begin}' is missing.");
        start += begin.Length;
        return text[start..text.IndexOf(end, start, StringComparison.Ordinal)];
    }

    [GeneratedRegex(@"(<!-- sample: (?<names>[^\n]*) -->\n)?```csharp\n(?<code>.*?)\n```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"```hocon\n(?<code>.*?)\n```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex HoconBlock();

    [GeneratedRegex(@"\[[^\]\n]*\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex Link();
}
