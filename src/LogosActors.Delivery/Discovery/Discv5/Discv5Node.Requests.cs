using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using LogosActors.Delivery.Discovery.Records;

namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>What is asked, and what is answered.</summary>
internal sealed partial class Discv5Node
{
    /// <summary>What the records of one answer take at most, so that it fits into a packet with whatever request id.</summary>
    const int MaxRecordBytes = MessageCodec.MaxLength - 32;

    void Ping(TableNode node, TimeSpan now)
    {
        if (_requests.Count >= MaxRequests)
            return;
        var request = Begin(node.Record, node.EndPoint, [], lookup: null, now);
        _sessions.Request(
            request.Peer, node.Record, request.Id, MessageCodec.Encode(new Discv5Message.Ping(IdOf(request), _self.Sequence)), now, _sessionEffects);
    }

    void FindNodes(NodeRecord record, IPEndPoint endpoint, ImmutableArray<int> distances, Lookup? lookup, TimeSpan now)
    {
        var request = Begin(record, endpoint, distances, lookup, now);
        _sessions.Request(
            request.Peer, record, request.Id, MessageCodec.Encode(new Discv5Message.FindNode(IdOf(request), distances)), now, _sessionEffects);
    }

    Request Begin(NodeRecord record, IPEndPoint endpoint, ImmutableArray<int> distances, Lookup? lookup, TimeSpan now)
    {
        // Whoever forges the address of a peer in a session does not have its keys; the id is one more thing to guess.
        var bytes = new byte[sizeof(ulong)];
        ulong id;
        do
        {
            _secureRandom(bytes);
            id = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        }
        while (_requests.ContainsKey(id));
        var request = new Request(id, new PeerEndPoint(record.Id, endpoint), distances, lookup) { Deadline = now + _options.RequestTimeout };
        _requests.Add(id, request);
        return request;
    }

    void Run(TimeSpan now)
    {
        for (var i = 0; i < _sessionEffects.Count; i++)
        {
            switch (_sessionEffects[i])
            {
                case SessionEffect.Send send:
                    _effects.Add(new Discv5Effect.Send(send.To, send.Datagram));
                    break;
                case SessionEffect.Challenged challenged when _requests.TryGetValue(challenged.RequestId, out var request):
                    request.Deadline = now + _options.HandshakeTimeout;
                    break;
                case SessionEffect.Established established:
                    Established(established);
                    break;
                case SessionEffect.Received received:
                    Received(received.From, received.Message, now);
                    break;
            }
        }
        _sessionEffects.Clear();
    }

    void Established(SessionEffect.Established established)
    {
        var from = established.Peer.EndPoint;
        // Behind a translator of addresses a node is not where its record says, and nobody else reaches it.
        if (EndPointOf(established.Record) is not { } endpoint || !endpoint.Equals(from) || !MayName(endpoint.Address, from.Address))
            return;
        Offer(established.Record, endpoint);
        Announce(established.Record);
    }

    void Received(PeerEndPoint from, Discv5Message message, TimeSpan now)
    {
        switch (message)
        {
            case Discv5Message.Ping ping:
                Respond(from, new Discv5Message.Pong(ping.RequestId, _self.Sequence, from.EndPoint));
                break;
            case Discv5Message.FindNode find:
                Answer(from, find);
                break;
            case Discv5Message.TalkRequest talk:
                Respond(from, new Discv5Message.TalkResponse(talk.RequestId, default));
                break;
            case Discv5Message.Pong pong:
                Answered(from, pong, now);
                break;
            case Discv5Message.Nodes nodes:
                Answered(from, nodes, now);
                break;
        }
    }

    void Respond(PeerEndPoint to, Discv5Message message) => _sessions.Respond(to, MessageCodec.Encode(message), _sessionEffects);

    void Answer(PeerEndPoint to, Discv5Message.FindNode find)
    {
        var found = new List<ReadOnlyMemory<byte>>();
        foreach (var distance in find.Distances.Distinct())
        {
            if (distance == 0)
                found.Add(_self.Bytes.ToArray());
            else
                found.AddRange(_table.LiveAt(distance).Where(node => node.Record.Id != to.Id && MayName(node.EndPoint.Address, to.EndPoint.Address))
                    .Select(node => (ReadOnlyMemory<byte>)node.Record.Bytes.ToArray()));
            if (found.Count >= MaxRecords)
                break;
        }
        var packets = new List<ImmutableArray<ReadOnlyMemory<byte>>>();
        for (var next = 0; next < Math.Min(found.Count, MaxRecords) && packets.Count < MaxPackets;)
        {
            var (start, length) = (next, 0);
            while (next < Math.Min(found.Count, MaxRecords) && length + found[next].Length <= MaxRecordBytes)
                length += found[next++].Length;
            packets.Add([.. found[start..next]]);
        }
        if (packets.Count == 0)
            packets.Add([]);
        foreach (var records in packets)
            Respond(to, new Discv5Message.Nodes(find.RequestId, (ulong)packets.Count, records));
    }

    void Answered(PeerEndPoint from, Discv5Message.Pong pong, TimeSpan now)
    {
        if (Find(from, pong) is not { IsPing: true } request)
            return;
        _requests.Remove(request.Id);
        Reached(from.Id);
        var seen = pong.Recipient.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(pong.Recipient.Address.MapToIPv4(), pong.Recipient.Port) : pong.Recipient;
        if (MayName(seen.Address, from.EndPoint.Address) && _votes.Vote(from.EndPoint.Address, seen, now) is { } own
            && !own.Equals(_self.UdpEndPointOf(own.AddressFamily)))
            _effects.Add(new Discv5Effect.SeenAt(own));
        if (_table.Find(from.Id) is { } node && pong.RecordSequence > node.Record.Sequence && _requests.Count < MaxRequests)
            FindNodes(node.Record, node.EndPoint, [0], lookup: null, now);
    }

    void Answered(PeerEndPoint from, Discv5Message.Nodes nodes, TimeSpan now)
    {
        if (Find(from, nodes) is not { IsPing: false } request)
            return;
        request.Packets++;
        request.Total = (int)Math.Min(nodes.Total, MaxPackets);
        foreach (var encoded in nodes.Records)
        {
            if (request.Records.Count >= MaxRecords || _records.Read(encoded.Span) is not { } record
                || !request.Distances.Contains(from.Id.LogDistanceTo(record.Id)) || record.Id == _key.Id
                || EndPointOf(record) is not { } endpoint || !MayName(endpoint.Address, from.EndPoint.Address))
                continue;
            request.Records.Add(record);
            Offer(record, endpoint);
            Announce(record);
        }
        Reached(from.Id);
        if (request.Packets < request.Total)
            return;
        _requests.Remove(request.Id);
        End(request);
    }

    /// <summary>A request has its answer, or what has come of it in time.</summary>
    void End(Request request)
    {
        if (request.Packets > 0)
        {
            request.Lookup?.Answered(request.Peer.Id, request.Records);
            return;
        }
        request.Lookup?.Failed(request.Peer.Id);
        if (_table.Failed(request.Peer.Id) is { } replacement)
            Check(replacement);
    }

    Request? Find(PeerEndPoint from, Discv5Message answer)
    {
        if (answer.RequestId.Length != sizeof(ulong))
            return null;
        return _requests.TryGetValue(BinaryPrimitives.ReadUInt64BigEndian(answer.RequestId.Span), out var request) && request.Peer == from ? request : null;
    }

    static byte[] IdOf(Request request)
    {
        var id = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(id, request.Id);
        return id;
    }

    /// <summary>A request that waits for its answer.</summary>
    sealed class Request(ulong id, PeerEndPoint peer, ImmutableArray<int> distances, Lookup? lookup)
    {
        public ulong Id => id;

        public PeerEndPoint Peer => peer;

        /// <summary>The distances that were asked for; none: it is a ping.</summary>
        public ImmutableArray<int> Distances => distances;

        public bool IsPing => distances.IsEmpty;

        public Lookup? Lookup => lookup;

        public TimeSpan Deadline { get; set; }

        public List<NodeRecord> Records { get; } = [];

        public int Packets { get; set; }

        public int Total { get; set; }
    }
}
