using Akka.Actor;
using Akka.Event;

namespace LogosActors.TestKit;

/// <summary>A log event of a simulated system.</summary>
/// <param name="Time">When, in virtual time since the beginning.</param>
/// <param name="System">The name of the system.</param>
/// <param name="Event">Akka's event; what it was logged with is read from it only when asked for.</param>
public sealed record SimulationLogEntry(TimeSpan Time, string System, LogEvent Event)
{
    /// <summary>The level.</summary>
    public LogLevel Level => Event.LogLevel();

    /// <summary>The formatted text.</summary>
    public string Message => Event.Message?.ToString() ?? "";

    /// <summary>Where it comes from: the path of an actor, in most cases.</summary>
    public string Source => Event.LogSource;

    /// <summary>The exception that came with it.</summary>
    public Exception? Cause => Event.Cause;

    /// <inheritdoc/>
    public override string ToString() => $"[{Time}] [{Level}] [{System}] [{Source}] {Message}{(Cause is null ? "" : $" {Cause.GetType().Name}: {Cause.Message}")}";
}

/// <summary>What simulated systems have logged, at or above their <c>akka.loglevel</c> (WARNING unless configured otherwise).</summary>
public sealed class SimulationLog
{
    readonly Queue<SimulationLogEntry> _entries = new();
    readonly int _capacity;

    internal SimulationLog(int capacity) => _capacity = capacity;

    /// <summary>The entries that are kept, the oldest first.</summary>
    public IReadOnlyCollection<SimulationLogEntry> Entries => _entries;

    /// <summary>How many entries were dropped, because there were more than are kept.</summary>
    public long Dropped { get; private set; }

    /// <summary>Is called for each entry, for example to write it to the output of a test.</summary>
    public Action<SimulationLogEntry>? Written { get; set; }

    /// <summary>The entries of a level.</summary>
    /// <param name="level">The level.</param>
    public IEnumerable<SimulationLogEntry> Of(LogLevel level) => _entries.Where(entry => entry.Level == level);

    /// <summary>Forgets all entries.</summary>
    public void Clear() => _entries.Clear();

    internal void Add(SimulationLogEntry entry)
    {
        _entries.Enqueue(entry);
        if (_entries.Count > _capacity)
        {
            _entries.Dequeue();
            Dropped++;
        }

        Written?.Invoke(entry);
    }

    /// <summary>Subscribes to the log of a system without an actor of its own.</summary>
    internal sealed class Subscriber(SimulationLog log, ActorSystem system, TimeProvider time) : MinimalActorRef
    {
        public override ActorPath Path { get; } = ((ExtendedActorSystem)system).Provider.RootPath / "simulation-log";

        public override IActorRefProvider Provider => ((ExtendedActorSystem)system).Provider;

        protected override void TellInternal(object message, IActorRef sender)
        {
            if (message is LogEvent logged)
                log.Add(new SimulationLogEntry(TimeSpan.FromTicks(time.GetTimestamp()), system.Name, logged));
        }
    }
}
