using System.Net;
using System.Security.Cryptography;
using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Delivery.Discovery.Records;

namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>Owns the node of discv5 and its socket.</summary>
/// <remarks>
/// Parent: <see cref="DiscoveryActor"/>, one-for-one, restart with backoff 1 s … 1 min: also when the port is in use. A failure costs the table and the
/// sessions; a restart opens the socket and begins with the bootstrap nodes again. Its mailbox holds at most
/// <see cref="DatagramSocket.MaxPending"/> datagrams: further ones are dropped, as the network may drop any.
/// </remarks>
#pragma warning disable CA1001 // PostStop disposes of what it owns
internal sealed class Discv5Actor(NodeKey key, Func<NodeRecord> self, Discv5Options options, int port) : SupervisedActor, IWithTimers
#pragma warning restore CA1001
{
    Discv5Node? _node;
    DatagramSocket? _socket;

    public static Props Props(NodeKey key, Func<NodeRecord> self, Discv5Options options, int port) =>
        Akka.Actor.Props.Create(() => new Discv5Actor(key, self, options, port));

    public ITimerScheduler Timers { get; set; } = null!;

    // A port that is in use is no fault of the constructor's, which would stop the actor.
    protected override void PreStart() => Self.Tell(Open.Instance, ActorRefs.NoSender);

    protected override void PostStop()
    {
        _socket?.Dispose();
        _node?.Dispose();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Open:
                var actor = Self;
                _socket = new DatagramSocket(new IPEndPoint(IPAddress.Any, port), datagram => actor.Tell(datagram, ActorRefs.NoSender));
                _node = new Discv5Node(key, self(), options, Context.System.Random(), static memory => RandomNumberGenerator.Fill(memory.Span));
                Log.Info("discv5 listens at UDP port {0}", _socket.Port);
                // Nothing is sent before the record names the port: whoever gets one without it cannot name this node to others.
                Context.Parent.Tell(new NodeDiscovery.Bound(_socket.Port), Self);
                break;
            case DatagramSocket.Received received when _node is not null:
                received.Take();
                Run(_node.Receive(received.Datagram, received.From, Now));
                break;
            case Tick when _node is not null:
                Run(_node.Tick(Now));
                break;
            case NodeDiscovery.Self current when _node is not null:
                _node.SetSelf(current.Record);
                Run(_node.Search(current.IsSearching, Now));
                break;
            case NodeDiscovery.Found found when _node is not null:
                _node.Add(found.Record);
                Run(_node.Tick(Now));
                break;
            case DatagramSocket.Received or NodeDiscovery.Self or NodeDiscovery.Found or Tick:
                // What was sent to the incarnation before.
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Run(IReadOnlyList<Discv5Effect> effects)
    {
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case Discv5Effect.Send send:
                    _socket!.Send(send.To, send.Datagram);
                    break;
                case Discv5Effect.Found found:
                    Context.Parent.Tell(new NodeDiscovery.Found(found.Record), Self);
                    break;
                case Discv5Effect.SeenAt seen:
                    Context.Parent.Tell(new NodeDiscovery.SeenAt(seen.EndPoint), Self);
                    break;
            }
        }
        var wait = _node!.Due - Now;
        Timers.StartSingleTimer(Tick.Instance, Tick.Instance, wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
    }

    sealed record Open
    {
        public static readonly Open Instance = new();
    }

    sealed record Tick
    {
        public static readonly Tick Instance = new();
    }
}
