using System.Diagnostics;
using System.Globalization;

namespace LogosActors.TestKit.Tests;

public sealed class DeterminismTests
{
    [Fact]
    public void The_same_seed_gives_the_same_run_and_another_seed_another_one()
    {
        Assert.Equal(Storm.Trace(1), Storm.Trace(1));
        Assert.NotEqual(Storm.Trace(1), Storm.Trace(2));
    }

    // Strings hash differently in each process, and dictionaries that are keyed by them are walked in another order.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_same_seed_gives_the_same_run_in_another_process(int seed)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { "exec", typeof(DeterminismTests).Assembly.Location, "trace", seed.ToString(CultureInfo.InvariantCulture) },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        Assert.Equal("", await errors);
        Assert.Equal(Storm.Trace(seed), await output);
    }
}
