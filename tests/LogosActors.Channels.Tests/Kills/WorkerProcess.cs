using System.Diagnostics;

namespace LogosActors.Channels.Tests.Kills;

/// <summary>A <see cref="ChannelWorker"/> in a process of its own, and what it has reported.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    // No test is about this, and a busy machine must not fail others.
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    readonly Process _process;
    readonly Task _reading;
    readonly Task<string> _errors;
    readonly List<string[]> _reports = [];

    WorkerProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
        _reading = ReadAsync();
    }

    public static WorkerProcess Start(string sender, string directory, string history = "sqlite", string port = "0", string entry = "", string first = "") =>
        new(Process.Start(new ProcessStartInfo("dotnet", [typeof(ChannelWorker).Assembly.Location, ChannelWorker.Command, sender, directory, history, port, entry, first])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);

    /// <summary>The words of each report of a kind, without the first.</summary>
    public IReadOnlyList<string[]> Of(string kind)
    {
        lock (_reports)
            return [.. _reports.Where(report => report[0] == kind).Select(static report => report[1..])];
    }

    public int CountOf(string kind)
    {
        lock (_reports)
            return _reports.Count(report => report[0] == kind);
    }

    /// <summary>The first report of a kind, once it is there.</summary>
    public async Task<string[]> NextAsync(string kind)
    {
        await UntilAsync(() => CountOf(kind) > 0);
        return Of(kind)[0];
    }

    public async Task UntilAsync(Func<bool> condition)
    {
        using var late = new CancellationTokenSource(Patience);
        while (!condition())
        {
            if (_reading.IsCompleted && !condition())
                Assert.Fail($"A worker has ended by itself: {await _errors}");
            await Task.Delay(10, late.Token);
        }
    }

    /// <summary>The worker sends no more.</summary>
    public async Task StopSendingAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await NextAsync("stopped");
    }

    /// <summary>What <c>kill -9</c> does. When it returns, everything that the process wrote has been read.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.EndsWith('.'))
                continue;
            lock (_reports)
                _reports.Add(line[..^1].Split(' '));
        }
    }
}
