using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Libp2p.Hosting;

namespace LogosActors.Delivery.PeerExchange;

/// <summary>Serves peer exchange as long as it lives (34/WAKU2-PEER-EXCHANGE).</summary>
/// <remarks>
/// Queries do not pass through it: <see cref="PeerExchangeService"/> answers them where they are read.
/// Parent: <see cref="Hosting.NodeActor"/>, one-for-one, restart with backoff. A failure costs the rates that are remembered; for a moment the
/// protocol is not served.
/// </remarks>
internal sealed class PeerExchangeActor(INodeHost host, PeerRecordSource records, PeerExchangeServiceOptions options) : SupervisedActor
{
    public static Props Props(INodeHost host, PeerRecordSource records, PeerExchangeServiceOptions options) =>
        Akka.Actor.Props.Create(() => new PeerExchangeActor(host, records, options));

    protected override void PreStart()
    {
        var scheduler = Context.System.Scheduler;
        var service = new PeerExchangeService(records, options, Context.System.Random(), () => scheduler.MonotonicClock);
        host.Serve(PeerExchangeProtocol.Protocol, service.AnswerAsync);
    }

    protected override void PostStop() => host.RemoveHandler(PeerExchangeProtocol.Id);

    protected override void OnReceive(object message) => Unhandled(message);
}
