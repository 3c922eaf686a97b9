using Microsoft.Extensions.Logging;
using Xunit;
using Xunit.Abstractions;

namespace LogosActors.Actors.TestKit;

/// <summary>A base class for xunit tests: one system per test, terminated after it, whose log is shown in the test's output.</summary>
public abstract class XunitTestKit : ActorTestKit, IAsyncLifetime
{
    /// <summary>Starts a system.</summary>
    /// <param name="output">Where the log goes; null for nowhere.</param>
    /// <param name="host">Makes the host from the log's factory; null for the embedded host in real time.</param>
    /// <param name="options">Null for the defaults.</param>
    protected XunitTestKit(
        ITestOutputHelper? output = null, Func<LogCapture, ITestHost>? host = null, TestKitOptions? options = null)
        : this(Capture(output), host ?? (static logs => new EmbeddedTestHost(new ActorSystemOptions { LoggerFactory = logs })), options)
    {
    }

    XunitTestKit(LogCapture logs, Func<LogCapture, ITestHost> host, TestKitOptions? options)
        : base(host(logs), logs, options)
    {
    }

    /// <summary>Runs before the test.</summary>
    public virtual Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    static LogCapture Capture(ITestOutputHelper? output) =>
        output is null ? new LogCapture() : new LogCapture(LogLevel.Debug, entry => Write(output, entry));

    static void Write(ITestOutputHelper output, LogEntry entry)
    {
        try
        {
            output.WriteLine($"{entry.Level} {entry.Category}: {entry.Message}");
            if (entry.Exception is { } exception)
                output.WriteLine(exception.ToString());
        }
        catch (InvalidOperationException)
        {
            // The test has ended; xunit takes no more output, and an actor may still have a last word.
        }
    }
}
