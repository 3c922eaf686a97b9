using System.Diagnostics;

namespace LogosActors.Node.Tests;

/// <summary>The program as a process, as test suites written for the reference run it.</summary>
public sealed class RunProcessTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task The_process_says_when_it_is_set_up_and_ends_with_0_when_it_is_terminated()
    {
        using var node = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "logos.dll"), "run", "--tcp-port=0", "--rest-port=0", "--listen-address=127.0.0.1", "--log-format=JSON" },
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        try
        {
            using var late = new CancellationTokenSource(Patience);
            var lines = new List<string>();
            while (lines is [] || !lines[^1].Contains("\"msg\":\"Node setup complete\"", StringComparison.Ordinal))
                lines.Add(await node.StandardOutput.ReadLineAsync(late.Token) ?? throw new InvalidOperationException($"It ended: {string.Join('\n', lines)}"));

            using (var kill = Process.Start("kill", $"-TERM {node.Id}"))
                await kill.WaitForExitAsync(late.Token);
            var rest = node.StandardOutput.ReadToEndAsync(late.Token);
            await node.WaitForExitAsync(late.Token);

            Assert.Equal(0, node.ExitCode);
            Assert.Contains("Stopping", await rest, StringComparison.Ordinal);
        }
        finally
        {
            if (!node.HasExited)
                node.Kill();
        }
    }
}
