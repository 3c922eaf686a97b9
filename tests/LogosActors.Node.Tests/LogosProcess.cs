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

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    public StreamWriter Input => _process.StandardInput;

    public static LogosProcess Start(params string[] arguments) => Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "logos.dll"), .. arguments]);

    /// <summary>One whose files cannot grow beyond a limit once <see cref="LimitFilesAsync"/> has set one: writes fail then as they do on a full
    /// disk, for whoever runs the test.</summary>
    public static LogosProcess StartWithLimitedFiles(params string[] arguments) => Start(
        "sh", ["-c", "trap '' XFSZ; exec \"$@\"", "sh", "dotnet", Path.Combine(AppContext.BaseDirectory, "logos.dll"), .. arguments]);

    /// <summary>Sets the largest size of a file that the process writes to.</summary>
    /// <param name="bytes">The size; null: any.</param>
    public async Task LimitFilesAsync(long? bytes)
    {
        using var prlimit = Process.Start("prlimit", ["--pid", Invariant(Id), $"--fsize={(bytes is { } limit ? Invariant(limit) : "unlimited")}:unlimited"]);
        await prlimit.WaitForExitAsync();
        Assert.Equal(0, prlimit.ExitCode);
    }

    /// <summary>What a service manager does.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", Invariant(Id)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>A program of the tests on one core of the machine, or on any where there is only one.</summary>
    /// <param name="core">The core, from 0.</param>
    /// <param name="heap">The most bytes of its managed heap; null: what the runtime makes of the machine's memory.</param>
    /// <param name="program">The file, such as logos.dll.</param>
    /// <param name="arguments">Its arguments.</param>
    public static LogosProcess StartOn(int core, long? heap, string program, params string[] arguments) => Start(
        "taskset", ["-c", $"{core % Environment.ProcessorCount}", "dotnet", Path.Combine(AppContext.BaseDirectory, program), .. arguments], heap);

    static string Invariant(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

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
