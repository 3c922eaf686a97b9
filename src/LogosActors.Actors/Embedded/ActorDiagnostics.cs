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

    public static readonly Counter<long> Restarts =
        Meter.CreateCounter<long>("logos.actors.restarts", "{restart}", "Restarts, by class of actor.");

    public static readonly Counter<long> Failures =
        Meter.CreateCounter<long>("logos.actors.failures", "{failure}", "Failures, by class of actor and directive.");

    public static readonly Counter<long> DeadLetters =
        Meter.CreateCounter<long>("logos.actors.dead_letters", "{message}", "Messages that nobody could receive, by reason.");

    public static readonly Histogram<int> MailboxDepth =
        Meter.CreateHistogram<int>("logos.actors.mailbox.depth", "{message}", "Messages that waited when the actor came to its mailbox.");

    public static readonly Histogram<double> HandlingTime =
        Meter.CreateHistogram<double>("logos.actors.handling.duration", "s", "Time from a handler's start to its end, awaits included.");

    // Observed, not counted up and down: whoever begins to listen late still sees how many there are.
    public static readonly ObservableUpDownCounter<long> Live =
        Meter.CreateObservableUpDownCounter("logos.actors.live", CountLive, "{actor}", "Actors that are alive.");

    /// <summary>Counts the system's actors until <see cref="Forget"/>.</summary>
    public static void Observe(EmbeddedActorSystem system) => Systems.Add(system, null);

    public static void Forget(EmbeddedActorSystem system) => Systems.Remove(system);

    public static KeyValuePair<string, object?> SystemTag(ActorSystem system) => new("actor.system", system.Name);

    public static KeyValuePair<string, object?> TypeTag(Type actorType) => new("actor.type", actorType.Name);

    // Two systems of one name are one series: an exporter would take the second for a correction of the first.
    static IEnumerable<Measurement<long>> CountLive() =>
        Systems.GroupBy(s => s.Key.Name, StringComparer.Ordinal)
            .Select(named => new Measurement<long>(named.Sum(s => s.Key.LiveActors), SystemTag(named.First().Key)));
}
