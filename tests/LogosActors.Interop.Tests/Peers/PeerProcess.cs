using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace LogosActors.Interop.Tests.Peers;

/// <summary>A peer in a Node.js process of its own, driven by JSON lines (peers/json-lines.mjs).</summary>
/// <remarks>
/// Every failure carries what the process wrote to standard error and the events that nobody took. The process ends with
/// <see cref="DisposeAsync"/>, and by itself when this process dies, since its standard input ends then.
/// </remarks>
internal sealed class PeerProcess : IAsyncDisposable
{
    /// <summary>The most events that may wait to be taken; one more ends the conversation.</summary>
    public const int MaxEvents = 10_000;

    /// <summary>The longest line, in bytes: a gossipsub message of 1 MiB in base64 with room to spare.</summary>
    public const int MaxLineLength = 2 << 20;

    const int ErrorTailLength = 16 << 10;
    const int ToldEvents = 20;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    static readonly string Directory = typeof(PeerProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "PeersDirectory").Value!;

    readonly Process _process;
    readonly Task _reading;
    readonly Lock _lock = new();
    readonly LinkedList<JsonElement> _events = new();
    readonly List<Waiter> _waiters = [];
    readonly StringBuilder _errors = new();
    readonly SemaphoreSlim _writing = new(1);
    string? _ended;
    int _lastCall;

    PeerProcess(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>Starts a script of the peers directory.</summary>
    /// <exception cref="PeerException">Node.js or the npm packages are not installed.</exception>
    public static PeerProcess Start(string script, string argument)
    {
        if (!System.IO.Directory.Exists(Path.Combine(Directory, "node_modules")))
            throw new PeerException($"The npm packages of {Directory} are not installed: run tests/install.");
        // Where the system's own is too old, tests/install has put another beside the peers.
        var newer = Path.Combine(Directory, "newer-node", "node_modules", ".bin", "node");
        var start = new ProcessStartInfo(File.Exists(newer) ? newer : "node", [script, argument])
        {
            WorkingDirectory = Directory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return new PeerProcess(Process.Start(start)!);
        }
        catch (Win32Exception exception)
        {
            throw new PeerException($"Node.js did not start ({exception.Message}): run tests/install.");
        }
    }

    /// <summary>Gives a command and waits for its answer.</summary>
    /// <param name="command">Its name.</param>
    /// <param name="fields">An object whose properties go with it.</param>
    /// <exception cref="PeerException">The peer refused the command, or ended, or did not answer in time.</exception>
    public async Task<JsonElement> CallAsync(string command, object? fields = null)
    {
        var id = Interlocked.Increment(ref _lastCall);
        var message = fields is null ? [] : JsonSerializer.SerializeToNode(fields, JsonSerializerOptions.Web)!.AsObject();
        message["command"] = command;
        message["id"] = id;
        var answer = TakeAsync($"the answer to '{command}'", line => line.TryGetProperty("id", out var to) && to.GetInt32() == id);
        await WriteAsync(message.ToJsonString() + "\n");
        var result = await answer;
        return NameOf(result) == "ok" ? result : throw Failure($"'{command}' failed: {result.GetProperty("error").GetString()}");
    }

    /// <summary>Waits for the first event of this name that meets the condition, and takes it away; earlier ones count.</summary>
    /// <exception cref="PeerException">The peer ended, or there was no such event in time.</exception>
    public Task<JsonElement> EventAsync(string name, Func<JsonElement, bool>? condition = null)
        => TakeAsync($"the event '{name}'", line => NameOf(line) == name && (condition is null || condition(line)));

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
        _writing.Dispose();
    }

    static string? NameOf(JsonElement line) => line.GetProperty("event").GetString();

    async Task<JsonElement> TakeAsync(string what, Func<JsonElement, bool> condition)
    {
        var waiter = new Waiter(condition, new(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_lock)
        {
            for (var node = _events.First; node is not null; node = node.Next)
            {
                if (!condition(node.Value))
                    continue;
                _events.Remove(node);
                return node.Value;
            }
            if (_ended is null)
                _waiters.Add(waiter);
            else
                waiter.Result.SetResult(null);
        }
        try
        {
            return await waiter.Result.Task.WaitAsync(Patience) ?? throw Failure($"Waited for {what}, but {_ended}");
        }
        catch (TimeoutException)
        {
            lock (_lock)
                _waiters.Remove(waiter);
            throw Failure($"Waited {Patience.TotalSeconds} s for {what}");
        }
    }

    async Task WriteAsync(string line)
    {
        await _writing.WaitAsync();
        try
        {
            await _process.StandardInput.WriteAsync(line);
            await _process.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // The process ended, which the wait for the answer tells better.
        }
        finally
        {
            _writing.Release();
        }
    }

    async Task ReadAsync()
    {
        var errors = ReadErrorsAsync();
        var ended = await ReadEventsAsync();
        await errors;
        lock (_lock)
        {
            _ended = ended;
            foreach (var waiter in _waiters)
                waiter.Result.SetResult(null);
            _waiters.Clear();
        }
    }

    async Task<string> ReadEventsAsync()
    {
        var output = PipeReader.Create(_process.StandardOutput.BaseStream);
        try
        {
            while (true)
            {
                var read = await output.ReadAsync();
                var rest = read.Buffer;
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    using var line = JsonDocument.Parse(rest.Slice(0, end));
                    Hand(line.RootElement.Clone());
                    rest = rest.Slice(rest.GetPosition(1, end));
                }
                if (read.IsCompleted)
                    return "the process ended";
                if (rest.Length > MaxLineLength)
                    throw new InvalidDataException($"a line is over {MaxLineLength} bytes");
                output.AdvanceTo(rest.Start, rest.End);
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException)
        {
            _process.Kill(entireProcessTree: true);
            return $"its output was no good: {exception.Message}";
        }
        finally
        {
            await output.CompleteAsync();
        }
    }

    void Hand(JsonElement line)
    {
        lock (_lock)
        {
            var waiter = _waiters.Find(waiter => waiter.Condition(line));
            if (waiter is not null)
            {
                _waiters.Remove(waiter);
                waiter.Result.SetResult(line);
                return;
            }
            if (_events.Count == MaxEvents)
                throw new InvalidDataException($"more than {MaxEvents} events wait to be taken");
            _events.AddLast(line);
        }
    }

    async Task ReadErrorsAsync()
    {
        var buffer = new char[1024];
        while (await _process.StandardError.ReadAsync(buffer) is > 0 and var count)
        {
            lock (_lock)
            {
                _errors.Append(buffer, 0, count);
                if (_errors.Length > ErrorTailLength)
                    _errors.Remove(0, _errors.Length - ErrorTailLength);
            }
        }
    }

    PeerException Failure(string what)
    {
        lock (_lock)
        {
            var events = string.Join('\n', _events.TakeLast(ToldEvents));
            return new PeerException($"{what}.\nEvents that nobody took, at most {ToldEvents}:\n{events}\nStandard error:\n{_errors}");
        }
    }

    sealed record Waiter(Func<JsonElement, bool> Condition, TaskCompletionSource<JsonElement?> Result);
}
