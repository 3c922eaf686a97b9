using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace LogosActors.Samples.Resilience;

/// <summary>Runs a sender and a receiver, makes their actors fail one after the other, kills the processes, and compares what was accepted
/// with what came.</summary>
internal sealed partial class Director(Scenario scenario, Report report) : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>Messages that must come after an attack, before the flow counts as back.</summary>
    const int BackBeats = 20;

    readonly string _directory = Directory.CreateTempSubdirectory("logos-resilience-").FullName;
    readonly Lock _gate = new();
    readonly Account _account = new(inHand: 1);
    readonly Pulse _pulse = new();
    readonly Random _random = new();
    WorkerProcess _receiver = null!;
    WorkerProcess _sender = null!;
    string _address = "";
    string _port = "0";
    long _next;

    /// <summary>Runs the scenario.</summary>
    /// <returns>Whether nothing was lost and nothing was doubled.</returns>
    public async Task<bool> RunAsync()
    {
        try
        {
            await report.ShowAsync(AttackAsync);
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException)
        {
            Console.WriteLine($"FAILED: {e.Message}");
            return false;
        }
        return Judge();
    }

    public async ValueTask DisposeAsync()
    {
        if (_sender is not null)
            await _sender.DisposeAsync();
        if (_receiver is not null)
            await _receiver.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    async Task<bool> AttackAsync()
    {
        report.Note("Two processes start, each with a node and a reliable channel with its history in SQLite.");
        await StartReceiverAsync();
        await StartSenderAsync();
        await FlowAsync();
        for (var kill = 0; kill < scenario.Kills; kill++)
        {
            await KillAsync(isSender: kill % 2 == 0);
            if (kill == 0)
                await FailActorsAsync("receiver", () => _receiver);
            if (kill == 1)
                await FailActorsAsync("sender", () => _sender);
        }
        return await SettleAsync();
    }

    async Task FailActorsAsync(string name, Func<WorkerProcess> process)
    {
        if (scenario.ActorsOfEachKind == 0)
            return;
        var attacked = new Dictionary<string, int>(StringComparer.Ordinal);
        while (await NextTargetAsync(process(), attacked) is { } target)
        {
            attacked[target.Kind] = attacked.GetValueOrDefault(target.Kind) + 1;
            report.Note($"{name}: {PeerIds().Replace(target.Path, "<peer>")} is made to fail");
            _pulse.Restart();
            await process().SendAsync($"fail {target.Path}");
            var answer = await process().AnswerAsync();
            if (answer is not ["failed", var outcome, var milliseconds])
                throw new InvalidOperationException($"{name}: {target.Path}: {string.Join(' ', answer)}");
            var pause = await FlowAsync();
            var isBack = outcome is nameof(Outcome.Resumed) or nameof(Outcome.Restarted) or nameof(Outcome.Replaced);
            Show(new Attack(name, target.Kind, Describe(outcome), isBack ? TimeSpan.FromMilliseconds(Parse(milliseconds)) : null, pause));
        }
    }

    async Task<(string Kind, string Path)?> NextTargetAsync(WorkerProcess process, Dictionary<string, int> attacked)
    {
        (string, string)? next = null;
        await process.SendAsync("actors");
        while (await process.AnswerAsync() is ["actor", var kind, var path])
        {
            if (next is null && attacked.GetValueOrDefault(kind) < scenario.ActorsOfEachKind)
                next = (kind, path);
        }
        return next;
    }

    async Task KillAsync(bool isSender)
    {
        await Task.Delay(_random.Next(20, 500));
        _pulse.Restart();
        var start = Stopwatch.GetTimestamp();
        var name = isSender ? "sender" : "receiver";
        report.Note($"{name}: kill -9");
        if (isSender)
        {
            await _sender.DisposeAsync();
            await StartSenderAsync();
        }
        else
        {
            await _receiver.DisposeAsync();
            lock (_gate)
                _account.ReceiverKilled();
            await StartReceiverAsync();
        }
        var back = Stopwatch.GetElapsedTime(start);
        Show(new Attack(name, "the whole process", "kill -9, started again", back, await FlowAsync()));
    }

    async Task StartReceiverAsync()
    {
        _receiver = WorkerProcess.Start(Happened, "receive", Path.Combine(_directory, "receiver"), _port, "", "0");
        if (await _receiver.AnswerAsync() is not ["ready", var address])
            throw new InvalidOperationException("The receiver is not ready.");
        // It comes back at the same port and with the same key.
        (_address, _port) = (address, address.Split('/')[4]);
    }

    async Task StartSenderAsync()
    {
        _sender = WorkerProcess.Start(Happened, "send", Path.Combine(_directory, "sender"), "0", _address, WorkerProcess.Text(_next));
        if (await _sender.AnswerAsync() is not ["ready", _])
            throw new InvalidOperationException("The sender is not ready.");
    }

    /// <summary>Waits until messages come again.</summary>
    /// <returns>The longest time in which none came.</returns>
    async Task<TimeSpan> FlowAsync()
    {
        var start = Stopwatch.GetTimestamp();
        while (_pulse.Read().Beats < BackBeats || Stopwatch.GetElapsedTime(start) < scenario.Settle)
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw new TimeoutException($"No message has come for {Patience.TotalSeconds} s.");
            await Task.Delay(Look);
        }
        return _pulse.Read().Longest;
    }

    /// <summary>Sends nothing new, and waits until what was accepted has come and is confirmed.</summary>
    async Task<bool> SettleAsync()
    {
        report.Note("Nothing new is sent; what was accepted must come.");
        await _sender.SendAsync("stop");
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < Patience)
        {
            await _sender.SendAsync("unfinished");
            var isDone = await _sender.AnswerAsync() is ["unfinished", "0"];
            lock (_gate)
            {
                if (isDone && _account.Missing.Count == 0)
                    return true;
            }
            await Task.Delay(Look);
        }
        return false;
    }

    bool Judge()
    {
        Console.WriteLine(Report.Counts(_account));
        foreach (var fault in _account.Failed.Select(failed => $"the request of message {failed.Number} has failed: {failed.Failure}").Concat(_account.Doubled.Select(number => $"message {number} came twice")).Take(20))
            Console.WriteLine($"FAULT {fault}");
        if (_account.Missing is { Count: > 0 } missing)
            Console.WriteLine($"FAULT {missing.Count} messages are missing: {string.Join(", ", missing.Take(20))}");
        var isGood = _account is { Failed.Count: 0, Doubled.Count: 0, Missing.Count: 0, Received: > 0 };
        Console.WriteLine(isGood ? "Nothing was lost, and nothing was doubled." : "Something was lost or doubled; see above.");
        return isGood;
    }

    void Happened(string[] words)
    {
        lock (_gate)
        {
            switch (words)
            {
                case ["trying", var number]:
                    _next = Parse(number) + 1;
                    break;
                case ["accepted", var number, var request]:
                    _account.Accept(Parse(number), request);
                    break;
                case ["confirmed", var request]:
                    _account.Confirm(request);
                    break;
                case ["failed", var failure, var request]:
                    _account.Fail(request, failure);
                    break;
                case ["received", var number]:
                    _account.Receive(Parse(number));
                    _pulse.Beat();
                    if (_account.Received % 50 == 0)
                        report.Count(_account);
                    break;
            }
        }
    }

    void Show(Attack attack)
    {
        lock (_gate)
        {
            report.Add(attack);
            report.Count(_account);
        }
    }

    static string Describe(string outcome) => outcome switch
    {
        nameof(Outcome.Resumed) => "resumed, state and mailbox kept",
        nameof(Outcome.Restarted) => "restarted, mailbox kept",
        nameof(Outcome.Replaced) => "created again by its parent",
        nameof(Outcome.Stopped) => "stopped, as it should",
        _ => "had ended before",
    };

    [GeneratedRegex("16Uiu2HA[0-9A-Za-z]+", RegexOptions.None, 1_000)]
    private static partial Regex PeerIds();

    static long Parse(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
