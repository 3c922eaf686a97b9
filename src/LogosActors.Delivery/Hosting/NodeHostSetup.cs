using Akka.Actor;
using Akka.Actor.Setup;
using LogosActors.Actors;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Hosting;

/// <summary>What the nodes of an actor system have in place of sockets and of a journal on disk: those of a simulation.</summary>
/// <param name="createHost">Makes the host of a node, by its key and its settings.</param>
/// <param name="persistence">Where what must survive is stored; null: nowhere.</param>
internal sealed class NodeHostSetup(Func<PrivateKey, NodeOptions, INodeHost> createHost, PersistencePlugins? persistence) : Setup
{
    public Func<PrivateKey, NodeOptions, INodeHost> CreateHost => createHost;

    public PersistencePlugins? Persistence => persistence;

    public static NodeHostSetup? Of(ActorSystem system)
    {
        var setup = system.Settings.Setup.Get<NodeHostSetup>();
        return setup.HasValue ? setup.Value : null;
    }
}
