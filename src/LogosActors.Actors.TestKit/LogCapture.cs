using Microsoft.Extensions.Logging;

namespace LogosActors.Actors.TestKit;

/// <summary>One captured log entry.</summary>
/// <param name="Level">Its level.</param>
/// <param name="Category">Its category; for an actor, its class.</param>
/// <param name="Message">The formatted text.</param>
/// <param name="Exception">The exception that came with it.</param>
public sealed record LogEntry(LogLevel Level, string Category, string Message, Exception? Exception)
{
    /// <summary>The values of the scopes that were open, outermost first; an actor's entries have its <c>ActorPath</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Scope { get; init; } = [];
}

/// <summary>A logger factory that keeps what is logged, for a test to look at. Safe for use from many threads.</summary>
/// <param name="minimum">The lowest level that is kept.</param>
/// <param name="write">Is told each entry as well, for example to show it in the test's output.</param>
public sealed class LogCapture(LogLevel minimum = LogLevel.Debug, Action<LogEntry>? write = null) : ILoggerFactory
{
    readonly Lock _gate = new();
    readonly LoggerExternalScopeProvider _scopes = new();
    readonly List<LogEntry> _entries = [];

    /// <summary>What has been logged up to now.</summary>
    public IReadOnlyList<LogEntry> Entries
    {
        get
        {
            lock (_gate)
                return [.. _entries];
        }
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new CapturingLogger(this, categoryName);

    /// <summary>Not supported: this factory is its own provider.</summary>
    public void AddProvider(ILoggerProvider provider) =>
        throw new NotSupportedException($"{nameof(LogCapture)} captures by itself; pass a write action to see the entries elsewhere.");

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    void Add(LogEntry entry)
    {
        lock (_gate)
            _entries.Add(entry);
        write?.Invoke(entry);
    }

    List<KeyValuePair<string, object?>> OpenScope()
    {
        var values = new List<KeyValuePair<string, object?>>();
        _scopes.ForEachScope(
            static (scope, found) => found.AddRange(scope as IEnumerable<KeyValuePair<string, object?>> ?? []), values);
        return values;
    }

    sealed class CapturingLogger(LogCapture capture, string category) : ILogger
    {
        readonly LogLevel _minimum = capture.Minimum;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => capture._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel >= _minimum && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                capture.Add(new LogEntry(logLevel, category, formatter(state, exception), exception) { Scope = capture.OpenScope() });
        }
    }

    LogLevel Minimum => minimum;
}
