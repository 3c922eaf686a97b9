using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.LoadTests;

/// <summary>A node in a process of its own: this program once more. It ends with this process, since its input ends then.</summary>
/// <remarks>Each command has one answer; lines that begin with <see cref="At"/> come of themselves.</remarks>
internal sealed class ChildNode : IAsyncDisposable
{
    public const string At = "at", Dial = "dial", Mesh = "mesh", Ages = "ages", Count = "count", Spent = "spent", Jit = "jit";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly Process _process;
    readonly Lock _gate = new();
    readonly SemaphoreSlim _answers = new(0);
    readonly Queue<string> _lines = new();
    long _received;
    (long Count, TaskCompletionSource Reached)? _awaited;

    ChildNode(Process process) => _process = process;

    public Multiaddr Address { get; private set; } = null!;

    /// <summary>Memory of the process that is in use, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <param name="role">The arguments that make this program such a node; it says its address first.</param>
    public static async Task<ChildNode> StartAsync(params string[] role)
    {
        var start = OwnProcess.Start(role);
        (start.RedirectStandardInput, start.RedirectStandardOutput) = (true, true);
        var child = new ChildNode(Process.Start(start)!);
        _ = child.ReadAsync();
        child.Address = Multiaddr.Parse(await child.AnswerAsync());
        return child;
    }

    public Task DialAsync(Multiaddr address) => AskAsync($"{Dial} {address}");

    public Task WaitForMeshAsync(int peers) => AskAsync($"{Mesh} {peers}");

    /// <summary>What it has taken since its start.</summary>
    public async Task<Costs> CostsAsync() => (await AskAsync(Spent)).Split(' ') is [var time, var bytes]
        ? new Costs(Ticks(time), long.Parse(bytes, CultureInfo.InvariantCulture))
        : default;

    /// <summary>How many times its JIT has compiled a method.</summary>
    public async Task<long> CompilationsAsync() => long.Parse(await AskAsync(Jit), CultureInfo.InvariantCulture);

    /// <summary>How many messages have come.</summary>
    public async Task<long> CountAsync() => long.Parse(await AskAsync(Count), CultureInfo.InvariantCulture);

    /// <summary>How long messages were under way since the last call.</summary>
    /// <param name="sent">How many were sent.</param>
    public async Task<Latencies> TakeAgesAsync(long sent)
    {
        var words = (await AskAsync($"{Ages} {sent}")).Split(' ');
        return new Latencies(Ticks(words[0]), Ticks(words[1]), Ticks(words[2]), long.Parse(words[3], CultureInfo.InvariantCulture));
    }

    /// <summary>In the child: answers the commands that all kinds of node have in common.</summary>
    public static string Answer(string[] words, Receipts receipts) => words[0] switch
    {
        Ages => AnswerOf(receipts.TakeAges(long.Parse(words[1], CultureInfo.InvariantCulture))),
        Count => $"{receipts.Count}",
        Spent => $"{Environment.CpuUsage.TotalTime.Ticks} {GC.GetTotalAllocatedBytes()}",
        Jit => $"{JitInfo.GetCompiledMethodCount()}",
        _ => "unknown",
    };

    static string AnswerOf(Latencies ages) =>
        string.Create(CultureInfo.InvariantCulture, $"{ages.Median.Ticks} {ages.P99.Ticks} {ages.Max.Ticks} {ages.Lost}");

    /// <summary>Waits until it has said that so many messages have come.</summary>
    public Task WaitForAsync(long count)
    {
        lock (_gate)
        {
            if (_received >= count)
                return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited = (count, reached);
            return reached.Task.WaitAsync(Patience);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var timeout = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(timeout.Token);
        _process.Dispose();
        _answers.Dispose();
    }

    static TimeSpan Ticks(string ticks) => new(long.Parse(ticks, CultureInfo.InvariantCulture));

    /// <summary>Gives a command, and waits for its answer.</summary>
    public async Task<string> AskAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync();
        return await AnswerAsync();
    }

    async Task<string> AnswerAsync()
    {
        if (!await _answers.WaitAsync(Patience))
            throw new TimeoutException("The child process does not answer.");
        lock (_gate)
            return _lines.Dequeue();
    }

    async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (_gate)
            {
                if (line.Split(' ') is [At, var count])
                {
                    _received = long.Parse(count, CultureInfo.InvariantCulture);
                    if (_awaited?.Count <= _received)
                        _awaited?.Reached.TrySetResult();
                    continue;
                }
                _lines.Enqueue(line);
            }
            _answers.Release();
        }
    }
}
