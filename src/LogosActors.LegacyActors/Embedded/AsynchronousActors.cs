using System.Collections.Concurrent;
using System.Reflection;

namespace LogosActors.Actors.Embedded;

/// <summary>Knows which classes of actors may await, and so need a synchronization context around their handlers.</summary>
internal static class AsynchronousActors
{
    static readonly ConcurrentDictionary<Type, bool> Known = new();

    public static bool Contains(Type actorType) => Known.GetOrAdd(actorType, static type => Awaits(type));

    static bool Awaits(Type type) =>
        Overrides(type, Actor.AsynchronousHandler, [typeof(object)])
        || Overrides(type, nameof(Actor.Starting), [typeof(CancellationToken)])
        || Overrides(type, nameof(Actor.Handle), [typeof(object), typeof(Func<object, ValueTask>)]);

    static bool Overrides(Type type, string method, Type[] parameters) =>
        type.GetMethod(method, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public, parameters)!.DeclaringType != typeof(Actor);
}
