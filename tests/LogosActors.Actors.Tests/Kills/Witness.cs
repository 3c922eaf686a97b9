using System.Diagnostics;
using System.Globalization;

namespace LogosActors.Actors.Tests.Kills;

/// <summary>Runs the worker, remembers what it acknowledged, kills it, and compares what comes back.</summary>
sealed class Witness(string path, int accounts, int inFlight, int failEvery)
{
    readonly Dictionary<string, long> _acknowledged = new(StringComparer.Ordinal);
    readonly HashSet<string> _recoveredThisLife = new(StringComparer.Ordinal);

    /// <summary>Deposits that were acknowledged, over all lives of the worker.</summary>
    public long Acknowledged => _acknowledged.Values.Sum();

    /// <summary>Restarts of single accounts that were seen.</summary>
    public int Restarts { get; private set; }

    /// <summary>What was wrong; empty when nothing was lost and nothing doubled.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>One life of the worker: all accounts recover, some time passes, <c>kill -9</c>.</summary>
    public Task LiveAsync(TimeSpan afterRecovery, CancellationToken cancellation) =>
        LiveAsync(
            async recovered =>
            {
                await recovered;
                await Task.Delay(afterRecovery, cancellation);
            },
            cancellation);

    /// <summary>One life of the worker that may end at any instant, also before or during recovery.</summary>
    public Task LiveUntilAsync(TimeSpan afterStart, CancellationToken cancellation) => LiveAsync(_ => Task.Delay(afterStart, cancellation), cancellation);

    async Task LiveAsync(Func<Task, Task> untilKill, CancellationToken cancellation)
    {
        _recoveredThisLife.Clear();
        using var worker = Start();
        var errors = worker.StandardError.ReadToEndAsync(cancellation);
        var recovered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = ReadAsync(worker.StandardOutput, recovered, cancellation);
        try
        {
            var kill = untilKill(recovered.Task);
            if (await Task.WhenAny(kill, reading) != kill)
                Faults.Add($"The worker ended by itself: {await errors}");
            await kill.WaitAsync(cancellation);
        }
        finally
        {
            worker.Kill();
            await worker.WaitForExitAsync(CancellationToken.None);
        }
        await reading;
    }

    Process Start()
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])[typeof(Witness).Assembly.Location, "worker", path, $"{accounts}", $"{inFlight}", $"{failEvery}"])
            start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new InvalidOperationException("The worker could not be started.");
    }

    async Task ReadAsync(StreamReader output, TaskCompletionSource recovered, CancellationToken cancellation)
    {
        while (await output.ReadLineAsync(cancellation) is { } line)
        {
            switch (line.Split(' '))
            {
                case ["ack", var account, var number]:
                    Acknowledge(account, Parse(number));
                    break;
                case ["recovered", var account, var last, var count]:
                    Compare(account, Parse(last), Parse(count));
                    if (_recoveredThisLife.Count == accounts)
                        recovered.TrySetResult();
                    break;

                // The kill may cut the last line short.
                default:
                    break;
            }
        }
    }

    void Acknowledge(string account, long number)
    {
        var last = _acknowledged.GetValueOrDefault(account);
        if (number <= last)
            Faults.Add($"Account {account}: deposit {number} was acknowledged again, after {last}.");
        _acknowledged[account] = Math.Max(last, number);
    }

    void Compare(string account, long last, long count)
    {
        if (!_recoveredThisLife.Add(account))
            Restarts++;
        var acknowledged = _acknowledged.GetValueOrDefault(account);
        if (last < acknowledged)
            Faults.Add($"Account {account}: {acknowledged} was acknowledged, {last} came back.");
        if (count != last)
            Faults.Add($"Account {account}: {count} deposits came back, the last is number {last}.");

        // What was stored but not yet said when the worker died counts from now on.
        _acknowledged[account] = Math.Max(acknowledged, last);
    }

    // A number that the kill has cut short is the one of an earlier line, or none.
    static long Parse(string number) => long.TryParse(number, CultureInfo.InvariantCulture, out var value) ? value : -1;
}
