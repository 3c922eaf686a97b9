using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace LogosActors.Tests;

/// <summary>What is logged, for a test to look at.</summary>
public sealed class CapturedLogs : ILoggerFactory, ILogger
{
    readonly ConcurrentQueue<(LogLevel Level, string Text)> _entries = new();

    /// <summary>The entries with their exceptions.</summary>
    public IEnumerable<string> Lines => _entries.Select(static entry => entry.Text);

    /// <summary>Whether there is an entry of a level that contains a text.</summary>
    public bool Has(LogLevel level, string text) =>
        _entries.Any(entry => entry.Level == level && entry.Text.Contains(text, StringComparison.Ordinal));

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        ArgumentNullException.ThrowIfNull(formatter);
        _entries.Enqueue((logLevel, $"{formatter(state, exception)} {exception}"));
    }
}
