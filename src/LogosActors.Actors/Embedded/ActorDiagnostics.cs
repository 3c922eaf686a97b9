using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LogosActors.Actors.Embedded;

/// <summary>The instruments of the actor runtime; meter and activity source are both named <c>LogosActors.Actors</c>.</summary>
internal static class ActorDiagnostics
{
    public const string Name = "LogosActors.Actors";

    public static readonly ActivitySource Source = new(Name);

    static readonly Meter Meter = new(Name);

    public static readonly UpDownCounter<long> Actors =
        Meter.CreateUpDownCounter<long>("logos.actors.live", "{actor}", "Actors that are alive.");

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

    public static KeyValuePair<string, object?> TypeTag(Type actorType) => new("actor.type", actorType.Name);
}
