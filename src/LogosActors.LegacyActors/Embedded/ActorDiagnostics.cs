using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace LogosActors.Actors.Embedded;

/// <summary>The instruments of the actor runtime; meter and activity source are both named <c>LogosActors.Actors</c>.</summary>
/// <remarks>They are the process's, so each measurement names its system (<c>actor.system</c>).</remarks>
internal static class ActorDiagnostics
{
    public const string Name = "LogosActors.Actors";

    public static readonly ActivitySource Source = new(Name);

    // Weak: a system that is dropped without being terminated is not kept for the sake of a figure.
    static readonly ConditionalWeakTable<EmbeddedActorSystem, object?> Systems = [];

    static readonly Meter Meter = new(Name);

    static readonly Counter<long> Restarts =
        Meter.CreateCounter<long>("logos.actors.restarts", "{restart}", "Restarts, by class of actor.");

    static readonly Counter<long> Failures =
        Meter.CreateCounter<long>("logos.actors.failures", "{failure}", "Failures, by class of actor and directive.");

    static readonly Counter<long> DeadLetters =
        Meter.CreateCounter<long>("logos.actors.dead_letters", "{message}", "Messages that nobody could receive, by reason.");

    static readonly Histogram<int> MailboxDepth =
        Meter.CreateHistogram<int>("logos.actors.mailbox.depth", "{message}", "Messages that waited when the actor came to its mailbox.");

    static readonly Histogram<double> HandlingTime =
        Meter.CreateHistogram<double>("logos.actors.handling.duration", "s", "Time from a handler's start to its end, awaits included.");

    // Observed, not counted up and down: whoever begins to listen late still sees how many there are.
    static readonly ObservableUpDownCounter<long> Live =
        Meter.CreateObservableUpDownCounter("logos.actors.live", CountLive, "{actor}", "Actors that are alive.");

    /// <summary>Counts the system's actors until <see cref="Forget"/>.</summary>
    public static void Observe(EmbeddedActorSystem system) => Systems.Add(system, null);

    public static void Forget(EmbeddedActorSystem system) => Systems.Remove(system);

    // Asked before a measurement is taken, which nobody should pay for that listens to none.
    public static bool MeasuresMailboxDepth => MailboxDepth.Enabled;

    public static bool MeasuresHandlingTime => HandlingTime.Enabled;

    public static void CountRestart(ActorCell actor)
    {
        if (Restarts.Enabled)
            Add(Restarts, 1, SystemTag(actor.System), TypeTag(actor));
    }

    public static void CountFailure(ActorCell actor, Directive directive)
    {
        if (Failures.Enabled)
            Add(Failures, 1, SystemTag(actor.System), TypeTag(actor), new("directive", directive));
    }

    public static void CountDeadLetter(ActorSystem system, DeadLetterReason reason)
    {
        if (DeadLetters.Enabled)
            Add(DeadLetters, 1, SystemTag(system), new KeyValuePair<string, object?>("reason", reason));
    }

    public static void RecordMailboxDepth(ActorCell actor, int depth) => Record(MailboxDepth, depth, SystemTag(actor.System), TypeTag(actor));

    public static void RecordHandlingTime(ActorCell actor, TimeSpan duration) => Record(HandlingTime, duration.TotalSeconds, SystemTag(actor.System), TypeTag(actor));

    /// <summary>Begins to trace the handling of a message; null when nobody wants to see it.</summary>
    public static Activity? StartHandling(TracedMessage traced, ActorCell cell)
    {
        var outer = Activity.Current;
        try
        {
            return Source.StartActivity(
                traced.Message.GetType().Name, ActivityKind.Consumer, traced.Trace,
                [new KeyValuePair<string, object?>("actor.path", cell.Path), SystemTag(cell.System)]);
        }
#pragma warning disable CA1031 // see Add
        catch (Exception)
#pragma warning restore CA1031
        {
            Activity.Current = outer;
            return null;
        }
    }

    /// <summary>Ends the trace of a handler. The current activity of this thread stays what it is.</summary>
    public static void EndHandling(Activity activity)
    {
        var outer = Activity.Current;
        try
        {
            activity.Dispose();
        }
#pragma warning disable CA1031 // see Add
        catch (Exception)
#pragma warning restore CA1031
        {
        }

        Activity.Current = outer;
    }

    // A listener runs in here, on the thread of whoever measures. What it throws is its own affair: it must neither
    // fail an actor nor stop one halfway, and there is nobody to whom it could be reported.
    static void Add(Counter<long> counter, long delta, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        try
        {
            counter.Add(delta, tags);
        }
#pragma warning disable CA1031 // see above
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    static void Record<T>(Histogram<T> histogram, T value, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
        where T : struct
    {
        try
        {
            histogram.Record(value, tags);
        }
#pragma warning disable CA1031 // see above
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    static KeyValuePair<string, object?> SystemTag(ActorSystem system) => new("actor.system", system.Name);

    static KeyValuePair<string, object?> TypeTag(ActorCell actor) => new("actor.type", actor.Props.ActorType.Name);

    // Two systems of one name are one series: an exporter would take the second for a correction of the first.
    static IEnumerable<Measurement<long>> CountLive() =>
        Systems.GroupBy(s => s.Key.Name, StringComparer.Ordinal)
            .Select(named => new Measurement<long>(named.Sum(s => s.Key.LiveActors), SystemTag(named.First().Key)));
}
