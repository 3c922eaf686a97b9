using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LogosActors.Actors.Embedded;

namespace LogosActors.Actors.Routing;

/// <summary>Chooses which of several actors get a message. One instance belongs to one router.</summary>
public abstract class RoutingLogic
{
    private protected RoutingLogic()
    {
    }

    /// <summary>One after the other.</summary>
    public static RoutingLogic RoundRobin() => new RoundRobinLogic();

    /// <summary>All of them.</summary>
    public static RoutingLogic Broadcast() => new BroadcastLogic();

    /// <summary>Always the same one for the same key, and few keys change place when one joins or leaves.</summary>
    /// <param name="key">The key of a message; stable across processes when it is.</param>
    /// <param name="virtualNodes">Points on the ring for each actor, 1 – 1,000; default 10 (as Akka's virtual-nodes-factor).</param>
    public static RoutingLogic ConsistentHash(Func<object, string> key, int virtualNodes = 10)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfLessThan(virtualNodes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(virtualNodes, 1000);
        return new ConsistentHashLogic(key, virtualNodes);
    }

    /// <summary>Learns who there is to choose from.</summary>
    internal abstract void SetRoutees(IReadOnlyList<ActorRef> routees);

    /// <summary>Tells the message to those it is for. False when there is nobody.</summary>
    internal abstract bool Route(object message, ActorRef? sender);

    static void Deliver(ActorRef routee, object message, ActorRef? sender)
    {
        try
        {
            routee.Tell(message, sender);
        }
        catch (MailboxFullException)
        {
            // One routee that refuses what it cannot hold must not restart the router, and with it a whole pool.
            (routee as LocalRef)?.System?.DeadLetter(message, sender, routee, DeadLetterReason.MailboxOverflow);
        }
    }

    sealed class RoundRobinLogic : RoutingLogic
    {
        IReadOnlyList<ActorRef> _routees = [];
        int _next;

        internal override void SetRoutees(IReadOnlyList<ActorRef> routees) => _routees = routees;

        internal override bool Route(object message, ActorRef? sender)
        {
            if (_routees.Count == 0)
                return false;
            _next = (_next + 1) % _routees.Count;
            Deliver(_routees[_next], message, sender);
            return true;
        }
    }

    sealed class BroadcastLogic : RoutingLogic
    {
        IReadOnlyList<ActorRef> _routees = [];

        internal override void SetRoutees(IReadOnlyList<ActorRef> routees) => _routees = routees;

        internal override bool Route(object message, ActorRef? sender)
        {
            foreach (var routee in _routees)
                Deliver(routee, message, sender);
            return _routees.Count > 0;
        }
    }

    sealed class ConsistentHashLogic(Func<object, string> key, int virtualNodes) : RoutingLogic
    {
        ulong[] _points = [];
        ActorRef[] _owners = [];

        internal override void SetRoutees(IReadOnlyList<ActorRef> routees)
        {
            _owners = [.. routees.SelectMany(r => Enumerable.Repeat(r, virtualNodes))];
            _points = [.. routees.SelectMany(r => Enumerable.Range(0, virtualNodes).Select(i => Hash($"{r.Path}#{i}")))];
            Array.Sort(_points, _owners);
        }

        internal override bool Route(object message, ActorRef? sender)
        {
            if (_points.Length == 0)
                return false;
            var at = Array.BinarySearch(_points, Hash(key(message)));
            Deliver(_owners[(at >= 0 ? at : ~at) % _owners.Length], message, sender);
            return true;
        }

        // Spread evenly whatever the keys are, also when a stranger chooses them.
        static ulong Hash(string text) =>
            BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
