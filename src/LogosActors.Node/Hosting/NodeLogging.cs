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

/// <summary>Writes each entry at once; an actor's with its path, which the scope has: whole in JSON, in a line for people what is beneath the node.</summary>
internal sealed class LineLoggerProvider(TextWriter output, LogFormat format) : ILoggerProvider, ISupportExternalScope
{
    const string ActorPath = "ActorPath";
    const string User = "/user/";

    readonly Lock _gate = new();
    IExternalScopeProvider? _scopes;

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
        // The writer is the terminal's.
    }

    void Write(string category, LogLevel level, string message, Exception? exception)
    {
        var actor = FindActor();
        var line = format is LogFormat.Json ? Json(category, actor, level, message, exception) : Text(actor is null ? category : Short(actor), level, message, exception);
        lock (_gate)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }

    /// <summary>The path of the actor that logs: a failure is logged by its supervisor, in its name. Null: no actor logs.</summary>
    string? FindActor()
    {
        var found = new string?[1];
        _scopes?.ForEachScope(
            static (scope, found) =>
            {
                if (scope is not IReadOnlyList<KeyValuePair<string, object?>> properties)
                    return;
                foreach (var (name, value) in properties)
                {
                    if (name == ActorPath)
                        found[0] = value as string;
                }
            },
            found);
        return found[0];
    }

    /// <summary>The path beneath the node's actor, whose name has the peer id in it: there is one node in a process.</summary>
    static string Short(string path)
    {
        if (path.IndexOf(User, StringComparison.Ordinal) is var user && user < 0)
            return path;
        var name = path[(user + User.Length)..];
        return name.StartsWith("logos-", StringComparison.Ordinal) && name.IndexOf('/', StringComparison.Ordinal) is > 0 and var end ? name[end..] : $"/{name}";
    }

    static string Text(string source, LogLevel level, string message, Exception? exception)
    {
        var line = new StringBuilder(128)
            .Append(Abbreviation(level)).Append(' ')
            .Append(DateTimeOffset.Now.ToString("yyyy-MM-dd HH:mm:ss.fffzzz", CultureInfo.InvariantCulture)).Append(' ').Append(PrintableText.Of(message));
        if (source != "logos")
            line.Append("  [").Append(source).Append(']');
        foreach (var detail in exception?.ToString().Split('\n') ?? [])
            line.AppendLine().Append("    ").Append(PrintableText.Of(detail.TrimEnd('\r'))); // set in: no entry begins like that
        return line.ToString();
    }

    static string Json(string category, string? actor, LogLevel level, string message, Exception? exception) => JsonSerializer.Serialize(
        new LogLine(Abbreviation(level), DateTimeOffset.Now, message, category, actor, exception?.ToString()), Rest.RestJson.Options);

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

    sealed record LogLine(string Lvl, DateTimeOffset Ts, string Msg, string Topics, string? Actor, string? Error);

    sealed class LineLogger(LineLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => provider._scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            provider.Write(category, logLevel, formatter(state, exception), exception);
    }
}
