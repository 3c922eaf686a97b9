namespace LogosActors.Actors.TestKit;

/// <summary>What a test of actors needs, on any host: probes, expectations about the log, and ways to wait that are not sleeps.</summary>
/// <remarks>
/// Expectations are asynchronous. On the deterministic host they pump it and have ended when they return, so a test
/// that awaits nothing else never leaves its thread; wait for tasks of your own with <see cref="AwaitAsync{T}"/>.
/// </remarks>
public class ActorTestKit : IAsyncDisposable
{
    /// <summary>Tests on a host.</summary>
    /// <param name="host">The host; disposed with this.</param>
    /// <param name="logs">What the host's system logs to (<see cref="ActorSystemOptions.LoggerFactory"/>); null when nothing is expected of the log.</param>
    /// <param name="options">Null for the defaults.</param>
    public ActorTestKit(ITestHost host, LogCapture? logs = null, TestKitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        (Host, Logs, Options) = (host, logs ?? new LogCapture(), options ?? new TestKitOptions());
        EventFilter = new EventFilter(this);
    }

    /// <summary>The host.</summary>
    public ITestHost Host { get; }

    /// <summary>The system under test.</summary>
    public ActorSystem System => Host.System;

    /// <summary>What has been logged.</summary>
    public LogCapture Logs { get; }

    /// <summary>The settings.</summary>
    public TestKitOptions Options { get; }

    /// <summary>Expectations about the log and about dead letters.</summary>
    public EventFilter EventFilter { get; }

    /// <summary>A new probe.</summary>
    /// <param name="name">Its name among the top-level actors; generated when null.</param>
    public TestProbe CreateTestProbe(string? name = null) => new(this, name);

    /// <summary>Lets time pass for the actors: virtual time, where the host has one.</summary>
    public Task AdvanceAsync(TimeSpan time) => Host.AdvanceAsync(time);

    /// <summary>Waits for a task's result, for at most 30 s.</summary>
    public Task<T> AwaitAsync<T>(Task<T> task) => Host.AwaitAsync(task);

    /// <summary>Waits for a task's end, for at most 30 s.</summary>
    public Task AwaitAsync(Task task) => Host.AwaitAsync(task);

    /// <summary>Waits until a condition holds.</summary>
    /// <param name="condition">Looked at often; must not change anything.</param>
    /// <param name="timeout">How long to wait; null for <see cref="TestKitOptions.ExpectTimeout"/>.</param>
    /// <exception cref="ExpectationFailedException">It did not in time.</exception>
    public async Task AwaitCondition(Func<bool> condition, TimeSpan? timeout = null)
    {
        var limit = timeout ?? Options.ExpectTimeout;
        if (!await Host.WaitUntilAsync(condition, limit))
            throw new ExpectationFailedException($"The condition did not hold within {limit}.");
    }

    /// <summary>Waits until an assertion passes.</summary>
    /// <param name="assertion">Throws while it does not hold; run often, must not change anything.</param>
    /// <param name="timeout">How long to wait; null for <see cref="TestKitOptions.ExpectTimeout"/>.</param>
    /// <exception cref="ExpectationFailedException">It did not pass in time; the inner exception is its last failure.</exception>
    public async Task AwaitAssert(Action assertion, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(assertion);
        Exception? last = null;
        var limit = timeout ?? Options.ExpectTimeout;
        if (!await Host.WaitUntilAsync(Passes, limit))
            throw new ExpectationFailedException($"The assertion did not pass within {limit}: {last?.Message}", last);

        bool Passes()
        {
            try
            {
                assertion();
                return true;
            }
#pragma warning disable CA1031 // whatever the assertion throws, it does not hold yet
            catch (Exception e)
#pragma warning restore CA1031
            {
                last = e;
                return false;
            }
        }
    }

    /// <summary>Terminates the system.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
