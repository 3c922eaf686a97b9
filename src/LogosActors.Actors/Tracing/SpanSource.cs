using System.Diagnostics;

namespace LogosActors.Actors.Tracing;

/// <summary>Starts and ends spans in actors: by an explicit parent and the system's clock, and without touching <see cref="Activity.Current"/>,
/// which belongs to no actor. For any number of threads.</summary>
/// <remarks>While nobody listens every start returns null, and a step without a parent has no span: callers keep the root in the state of the
/// request, where it is null, and nothing is allocated. A root that no listener wants costs little more.</remarks>
public static class SpanSource
{
    /// <summary>The name of the <see cref="ActivitySource"/>: what listeners and exporters are configured with.</summary>
    public const string Name = "LogosActors";

    static readonly ActivitySource Source = new(Name);

    /// <summary>Whether somebody listens.</summary>
    public static bool IsListened => Source.HasListeners();

    /// <summary>Starts a span of its own trace; in the trace of the caller, if that is recorded.</summary>
    /// <param name="name">One of <see cref="Spans"/>.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="at">When it has begun.</param>
    /// <param name="subject">What it is about.</param>
    /// <param name="describe">Sets its tags before listeners are told that it has started; not called for a span that nobody wants.</param>
    /// <returns>Null: nobody listens, or wants it.</returns>
    public static Activity? StartRoot<T>(string name, ActivityKind kind, DateTimeOffset at, T subject, Action<Activity, T> describe) =>
        IsListened ? Start(name, kind, Activity.Current is { Recorded: true } caller ? caller.Context : default, at, subject, describe) : null;

    /// <summary>Starts a span beneath another one.</summary>
    /// <param name="name">One of <see cref="Spans"/>.</param>
    /// <param name="parent">The other one; null: there is no span.</param>
    /// <param name="time">The system's clock.</param>
    /// <returns>Null: there is no parent, nobody listens, or wants it.</returns>
    public static Activity? StartChild(string name, Activity? parent, TimeProvider time) =>
        StartChild<object?>(name, parent, time, subject: null, static (_, _) => { });

    /// <inheritdoc cref="StartChild(string, Activity?, TimeProvider)"/>
    /// <param name="name">One of <see cref="Spans"/>.</param>
    /// <param name="parent">The other one; null: there is no span.</param>
    /// <param name="time">The system's clock.</param>
    /// <param name="subject">What it is about.</param>
    /// <param name="describe">Sets its tags before listeners are told that it has started.</param>
    public static Activity? StartChild<T>(string name, Activity? parent, TimeProvider time, T subject, Action<Activity, T> describe) =>
        parent is null ? null : Start(name, ActivityKind.Internal, parent.Context, time.GetUtcNow(), subject, describe);

    /// <summary>Ends a span; once is enough.</summary>
    /// <param name="span">The span; null: there is none.</param>
    /// <param name="time">The system's clock.</param>
    /// <param name="error">What went wrong, for people; null: nothing.</param>
    public static void End(Activity? span, TimeProvider time, string? error = null)
    {
        if (span is null || span.IsStopped)
            return;
        if (error is not null)
            span.SetStatus(ActivityStatusCode.Error, error);
        span.SetEndTime(time.GetUtcNow().UtcDateTime);
        var current = Activity.Current;
        span.Stop();
        Restore(current);
    }

    static Activity? Start<T>(string name, ActivityKind kind, ActivityContext parent, DateTimeOffset at, T subject, Action<Activity, T> describe)
    {
        // A span without a parent would become a child of the current one.
        var current = Activity.Current;
        Restore(null);
        try
        {
            if (Source.CreateActivity(name, kind, parent) is not { } span)
                return null;
            describe(span, subject);
            return span.SetStartTime(at.UtcDateTime).Start();
        }
        finally
        {
            Restore(current);
        }
    }

    static void Restore(Activity? current)
    {
        if (Activity.Current != current)
            Activity.Current = current;
    }
}
