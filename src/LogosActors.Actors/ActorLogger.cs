using System.Collections;
using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;
using Akka.Hosting.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace LogosActors.Actors;

/// <summary>Passes what actors log on to the loggers of .NET: the category is the class that logs, the actor's path is in the scope
/// (<see cref="PathProperty"/>).</summary>
/// <remarks>Akka.Hosting's logger has one category for all, so that they cannot be filtered, and writes time and thread into the text.</remarks>
internal sealed class ActorLogger : ActorBase, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    /// <summary>The property of the scope that has the path of the actor that logs, or whose failure its supervisor logs.</summary>
    public const string PathProperty = "ActorPath";

    readonly Dictionary<Type, ILogger> _loggers = [];
    readonly ILoggerFactory _factory;

    public ActorLogger()
    {
        var setup = Context.System.Settings.Setup.Get<LoggerFactorySetup>();
        _factory = setup.HasValue ? setup.Value.LoggerFactory : NullLoggerFactory.Instance;
    }

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                return true;
            case LogEvent entry:
                Write(entry);
                return true;
            default:
                return false;
        }
    }

    void Write(LogEvent entry)
    {
        var logger = LoggerOf(entry.LogClass ?? typeof(ActorSystem));
        var level = LevelOf(entry.LogLevel());
        if (!logger.IsEnabled(level))
            return;
        List<KeyValuePair<string, object?>> state = [];
        if (entry.TryGetProperties(out var properties) && properties is not null)
            state.AddRange(properties.Select(static property => KeyValuePair.Create(property.Key, (object?)property.Value)));
        state.Add(new("{OriginalFormat}", entry.GetTemplate()));
        var text = TextOf(entry);
        // What is no actor, such as a publisher of events, is named otherwise.
        using var scope = entry.LogSource.StartsWith("akka", StringComparison.Ordinal) ? logger.BeginScope(new PathScope(entry.LogSource)) : null;
        logger.Log(level, default, state, entry.Cause, (_, _) => text);
    }

    ILogger LoggerOf(Type category)
    {
        if (!_loggers.TryGetValue(category, out var logger))
            _loggers.Add(category, logger = _factory.CreateLogger(category));
        return logger;
    }

    // A template that does not fit its arguments is no reason to lose the entry.
    static string TextOf(LogEvent entry)
    {
        try
        {
            return entry.Message?.ToString() ?? "";
        }
        catch (FormatException)
        {
            return entry.GetTemplate();
        }
    }

    static LogLevel LevelOf(Akka.Event.LogLevel level) => level switch
    {
        Akka.Event.LogLevel.DebugLevel => LogLevel.Debug,
        Akka.Event.LogLevel.InfoLevel => LogLevel.Information,
        Akka.Event.LogLevel.WarningLevel => LogLevel.Warning,
        _ => LogLevel.Error,
    };
}

/// <summary>A scope with one property, as providers of structured logs read it.</summary>
internal sealed class PathScope(string path) : IReadOnlyList<KeyValuePair<string, object?>>
{
    readonly KeyValuePair<string, object?> _property = new(ActorLogger.PathProperty, path);

    public int Count => 1;

    public KeyValuePair<string, object?> this[int index] => index == 0 ? _property : throw new ArgumentOutOfRangeException(nameof(index));

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        yield return _property;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"{ActorLogger.PathProperty}: {path}";
}

/// <summary>Takes the place of Akka's logger on standard output, which belongs to the program.</summary>
internal sealed class NoOutput : MinimalLogger
{
    protected override void Log(object message)
    {
        // The start and the end of a system have no logger but this one.
    }
}
