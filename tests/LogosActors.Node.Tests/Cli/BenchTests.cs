using System.Text.Json;

namespace LogosActors.Node.Tests.Cli;

public sealed class BenchTests
{
    [Fact]
    public async Task Every_message_comes_through()
    {
        var (exit, output, error) = await CommandRun.ToEndAsync("bench", "--messages", "50", "--size", "100B", "--json");

        Assert.True(exit == 0, error);
        var result = JsonDocument.Parse(output).RootElement;
        Assert.Equal(50, result.GetProperty("messages").GetInt32());
        Assert.Equal(100, result.GetProperty("payloadBytes").GetInt32());
        Assert.True(result.GetProperty("medianMs").GetDouble() <= result.GetProperty("longestMs").GetDouble());
    }

    [Theory]
    [InlineData("--size", "1")]
    [InlineData("--size", "1MiB")]
    [InlineData("--size", "big")]
    [InlineData("--messages", "0")]
    public async Task What_cannot_be_measured_is_2(string flag, string value)
    {
        var (exit, _, error) = await CommandRun.ToEndAsync("bench", flag, value);

        Assert.Equal(2, exit);
        Assert.Contains(flag, error, StringComparison.Ordinal);
    }
}
