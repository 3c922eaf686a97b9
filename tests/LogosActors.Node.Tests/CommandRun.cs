using System.Text;
using LogosActors.Node.Cli;

namespace LogosActors.Node.Tests;

/// <summary>A command that runs in this process, as a user would run it in a terminal.</summary>
internal sealed class CommandRun : IAsyncDisposable
{
    readonly CancellationTokenSource _stop = new();

    CommandRun(byte[] input, string[] arguments) =>
        Exit = Task.Run(() => LogosCommandLine.InvokeAsync(arguments, new Terminal(new StringReader(Encoding.Latin1.GetString(input)), Output, Error) { Bytes = () => new MemoryStream(input) }, _stop.Token));

    public CapturedLines Output { get; } = new();

    public CapturedLines Error { get; } = new();

    /// <summary>The exit code, when the command has ended.</summary>
    public Task<int> Exit { get; }

    public static CommandRun Start(params string[] arguments) => new([], arguments);

    /// <summary>Runs a command to its end.</summary>
    public static Task<(int Exit, string Output, string Error)> ToEndOfInputAsync(string input, params string[] arguments) =>
        ToEndOfInputAsync(Encoding.UTF8.GetBytes(input), arguments);

    /// <summary>Runs a command to its end, with these bytes as its input.</summary>
    public static async Task<(int Exit, string Output, string Error)> ToEndOfInputAsync(byte[] input, params string[] arguments)
    {
        await using var run = new CommandRun(input, arguments);
        await Task.WhenAny(run.Exit, Task.Delay(TimeSpan.FromSeconds(90)));
        Assert.True(run.Exit.IsCompleted, $"logos {string.Join(' ', arguments)} has not ended: {run.Output.Text}\n{run.Error.Text}");
        return (await run.Exit, run.Output.Text, run.Error.Text);
    }

    public static Task<(int Exit, string Output, string Error)> ToEndAsync(params string[] arguments) => ToEndOfInputAsync("", arguments);

    /// <summary>What Ctrl-C does.</summary>
    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        return await Exit.WaitAsync(TimeSpan.FromSeconds(90));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }
}
