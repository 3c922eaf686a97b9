namespace LogosActors.Actors.Routing;

/// <summary>Spreads messages over several actors.</summary>
public static class Router
{
    /// <summary>An actor that spawns <paramref name="size"/> children and routes every message to them, keeping its sender.</summary>
    /// <remarks>A child that fails is restarted by <paramref name="strategy"/>; one that stops is not routed to any more, and when
    /// the last has stopped the router stops. A message that finds nobody is a dead letter.</remarks>
    /// <param name="size">1 – 10,000 children.</param>
    /// <param name="child">How to make one.</param>
    /// <param name="logic">Makes the rule; called at each start of the router.</param>
    /// <param name="strategy">How failures of the children are answered; null for the default.</param>
    public static Props Pool(int size, Props child, Func<RoutingLogic> logic, SupervisorStrategy? strategy = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, 10_000);
        ArgumentNullException.ThrowIfNull(child);
        ArgumentNullException.ThrowIfNull(logic);
        return Props.Create(() => new PoolRouterActor(size, child, logic())) with { SupervisorStrategy = strategy };
    }

    /// <summary>An actor that routes every message to actors that exist already, keeping its sender.</summary>
    /// <remarks>One that stops is not routed to any more.</remarks>
    /// <param name="routees">1 – 10,000 actors.</param>
    /// <param name="logic">Makes the rule; called at each start of the router.</param>
    public static Props Group(IReadOnlyList<ActorRef> routees, Func<RoutingLogic> logic)
    {
        ArgumentNullException.ThrowIfNull(routees);
        ArgumentOutOfRangeException.ThrowIfLessThan(routees.Count, 1, nameof(routees));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(routees.Count, 10_000, nameof(routees));
        ArgumentNullException.ThrowIfNull(logic);
        return Props.Create(() => new GroupRouterActor([.. routees], logic()));
    }
}

/// <summary>Routes to those of its routees that live.</summary>
/// <remarks>Parent: whoever spawned it. A failure (of a key function, say) costs the message; a restart recovers the routees.</remarks>
internal abstract class RouterActor(RoutingLogic logic) : Actor
{
    readonly List<ActorRef> _routees = [];

    protected sealed override void Receive(object message)
    {
        if (message is Terminated terminated && _routees.RemoveAll(routee => routee == terminated.Actor) > 0)
        {
            logic.SetRoutees([.. _routees]);
            if (_routees.Count == 0)
                Context.Stop(Self);
        }
        else if (!logic.Route(message, Sender))
        {
            Context.System.DeadLetters.Tell(message, Sender);
        }
    }

    protected void SetRoutees(IEnumerable<ActorRef> routees)
    {
        _routees.AddRange(routees);
        foreach (var routee in _routees)
            Context.Watch(routee);
        logic.SetRoutees([.. _routees]);
    }
}

/// <summary>A router over children of its own.</summary>
/// <remarks>Parent: whoever spawned it. Its children are restarted by its own strategy, one for one unless told otherwise.</remarks>
internal sealed class PoolRouterActor(int size, Props child, RoutingLogic logic) : RouterActor(logic)
{
    protected override void PreStart() =>
        SetRoutees(Enumerable.Range(0, size).Select(i => Context.Spawn(child, $"routee-{i}")).ToArray());
}

/// <summary>A router over the actors of others.</summary>
/// <remarks>Parent: whoever spawned it. The routees are not its own and survive it.</remarks>
internal sealed class GroupRouterActor(ActorRef[] routees, RoutingLogic logic) : RouterActor(logic)
{
    protected override void PreStart() => SetRoutees(routees);
}
