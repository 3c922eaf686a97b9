using System.Diagnostics;
using Akka.Actor;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using LogosActors.Actors;
using LogosActors.Actors.Serialization;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.LoadTests.Actors;

/// <summary>The event that the loads store: 100 bytes.</summary>
internal static class Stored
{
    public static BytesValue Event { get; } = new() { Value = ByteString.CopyFrom(new byte[100]) };

    public static byte[] Bytes { get; } = Event.ToByteArray();

    public static ProtobufTypes Types { get; } = new ProtobufTypes("load", 7199).Add(BytesValue.Parser, "stored");
}

/// <summary>A system with persistent actors, each of which is kept busy.</summary>
internal sealed class Writers : IAsyncDisposable
{
    /// <summary>How many events wait to be stored, of all actors: enough for several transactions, and less than the journal's buffer holds.</summary>
    const int InFlight = 1_000;

    readonly ActorSystem _system;
    readonly IActorRef[] _writers;

    public Writers(JournalDatabase journal, int count)
    {
        _system = LogosSystem.Create("writers", NullLoggerFactory.Instance, journal.Configuration);
        ProtobufSerializer.Install(_system, Stored.Types);
        _writers = [.. Enumerable.Range(0, count).Select(i => _system.ActorOf(Props.Create(() => new Writer($"writer-{i}"))))];
    }

    /// <summary>Writes about so many events, spread evenly.</summary>
    public async Task<TimeSpan> WriteAsync(int events)
    {
        var run = new Run(_writers.Length, Math.Max(1, events / _writers.Length), InFlight / _writers.Length);
        var started = Stopwatch.GetTimestamp();
        foreach (var writer in _writers)
            writer.Tell(run);
        await run.Done.Task.WaitAsync(TimeSpan.FromMinutes(1));
        // What was written may differ a little from what was asked for: the time is scaled to what was asked for.
        return Stopwatch.GetElapsedTime(started) * (events / (double)(run.EventsEach * _writers.Length));
    }

    public async ValueTask DisposeAsync() => await _system.Terminate();

    /// <summary>How much to write; shared by all writers of one round.</summary>
    sealed class Run(int writers, int eventsEach, int inFlight)
    {
        int _writers = writers;

        public int EventsEach { get; } = eventsEach;

        public int InFlight { get; } = Math.Min(inFlight, eventsEach);

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void WriterIsDone()
        {
            if (Interlocked.Decrement(ref _writers) == 0)
                Done.SetResult();
        }
    }

    sealed class Command
    {
        public static readonly Command Instance = new();
    }

    /// <summary>Persists as our actors do: decided and applied at once, effects when it is stored, the next command meanwhile.</summary>
    sealed class Writer(string id) : SupervisedPersistentActor(JournalDatabase.Plugins)
    {
        static readonly BytesValue[] Events = [Stored.Event];

        Run? _run;
        int _toStart;
        int _toStore;

        public override string PersistenceId => id;

        protected override void OnRecover(object message)
        {
        }

        protected override void OnCommand(object message)
        {
            switch (message)
            {
                case Command:
                    PersistAllAsync(Events, static _ => { }, WhenStored);
                    break;
                case Run run:
                    (_run, _toStart, _toStore) = (run, run.EventsEach, run.EventsEach);
                    for (var i = 0; i < run.InFlight; i++)
                        Start();
                    break;
                default:
                    Unhandled(message);
                    break;
            }
        }

        void Start()
        {
            _toStart--;
            Self.Tell(Command.Instance);
        }

        void WhenStored()
        {
            if (_toStart > 0)
                Start();
            if (--_toStore == 0)
                _run!.WriterIsDone();
        }
    }
}
