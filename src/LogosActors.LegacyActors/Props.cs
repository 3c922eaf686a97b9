using Microsoft.Extensions.DependencyInjection;

namespace LogosActors.Actors;

/// <summary>How to make an actor, and remake it at each restart. Immutable.</summary>
public sealed record Props
{
    readonly Func<IServiceProvider, Actor> _factory;

    Props(Type actorType, Func<IServiceProvider, Actor> factory, bool scoped)
    {
        ActorType = actorType;
        _factory = factory;
        IsScoped = scoped;
    }

    /// <summary>The actor's class, for logs, metrics and the tree.</summary>
    public Type ActorType { get; }

    /// <summary>How many messages may wait, and what happens to more.</summary>
    /// <value>Default unbounded.</value>
    public MailboxOptions Mailbox { get; init; } = MailboxOptions.Unbounded;

    /// <summary>Overrides <see cref="Actor.SupervisorStrategy"/> of the actor.</summary>
    public SupervisorStrategy? SupervisorStrategy { get; init; }

    /// <summary>How many messages the actor may stash.</summary>
    /// <value>Default 10,000. Range 1 – 10,000,000.</value>
    public int StashCapacity
    {
        get;
        init => field = OptionRange.Check(value, 1, 10_000_000, $"{nameof(Props)}.{nameof(StashCapacity)}");
    } = 10_000;

    /// <summary>Whether each incarnation gets a dependency-injection scope of its own, disposed when it ends.</summary>
    internal bool IsScoped { get; }

    /// <summary>Makes the actor with a function, called at the start and at each restart.</summary>
    /// <param name="factory">Returns a new instance each time.</param>
    public static Props Create<TActor>(Func<TActor> factory)
        where TActor : Actor
    {
        ArgumentNullException.ThrowIfNull(factory);
        return new Props(typeof(TActor), _ => factory(), scoped: false);
    }

    /// <summary>Makes the actor from its constructor, with services of the application and the arguments given here.</summary>
    /// <remarks>Each incarnation has a service scope of its own, disposed when it ends. An asynchronous disposal is begun then, and
    /// not waited for.</remarks>
    /// <param name="arguments">Constructor arguments that are not services.</param>
    public static Props FromServices<TActor>(params object[] arguments)
        where TActor : Actor =>
        new(typeof(TActor), services => ActivatorUtilities.CreateInstance<TActor>(services, arguments), scoped: true);

    internal Actor Make(IServiceProvider services) =>
        _factory(services) ?? throw new InvalidOperationException($"The factory of {ActorType} returned null.");
}
