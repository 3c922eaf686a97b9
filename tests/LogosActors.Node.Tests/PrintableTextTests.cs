using LogosActors.Node.Configuration;
using LogosActors.Node.Hosting;
using Microsoft.Extensions.Logging;

namespace LogosActors.Node.Tests;

public sealed class PrintableTextTests
{
    [Theory]
    [InlineData("Grüße, 世界 👋\tund mehr", "Grüße, 世界 👋\tund mehr")]
    [InlineData("x\nERR 2030-01-01 disk is full\u001b[2J", "x␊ERR 2030-01-01 disk is full␛[2J")]
    [InlineData("\0\r\u007f\u0085\u009b31m", "␀␍␡��31m")]
    [InlineData("\u202egnp.exe\u2066 \u2028", "�gnp.exe� �")]
    public void What_could_run_or_forge_a_line_is_shown(string text, string shown) => Assert.Equal(shown, PrintableText.Of(text));

    [Fact]
    public void What_a_stranger_says_makes_one_line_of_the_log()
    {
        using var written = new StringWriter();
        using var provider = new LineLoggerProvider(written, LogFormat.Text);
        var logger = provider.CreateLogger("logos");

        logger.LogWarning("The store answered: {Reason}", "x\nERR 2030-01-01 00:00:00.000+00:00 The disk is full\u001b[2J");
        logger.LogError(new InvalidDataException("y\nERR 2030-01-01 00:00:00.000+00:00 The disk is full"), "It failed");

        Assert.DoesNotContain('\u001b', written.ToString());
        var lines = written.ToString().TrimEnd().Split(Environment.NewLine);
        Assert.Equal(["WRN", "ERR"], lines.Where(line => !line.StartsWith("    ", StringComparison.Ordinal)).Select(line => line[..3]));
    }
}
