using System.Net;
using LogosActors.Delivery.Discovery.Discv5;
using LogosActors.Delivery.Discovery.Records;

namespace LogosActors.Delivery.Tests.Discovery.Discv5;

/// <summary>Nodes of discv5 and a network between them, in virtual time.</summary>
internal sealed class Discv5World(int seed)
{
    readonly Random _random = new(seed);
    readonly PriorityQueue<(IPEndPoint From, IPEndPoint To, byte[] Datagram), TimeSpan> _network = new();
    readonly Dictionary<IPEndPoint, Member> _members = [];
    readonly PriorityQueue<Member, TimeSpan> _due = new();

    /// <summary>Verifying is what a simulation would spend its time on; each node still reads every record.</summary>
    readonly RecordCache _records = new(10_000);

    public TimeSpan Now { get; private set; }

    /// <summary>Which part of the datagrams is lost, 0 – 1.</summary>
    public double Loss { get; set; }

    public IReadOnlyCollection<Member> Members => _members.Values;

    /// <summary>What travels, for tests that look.</summary>
    public List<(IPEndPoint From, IPEndPoint To, byte[] Datagram)> Sent { get; } = [];

    public bool IsRecording { get; set; }

    public TimeSpan MaxCheckInterval { get; set; } = new Discv5Options().MaxCheckInterval;

    public static NodeKey KeyOf(Random random) => NodeKey.Generate(memory => random.NextBytes(memory.Span));

    /// <summary>A public address of a network of its own.</summary>
    public static IPAddress AddressOf(int number) => new([(byte)(20 + (number >> 16)), (byte)(number >> 8), (byte)number, 1]);

    public static NodeRecord RecordOf(NodeKey key, IPEndPoint endpoint, ulong sequence = 1, params (string Key, byte[] Value)[] values)
    {
        var all = values.ToDictionary(pair => pair.Key, pair => pair.Value);
        all["ip"] = endpoint.Address.GetAddressBytes();
        all["udp"] = [(byte)(endpoint.Port >> 8), (byte)endpoint.Port];
        return NodeRecord.TrySign(key, sequence, all, out var record) ? record : throw new InvalidOperationException();
    }

    public Member Join(IPAddress address, IReadOnlyList<NodeRecord>? bootstrap = null, bool allowPrivate = false, params (string Key, byte[] Value)[] values)
    {
        var key = KeyOf(_random);
        var endpoint = new IPEndPoint(address, 9000 + (_members.Count % 1000));
        var random = new Random(_random.Next());
        var record = RecordOf(key, endpoint, 1, values);
        var options = new Discv5Options { Bootstrap = bootstrap ?? [], AllowPrivateAddresses = allowPrivate, MaxCheckInterval = MaxCheckInterval };
        var member = new Member(key, record, endpoint, new Discv5Node(key, record, options, random, memory => random.NextBytes(memory.Span), _records));
        _members.Add(endpoint, member);
        _due.Enqueue(member, Now);
        return member;
    }

    /// <summary>A node as after a while: it knows others that have answered, and has all that it wants.</summary>
    public void Settle(Member member, IEnumerable<Member> known)
    {
        foreach (var other in known)
            member.Node.Add(other.Record);
        foreach (var node in member.Node.Nodes)
            node.IsLive = true;
        Do(member, (node, now) => node.Search(isSearching: false, now));
    }

    /// <summary>A node that is not there any longer.</summary>
    public void Leave(Member member) => _members.Remove(member.EndPoint);

    public void Inject(IPEndPoint from, IPEndPoint to, byte[] datagram) => _network.Enqueue((from, to, datagram), Now);

    public void Do(Member member, Func<Discv5Node, TimeSpan, IReadOnlyList<Discv5Effect>> act)
    {
        Run(member, act(member.Node, Now));
        _due.Enqueue(member, member.Node.Due);
    }

    /// <summary>Lets time pass until a condition holds.</summary>
    /// <returns>Whether it holds.</returns>
    public bool RunUntil(Func<bool> condition, TimeSpan atMost)
    {
        var end = Now + atMost;
        while (!condition())
        {
            var packet = _network.TryPeek(out _, out var arrives) ? arrives : TimeSpan.MaxValue;
            var timer = _due.TryPeek(out _, out var due) ? due : TimeSpan.MaxValue;
            var next = packet < timer ? packet : timer;
            if (next > end)
            {
                Now = end;
                return condition();
            }
            Now = next > Now ? next : Now;
            if (packet <= timer)
            {
                var (from, to, datagram) = _network.Dequeue();
                if (_members.TryGetValue(to, out var receiver))
                    Do(receiver, (node, now) => node.Receive(datagram, from, now));
                continue;
            }
            var member = _due.Dequeue();
            if (_members.ContainsKey(member.EndPoint) && member.Node.Due <= Now)
                Do(member, (node, now) => node.Tick(now));
        }
        return true;
    }

    public void Run(TimeSpan duration) => RunUntil(static () => false, duration);

    void Run(Member member, IReadOnlyList<Discv5Effect> effects)
    {
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case Discv5Effect.Send send:
                    if (IsRecording)
                        Sent.Add((member.EndPoint, send.To, send.Datagram));
                    if (_random.NextDouble() >= Loss)
                        _network.Enqueue((member.EndPoint, send.To, send.Datagram), Now + TimeSpan.FromMilliseconds(10 + _random.Next(40)));
                    break;
                case Discv5Effect.Found found:
                    member.Found.Add(found.Record);
                    break;
                case Discv5Effect.LookedUp lookedUp:
                    member.Lookups.Add(lookedUp);
                    break;
                case Discv5Effect.SeenAt seen:
                    member.SeenAt.Add(seen.EndPoint);
                    break;
            }
        }
    }

    /// <summary>A node of the network.</summary>
    internal sealed class Member(NodeKey key, NodeRecord record, IPEndPoint endpoint, Discv5Node node)
    {
        public NodeKey Key => key;

        public NodeRecord Record { get; set; } = record;

        public IPEndPoint EndPoint => endpoint;

        public Discv5Node Node => node;

        public List<NodeRecord> Found { get; } = [];

        public List<Discv5Effect.LookedUp> Lookups { get; } = [];

        public List<IPEndPoint> SeenAt { get; } = [];

        public bool Knows(Member other) => node.Nodes.Any(known => known.IsLive && known.Record.Id == other.Key.Id);
    }
}
