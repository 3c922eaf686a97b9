using System.Diagnostics;

namespace LogosActors.Node.Tests;

/// <summary>A command as a process of its own, which can be killed.</summary>
internal sealed class LogosProcess : IAsyncDisposable
{
    readonly Process _process;

    LogosProcess(Process process)
    {
        _process = process;
        Exit = EndAsync();
    }

    public CapturedLines Output { get; } = new();

    public CapturedLines Error { get; } = new();

    /// <summary>The exit code, when the process has ended and all that it wrote is here.</summary>
    public Task<int> Exit { get; }

    public static LogosProcess Start(params string[] arguments) => new(Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "logos.dll"), .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
    })!);

    /// <summary>What <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await Exit.WaitAsync(TimeSpan.FromSeconds(90));
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    async Task<int> EndAsync()
    {
        await Task.WhenAll(CopyAsync(_process.StandardOutput, Output), CopyAsync(_process.StandardError, Error));
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    static async Task CopyAsync(StreamReader from, CapturedLines to)
    {
        while (await from.ReadLineAsync() is { } line)
            await to.WriteLineAsync(line);
    }
}
