using Akka.Actor;
using Akka.Hosting;
using LogosActors.Delivery;

namespace LogosActors.Hosting;

/// <summary>Mounts a node in an application's own actor system.</summary>
public static class LogosNodeAkkaExtensions
{
    /// <summary>Starts a <see cref="MessagingNode"/> with the actor system, next to the application's actors, and stops it before them.</summary>
    /// <remarks>
    /// The node's journals and serializers are added under names of their own; the system's default journal stays the application's.
    /// <see cref="LogosNode"/> finds the node. With <c>AddLogosNode</c> in the same container, which uses the system by itself, this is not needed.
    /// </remarks>
    /// <param name="builder">The system.</param>
    /// <param name="configure">Changes the options: <c>options => options with { … }</c>.</param>
    public static AkkaConfigurationBuilder WithLogosNode(this AkkaConfigurationBuilder builder, Func<NodeOptions, NodeOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var options = configure(new NodeOptions());
        // What is under way is sent and stored before the system ends; the default of 5 s is too short for a slow disk.
        builder.AddHocon("akka.coordinated-shutdown.phases.before-service-unbind.timeout = 30s", HoconAddMode.Append);
        return builder.AddStartup((system, _) => MountedNode.Of(system).StartAsync(options));
    }

    /// <summary>The node that <see cref="WithLogosNode"/> has started in a system.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static MessagingNode LogosNode(this ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        return MountedNode.Of(system).Node
            ?? throw new InvalidOperationException("No node is mounted in this actor system; call WithLogosNode on the builder of AddAkka.");
    }
}
