using Akka.Actor;

namespace LogosActors.Libp2p.Hosting;

/// <summary>Names of actors beneath <c>/user</c> that no other actor of the system has had: a name is not free right after a stop.</summary>
public sealed class UniqueName : IExtension
{
    long _count;

    UniqueName()
    {
    }

    /// <summary>A name that nobody has had.</summary>
    /// <param name="system">The system.</param>
    /// <param name="prefix">How the name begins.</param>
    public static string Of(ActorSystem system, string prefix) =>
        $"{prefix}-{Interlocked.Increment(ref system.WithExtension<UniqueName, Provider>()._count)}";

    sealed class Provider : ExtensionIdProvider<UniqueName>
    {
        public override UniqueName CreateExtension(ExtendedActorSystem system) => new();
    }
}
