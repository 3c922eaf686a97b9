using LogosActors.Node.Configuration;

namespace LogosActors.Node.Hosting;

/// <summary>The minimum log level, which may change while the node runs. For any number of threads.</summary>
internal sealed class LogLevelSwitch(LogThreshold threshold)
{
    int _least = (int)LevelOf(threshold);

    /// <summary>The minimum level from now on.</summary>
    public LogThreshold Threshold { set => Volatile.Write(ref _least, (int)LevelOf(value)); }

    /// <summary>Whether entries of a level are written now.</summary>
    public bool IsEnabled(LogLevel level) => (int)level >= Volatile.Read(ref _least);

    static LogLevel LevelOf(LogThreshold threshold) => threshold switch
    {
        LogThreshold.Trace => LogLevel.Trace,
        LogThreshold.Debug => LogLevel.Debug,
        LogThreshold.Info or LogThreshold.Notice => LogLevel.Information,
        LogThreshold.Warn => LogLevel.Warning,
        LogThreshold.Error => LogLevel.Error,
        LogThreshold.Fatal => LogLevel.Critical,
        _ => LogLevel.None,
    };
}
