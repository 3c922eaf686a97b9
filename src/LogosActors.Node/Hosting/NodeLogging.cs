using System.Globalization;
using System.Text;
using System.Text.Json;
using LogosActors.Node.Configuration;

namespace LogosActors.Node.Hosting;

/// <summary>Writes logs to the terminal: a line each, or a JSON object each.</summary>
internal static class NodeLogging
{
    /// <summary>Makes the loggers; disposing the result ends them.</summary>
    public static ILoggerFactory Create(LogSettings settings, LogLevelSwitch logs, TextWriter output) => LoggerFactory.Create(logging => logging
        .SetMinimumLevel(LogLevel.Trace)
        .AddFilter((_, category, level) => logs.IsEnabled(level) && (level >= LogLevel.Warning || !IsNoise(category)) && category != WebHost)
#pragma warning disable CA2000 // the factory disposes it
        .AddProvider(new LineLoggerProvider(output, settings.Format)));
#pragma warning restore CA2000

    // Why a web server has not started is what the command ends with.
    const string WebHost = "Microsoft.Extensions.Hosting.Internal.Host";

    // What web servers say of themselves is not about the node.
    static bool IsNoise(string? category) => category is not null && category.StartsWith("Microsoft.", StringComparison.Ordinal);
}

/// <summary>Writes each entry at once.</summary>
internal sealed class LineLoggerProvider(TextWriter output, LogFormat format) : ILoggerProvider
{
    readonly Lock _gate = new();

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    public void Dispose()
    {
        // The writer is the terminal's.
    }

    void Write(string category, LogLevel level, string message, Exception? exception)
    {
        var line = format is LogFormat.Json ? Json(category, level, message, exception) : Text(category, level, message, exception);
        lock (_gate)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }

    static string Text(string category, LogLevel level, string message, Exception? exception)
    {
        var line = new StringBuilder(128)
            .Append(Abbreviation(level)).Append(' ')
            .Append(DateTimeOffset.Now.ToString("yyyy-MM-dd HH:mm:ss.fffzzz", CultureInfo.InvariantCulture)).Append(' ').Append(PrintableText.Of(message));
        if (category != "logos")
            line.Append("  [").Append(category).Append(']');
        foreach (var detail in exception?.ToString().Split('\n') ?? [])
            line.AppendLine().Append("    ").Append(PrintableText.Of(detail.TrimEnd('\r'))); // set in: no entry begins like that
        return line.ToString();
    }

    static string Json(string category, LogLevel level, string message, Exception? exception) => JsonSerializer.Serialize(
        new LogLine(Abbreviation(level), DateTimeOffset.Now, message, category, exception?.ToString()), Rest.RestJson.Options);

    // The reference's three letters.
    static string Abbreviation(LogLevel level) => level switch
    {
        LogLevel.Trace => "TRC",
        LogLevel.Debug => "DBG",
        LogLevel.Information => "INF",
        LogLevel.Warning => "WRN",
        LogLevel.Error => "ERR",
        _ => "FTL",
    };

    sealed record LogLine(string Lvl, DateTimeOffset Ts, string Msg, string Topics, string? Error);

    sealed class LineLogger(LineLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            provider.Write(ActorOf(state) ?? category, logLevel, formatter(state, exception), exception);

        // What an actor logs stands under its path: a failure is logged by its supervisor.
        static string? ActorOf<TState>(TState state)
        {
            if (state is not IEnumerable<KeyValuePair<string, object?>> properties)
                return null;
            foreach (var (name, value) in properties)
            {
                if (name == "ActorPath" && value is string source && source.IndexOf("/user", StringComparison.Ordinal) is > 0 and var start)
                    return source[start..];
            }
            return null;
        }
    }
}
