using Akka.Actor;

namespace LogosActors.Libp2p.Hosting;

/// <summary>Names of actors beneath <c>/user</c> that no other actor of the system has had: a name is not free right after a stop.</summary>
internal sealed class UniqueName : IExtension
{
    long _count;

    public static string Of(ActorSystem system, string prefix) =>
        $"{prefix}-{Interlocked.Increment(ref system.WithExtension<UniqueName, Provider>()._count)}";

    public sealed class Provider : ExtensionIdProvider<UniqueName>
    {
        public override UniqueName CreateExtension(ExtendedActorSystem system) => new();
    }
}
