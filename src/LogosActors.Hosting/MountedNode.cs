using Akka;
using Akka.Actor;
using Akka.DependencyInjection;
using Akka.Hosting.Logging;
using LogosActors.Actors;
using LogosActors.Delivery;
using Microsoft.Extensions.Logging;

namespace LogosActors.Hosting;

/// <summary>The node that lives and ends with an application's actor system.</summary>
internal sealed class MountedNode : IExtension
{
    readonly ActorSystem _system;

    MountedNode(ActorSystem system) => _system = system;

    public MessagingNode? Node { get; private set; }

    public static MountedNode Of(ActorSystem system) => system.WithExtension<MountedNode, Provider>();

    /// <exception cref="NodeStartException">The node cannot be made or started.</exception>
    public async Task StartAsync(NodeOptions options)
    {
        if (Node is not null)
            throw new InvalidOperationException("This actor system has a node already; WithLogosNode is called once. Further nodes: MessagingNode.CreateAsync.");
        if (DependencyResolver.For(_system).Resolver.GetService<TimeProvider>() is { } time)
            _system.UseTimeProvider(time);
        var logs = _system.Settings.Setup.Get<LoggerFactorySetup>();
        var node = Node = await MessagingNode.CreateAsync(options, logs.HasValue ? logs.Value.LoggerFactory : null, _system);
        CoordinatedShutdown.Get(_system).AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "logos-node", async () =>
        {
            await node.DisposeAsync();
            return Done.Instance;
        });
        await node.StartAsync();
    }

    public sealed class Provider : ExtensionIdProvider<MountedNode>
    {
        public override MountedNode CreateExtension(ExtendedActorSystem system) => new(system);
    }
}
