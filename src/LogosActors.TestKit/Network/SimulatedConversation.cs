using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Requests;

namespace LogosActors.TestKit.Network;

/// <summary>One end of a conversation in a simulated network. Messages are carried one by one and arrive in order; what follows one that is lost never arrives.</summary>
internal sealed class SimulatedConversation : IConversation
{
    readonly SimulatedNetwork _network;
    readonly SimulatedNode _node;
    readonly SimulatedNode _peer;
    readonly Queue<ReadOnlyMemory<byte>> _received = new();
    readonly Dictionary<int, ReadOnlyMemory<byte>?> _early = [];
    SimulatedConversation? _otherEnd;
    TaskCompletionSource? _reader;
    int _sent;
    int _arrived;
    bool _isFinished;
    bool _isDisposed;

    SimulatedConversation(SimulatedNetwork network, SimulatedNode node, SimulatedNode peer) => (_network, _node, _peer) = (network, node, peer);

    /// <summary>Both ends of one.</summary>
    public static (SimulatedConversation One, SimulatedConversation Other) Between(SimulatedNetwork network, SimulatedNode one, SimulatedNode other)
    {
        var ends = (One: new SimulatedConversation(network, one, other), Other: new SimulatedConversation(network, other, one));
        (ends.One._otherEnd, ends.Other._otherEnd) = (ends.Other, ends.One);
        return ends;
    }

    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation)
    {
        while (_received.Count == 0)
        {
            if (_isFinished)
                return null;
            _reader = new TaskCompletionSource();
            await _reader.Task.WaitAsync(cancellation);
        }
        return _received.Dequeue();
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> framed, CancellationToken cancellation)
    {
        if (!GossipNetwork.CanReach(_node.Place, _peer.Place))
            return ValueTask.FromException(new ConnectionException(ConnectionFailure.Closed, $"{_peer.PeerId} is not connected any longer."));
        if (_node.Fault?.DropsMessages == true)
            return default;
        Varint.TryRead(framed.Span, out _, out var prefix, out _);
        Carry(framed[prefix..]);
        return default;
    }

    public ValueTask DisposeAsync()
    {
        if (!_isDisposed)
            Carry(null);
        _isDisposed = true;
        return default;
    }

    void Carry(ReadOnlyMemory<byte>? message)
    {
        var number = _sent++;
        _network.Wires.Carry(_node.Place, _peer.Place, () => _otherEnd!.Arrive(number, message));
    }

    void Arrive(int number, ReadOnlyMemory<byte>? message)
    {
        _early.Add(number, message);
        for (; _early.Remove(_arrived, out var next); _arrived++)
        {
            if (next is { } bytes)
                _received.Enqueue(bytes);
            else
                _isFinished = true;
        }
        _reader?.TrySetResult();
    }
}
