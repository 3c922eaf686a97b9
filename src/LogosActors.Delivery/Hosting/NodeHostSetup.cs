using Akka.Actor;
using Akka.Actor.Setup;
using LogosActors.Actors;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Hosting;

/// <summary>What the nodes of an actor system have in place of sockets and of a journal on disk: those of a simulation.</summary>
/// <param name="createHost">Makes the host of a node, by its key and its settings.</param>
/// <param name="persistence">Where what must survive is stored; null: nowhere.</param>
public sealed class NodeHostSetup(Func<PrivateKey, NodeOptions, INodeHost> createHost, PersistencePlugins? persistence) : Setup
{
    /// <summary>Makes the host of a node, by its key and its settings.</summary>
    public Func<PrivateKey, NodeOptions, INodeHost> CreateHost => createHost;

    /// <summary>Where what must survive is stored; null: nowhere.</summary>
    public PersistencePlugins? Persistence => persistence;

    /// <summary>The set-up of a system; null: it has none.</summary>
    /// <param name="system">The system.</param>
    public static NodeHostSetup? Of(ActorSystem system)
    {
        var setup = system.Settings.Setup.Get<NodeHostSetup>();
        return setup.HasValue ? setup.Value : null;
    }

    /// <summary>The process of a node was killed in a simulation: releases what would outlive it.</summary>
    /// <param name="node">The node.</param>
    public static void Abandon(MessagingNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        node.Abandon();
    }
}
