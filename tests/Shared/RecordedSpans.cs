using System.Collections.Concurrent;
using System.Diagnostics;
using LogosActors.Actors.Tracing;

namespace LogosActors.Tests;

/// <summary>Listens to the spans of all nodes of the process, until it is disposed of: for tests that run alone.</summary>
internal sealed class RecordedSpans : IDisposable
{
    readonly ConcurrentQueue<Activity> _ended = new();
    readonly ActivityListener _listener;

    public RecordedSpans()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == SpanSource.Name,
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>Those that have ended, in the order in which they did.</summary>
    public IReadOnlyCollection<Activity> Ended => _ended;

    /// <summary>The spans of a name.</summary>
    public IReadOnlyList<Activity> Named(string name) => [.. _ended.Where(span => span.OperationName == name)];

    /// <summary>The spans directly beneath another one.</summary>
    public IReadOnlyList<Activity> Beneath(Activity parent) => [.. _ended.Where(span => span.ParentSpanId == parent.SpanId)];

    /// <summary>Waits for a span.</summary>
    public async Task<Activity> AwaitAsync(string name, Predicate<Activity>? condition = null)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (_ended.FirstOrDefault(span => span.OperationName == name && condition?.Invoke(span) != false) is { } found)
                return found;
            await Task.Delay(10, late.Token);
        }
    }

    public void Dispose() => _listener.Dispose();
}
