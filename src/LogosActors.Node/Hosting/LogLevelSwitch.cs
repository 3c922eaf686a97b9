using LogosActors.Node.Configuration;

namespace LogosActors.Node.Hosting;

/// <summary>What is logged, which may change while the node runs. For any number of threads.</summary>
internal sealed class LogLevelSwitch(LogThreshold threshold)
{
    int _least = (int)LevelOf(threshold);

    /// <summary>The least that is logged from now on.</summary>
    public LogThreshold Threshold { set => Volatile.Write(ref _least, (int)LevelOf(value)); }

    /// <summary>Whether a level is logged now.</summary>
    public bool Lets(LogLevel level) => (int)level >= Volatile.Read(ref _least);

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
