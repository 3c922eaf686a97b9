using System.Diagnostics;
using System.Text;
using LogosActors.Actors;
using LogosActors.Actors.Persistence;

namespace LogosActors.LoadTests.Persistence;

/// <summary>The event that the loads store: 100 bytes.</summary>
internal sealed record Stored(ReadOnlyMemory<byte> Bytes)
{
    public static readonly Stored Sample = new(Encoding.ASCII.GetBytes(new string('e', 100)));

    /// <summary>As a Protocol Buffers message with one field of bytes.</summary>
    public static EventSerialization Serialization { get; } = EventSerialization.CreateBuilder()
        .Add<Stored>("loadtests.stored.v1", Write, Read)
        .Build();

    static ReadOnlyMemory<byte> Write(Stored stored) => (byte[])[0x0a, (byte)stored.Bytes.Length, .. stored.Bytes.Span];

    static Stored Read(ReadOnlyMemory<byte> bytes) =>
        bytes.Length >= 2 && bytes.Span[1] == bytes.Length - 2 ? new Stored(bytes[2..]) : throw new FormatException("Not a stored event.");
}

/// <summary>Persists events one command after another, as many as it is told, and notes how long each took.</summary>
internal sealed class WriterActor(string id, int eventsPerCommand) : PersistentActor
{
    static readonly object Next = new();

    Run? _run;
    long _commandStarted;
    int _left;

    /// <summary>How much to write; shared by all writers of one round.</summary>
    internal sealed class Run(int writers, int eventsEach)
    {
        int _writers = writers;

        public int EventsEach { get; } = eventsEach;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Latencies Latencies { get; } = new();

        public void WriterIsDone()
        {
            if (Interlocked.Decrement(ref _writers) == 0)
                Done.SetResult();
        }
    }

    protected override string PersistenceId => id;

    protected override void Recover(object message)
    {
    }

    protected override void Receive(object message)
    {
        if (message is Run run)
            (_run, _left) = (run, run.EventsEach);
        if (_left <= 0)
        {
            _run!.WriterIsDone();
            return;
        }

        _commandStarted = Stopwatch.GetTimestamp();
        for (var i = 0; i < eventsPerCommand; i++)
        {
            if (--_left == 0 || i == eventsPerCommand - 1)
            {
                Persist(Stored.Sample, Continue);
                break;
            }

            Persist(Stored.Sample, static _ => { });
        }
    }

    void Continue(Stored stored)
    {
        _run!.Latencies.Add(Stopwatch.GetElapsedTime(_commandStarted));
        Self.Tell(Next, Self);
    }
}

/// <summary>Latencies by microsecond up to 100 ms, from many threads.</summary>
internal sealed class Latencies
{
    readonly int[] _microseconds = new int[100_000];
    int _count;

    public void Add(TimeSpan latency)
    {
        Interlocked.Increment(ref _microseconds[(int)Math.Clamp(latency.TotalMicroseconds, 0, _microseconds.Length - 1)]);
        Interlocked.Increment(ref _count);
    }

    /// <summary>In milliseconds.</summary>
    public double Percentile(double part)
    {
        var left = (long)(_count * part);
        for (var i = 0; i < _microseconds.Length; i++)
        {
            left -= _microseconds[i];
            if (left < 0)
                return i / 1000.0;
        }

        return 0;
    }
}

/// <summary>A system with persistent writers on some journal.</summary>
internal sealed class Writers : IAsyncDisposable
{
    readonly ActorSystem _system;
    readonly ActorRef[] _writers;

    public Writers(IJournal journal, int count, int eventsPerCommand)
    {
        _system = ActorSystem.Create("writers", new ActorSystemOptions
        {
            Persistence = new PersistenceOptions { Journal = journal, Serialization = Stored.Serialization },
        });
        _writers = [.. Enumerable.Range(0, count).Select(i => _system.Spawn(Props.Create(() => new WriterActor($"writer-{i}", eventsPerCommand))))];
    }

    public Latencies Latencies { get; private set; } = new();

    /// <summary>Writes about so many events, spread evenly.</summary>
    public async Task<TimeSpan> WriteAsync(int events)
    {
        var run = new WriterActor.Run(_writers.Length, Math.Max(1, events / _writers.Length));
        var started = Stopwatch.GetTimestamp();
        foreach (var writer in _writers)
            writer.Tell(run);
        await run.Done.Task;
        Latencies = run.Latencies;

        // What was written may differ a little from what was asked for: the time is scaled to what was asked for.
        return Stopwatch.GetElapsedTime(started) * (events / (double)(run.EventsEach * _writers.Length));
    }

    public ValueTask DisposeAsync() => _system.DisposeAsync();
}
