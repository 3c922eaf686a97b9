using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;

namespace LogosActors.Samples.Resilience;

/// <summary>A worker as its director sees it: a process that answers commands and reports messages, line by line.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly Process _process;
    readonly Action<string[]> _report;
    readonly Task _reading;
    readonly Task<string> _errors;
    readonly Channel<string[]> _answers = Channel.CreateUnbounded<string[]>();

    WorkerProcess(Process process, Action<string[]> report)
    {
        (_process, _report) = (process, report);
        _errors = process.StandardError.ReadToEndAsync();
        _reading = ReadAsync();
    }

    /// <summary>Starts a worker.</summary>
    /// <param name="report">Is told what happened to which message.</param>
    /// <param name="arguments">See <see cref="Worker"/>.</param>
    public static WorkerProcess Start(Action<string[]> report, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Worker).Assembly.Location, "worker", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new WorkerProcess(Process.Start(start) ?? throw new InvalidOperationException("A worker could not be started."), report);
    }

    /// <summary>Sends a command.</summary>
    public Task SendAsync(string command) => _process.StandardInput.WriteLineAsync(command);

    /// <summary>The words of the next answer to a command.</summary>
    public async Task<string[]> AnswerAsync(CancellationToken cancellation = default)
    {
        try
        {
            return await _answers.Reader.ReadAsync(cancellation).AsTask().WaitAsync(Patience, cancellation);
        }
        catch (ChannelClosedException e)
        {
            throw new InvalidOperationException($"A worker has ended by itself: {await _errors}", e);
        }
    }

    /// <summary>What <c>kill -9</c> does. When it returns, everything that the process wrote has been read.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
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
            if (line.StartsWith("> ", StringComparison.Ordinal))
                _answers.Writer.TryWrite(line[2..].Split(' '));
            else if (line.EndsWith('.'))
                _report(line[..^1].Split(' '));
            // A kill may cut the last line short: what has no full stop was not said.
        }
        _answers.Writer.TryComplete();
    }

    /// <summary>A number in an argument.</summary>
    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
