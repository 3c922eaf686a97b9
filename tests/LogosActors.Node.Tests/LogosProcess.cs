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

    /// <summary>Its number.</summary>
    public int Id => _process.Id;

    public StreamWriter Input => _process.StandardInput;

    public static LogosProcess Start(params string[] arguments) => Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "logos.dll"), .. arguments]);

    /// <summary>A program of the tests on one core of the machine, or on any where there is only one.</summary>
    /// <param name="core">The core, from 0.</param>
    /// <param name="heap">The most bytes of its managed heap; null: what the runtime makes of the machine's memory.</param>
    /// <param name="program">The file, such as logos.dll.</param>
    /// <param name="arguments">Its arguments.</param>
    public static LogosProcess StartOn(int core, long? heap, string program, params string[] arguments) => Start(
        "taskset", ["-c", $"{core % Environment.ProcessorCount}", "dotnet", Path.Combine(AppContext.BaseDirectory, program), .. arguments], heap);

    static LogosProcess Start(string file, string[] arguments, long? heap = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (heap is { } bytes)
            start.Environment["DOTNET_GCHeapHardLimit"] = $"0x{bytes:x}";
        var process = Process.Start(start)!;
        process.StandardInput.AutoFlush = true;
        return new LogosProcess(process);
    }

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
