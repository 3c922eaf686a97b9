using LogosActors.Actors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

/// <summary>What the rules about failures have in common: supervisors and children that fail when they are told to.</summary>
public abstract class SupervisionSuite(
    HostFactory host, ITestOutputHelper output, Func<ActorSystemOptions, ActorSystemOptions>? configure = null)
    : ConformanceSuite(host, output, configure)
{
    /// <summary>Tells a child to fail.</summary>
    protected static void Crash(ActorRef actor, string reason = "crash") => actor.Tell(new ScriptedActor.Crash(new FormatException(reason)));

    /// <summary>A strategy that always answers the same.</summary>
    protected static OneForOneStrategy Always(Directive directive) => new() { Decider = _ => directive };

    /// <summary>A top-level actor that supervises by a strategy.</summary>
    protected ActorRef SpawnSupervisor(SupervisorStrategy strategy) =>
        System.Spawn(Props.Create(() => new ScriptedActor()) with { SupervisorStrategy = strategy });

    protected Task<ActorRef> SpawnChild(ActorRef parent, Func<ScriptedActor> child, string? name = null) =>
        SpawnChild(parent, Props.Create(child), name);

    protected Task<ActorRef> SpawnChild(ActorRef parent, Props props, string? name = null) =>
        AwaitAsync(parent.Ask<ActorRef>(new ScriptedActor.SpawnChild(props, name), Second));

    /// <summary>A child that counts what it is told and answers "count" with the number; a new instance counts anew.</summary>
    protected Task<ActorRef> SpawnCounter(ActorRef parent, string? name = null) =>
        SpawnChild(
            parent,
            () =>
            {
                var count = 0;
                return new ScriptedActor
                {
                    OnReceive = (self, message) =>
                    {
                        if (message is "count")
                            self.Reply(count);
                        else
                            count++;
                    },
                };
            },
            name);

    protected Task<int> Count(ActorRef counter) => AwaitAsync(counter.Ask<int>("count", Second));

    /// <summary>How often a living actor has been restarted; null when it does not live.</summary>
    protected int? RestartsOf(ActorRef actor) => System.Tree().FirstOrDefault(a => a.Actor == actor)?.Restarts;
}
