using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.Actors.Embedded;

/// <summary>Adds the actor's path and the system's name to each entry as a scope, without a scope per message.</summary>
internal sealed class PathScopedLogger(ILogger logger, string path, string system) : ILogger
{
    readonly KeyValuePair<string, object>[] _scope = [new("ActorPath", path), new("ActorSystem", system)];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!logger.IsEnabled(logLevel))
            return;
        using (logger.BeginScope(_scope))
            logger.Log(logLevel, eventId, state, exception, formatter);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"log of {path}");
}

/// <summary>A logger that swallows what its sink throws: a broken log must not fail whoever has something to say.</summary>
internal sealed class UnfailingLogger(ILogger logger) : ILogger
{
    /// <summary>Makes a logger; one that logs nowhere when the factory fails.</summary>
    /// <param name="factory">The application's.</param>
    /// <param name="category">The category.</param>
    /// <param name="actorPath">The actor whose path is in the scope of each entry; null for no scope.</param>
    /// <param name="system">The name of its system.</param>
    public static UnfailingLogger Create(ILoggerFactory factory, string category, string? actorPath = null, string system = "")
    {
        try
        {
            var logger = factory.CreateLogger(category);
            return new UnfailingLogger(actorPath is null ? logger : new PathScopedLogger(logger, actorPath, system));
        }
#pragma warning disable CA1031 // a broken log must not fail an actor
        catch (Exception)
#pragma warning restore CA1031
        {
            return new UnfailingLogger(NullLogger.Instance);
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        try
        {
            return logger.BeginScope(state);
        }
#pragma warning disable CA1031 // a broken log must not fail an actor
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return logger.IsEnabled(logLevel);
        }
#pragma warning disable CA1031 // a broken log must not fail an actor
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            logger.Log(logLevel, eventId, state, exception, formatter);
        }
#pragma warning disable CA1031 // a broken log must not fail an actor
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    public override string? ToString() => logger.ToString();
}
