using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Libp2p.Hosting;

namespace LogosActors.Delivery.Lightpush;

/// <summary>Serves lightpush, versions 3 and 2, as long as it lives (19/WAKU2-LIGHTPUSH).</summary>
/// <remarks>
/// Pushes do not pass through it: <see cref="LightpushService"/> answers them where they are read.
/// Parent: <see cref="Hosting.NodeActor"/>, one-for-one, restart with backoff. A failure costs the rates and the repeats that are remembered; for a
/// moment the protocols are not served.
/// </remarks>
internal sealed class LightpushActor(INodeHost host, Func<ActorSystem, LightpushService> make) : SupervisedActor
{
    public static Props Props(INodeHost host, Func<ActorSystem, LightpushService> make) => Akka.Actor.Props.Create(() => new LightpushActor(host, make));

    protected override void PreStart()
    {
        var service = make(Context.System);
        host.Serve(LightpushProtocol.For(LightpushProtocol.Protocol, service.MaxMessageSize), service.PushAsync);
        host.Serve(LightpushProtocol.For(LightpushProtocol.Legacy, service.MaxMessageSize), service.PushLegacyAsync);
    }

    protected override void PostStop()
    {
        host.RemoveHandler(LightpushProtocol.Id);
        host.RemoveHandler(LightpushProtocol.LegacyId);
    }

    protected override void OnReceive(object message) => Unhandled(message);
}
