using System.Net;
using Akka.Actor;
using Akka.Event;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Limits;

namespace LogosActors.Libp2p.Hosting;

/// <summary>Which connections are taken, and which one of a peer is kept.</summary>
internal sealed partial class HostActor
{
    /// <summary>How long a connection that was told to close has to give back what it holds, before another is chosen.</summary>
    static readonly TimeSpan MemoryInterval = TimeSpan.FromSeconds(2);

    void Take(Host.Upgraded upgraded)
    {
        var peer = upgraded.Connection.RemotePeer;
        var isDialer = upgraded.DialKey is not null;
        _environment.Connected.TryGetValue(peer, out var older);
        if (peer == _environment.Self)
            Refuse(upgraded, ConnectionFailure.Refused, "It is this host itself that answers there.");
        else if (!_environment.Options.Gate.AllowPeer(peer))
            Refuse(upgraded, ConnectionFailure.Refused, "This host does not want the peer.");
        else if (!isDialer && IsCrowded(upgraded))
            Refuse(upgraded, ConnectionFailure.LimitReached, "Too many connections come from its address.");
        else if (older is null && !TryMakeRoom(isDialer, PeerConnection.CountedAs(upgraded.Address)))
            Refuse(upgraded, ConnectionFailure.LimitReached, "There is no room for another connection.");
        else if (older is not null
            && !SimultaneousDial.Replaces(_environment.Self, peer, older.IsDialer, isDialer, _environment.Now - older.Since))
        {
            // The peer may take a moment to find the other connection: what it has begun on this one is served meanwhile.
            Add(upgraded, isDialer).Actor.Tell(ConnectionActor.Retire.Instance, Self);
            EndDials(upgraded.DialKey, peer, DialResult.Connected(peer));
        }
        else
        {
            var connection = Add(upgraded, isDialer);
            _environment.Connected[peer] = connection;
            older?.Actor.Tell(ConnectionActor.Retire.Instance, Self);
            if (older is null)
            {
                _identify.Tell(new PeerConnected(peer, connection.Address, isDialer), Self);
                if (isDialer && connection.Address is not null)
                    _book.AddAddresses(peer, [connection.Address]);
                _book.Seen(peer, Time.GetUtcNow());
                Publish(new PeerConnected(peer, connection.Address, isDialer));
                StoreSoon();
            }
            EndDials(upgraded.DialKey, peer, DialResult.Connected(peer));
        }
    }

    bool IsCrowded(Host.Upgraded upgraded) =>
        PeerConnection.CountedAs(upgraded.Address) is { } address
        && _open.Count(connection => !connection.IsDialer && address.Equals(connection.CountedAddress))
            >= _environment.Options.Limits.MaxConnectionsPerAddress;

    /// <summary>How many connections come from each address.</summary>
    static Dictionary<IPAddress, int> CountByAddress(IEnumerable<PeerConnection> connections) =>
        connections.Where(connection => !connection.IsDialer && connection.CountedAddress is not null)
            .CountBy(connection => connection.CountedAddress!).ToDictionary();

    /// <summary>Closes the least useful connection where there are too many; false when that is the newcomer.</summary>
    bool TryMakeRoom(bool newcomerIsDialed, IPAddress? address)
    {
        // Those that were told to close are not counted: they are on their way out.
        PeerConnection[] connections = [.. _environment.Connected.Values.Where(connection => !_closing.Contains(connection))];
        if (connections.Length < _environment.Options.Limits.MaxConnections)
            return true;
        var counts = CountByAddress(connections);
        var chosen = Pruning.Choose(
            [.. connections.Select(connection => WorthOf(connection) with
            {
                OfAddress = connection is { IsDialer: false, CountedAddress: { } counted } ? counts[counted] : 0,
            })],
            newcomerIsDialed, address is null ? 0 : counts.GetValueOrDefault(address));
        if (chosen < 0)
            return false;
        _closing.Add(connections[chosen]);
        connections[chosen].Actor.Tell(ConnectionActor.Close.Instance, Self);
        return true;
    }

    /// <summary>Closes one of the connections that hold most unread bytes, and looks again while too many are held.</summary>
    void RelieveMemory()
    {
        if (!_environment.Memory.IsPressed)
            return;
        PeerConnection[] connections = [.. _open.Where(connection => !_closing.Contains(connection))];
        var chosen = Pruning.ChooseForMemory([.. connections.Select(WorthOf)], [.. connections.Select(connection => connection.Connection.Memory.Held)]);
        if (chosen >= 0)
        {
            var pruned = connections[chosen];
            Log.Info("{Peer} is disconnected: {Held} bytes of it are unread", pruned.Peer, pruned.Connection.Memory.Held);
            _closing.Add(pruned);
            pruned.Actor.Tell(ConnectionActor.Close.Instance, Self);
        }
        Timers.StartSingleTimer(Host.MemoryPressed.Instance, Host.MemoryPressed.Instance, MemoryInterval);
    }

    ConnectionWorth WorthOf(PeerConnection connection) => new(
        _state.Kept.Contains(connection.Peer),
        connection.IsDialer,
        connection.Connection.StreamCount,
        _book.Find(connection.Peer)?.Score ?? 0,
        _environment.Now - connection.Since);

    PeerConnection Add(Host.Upgraded upgraded, bool isDialer)
    {
        var muxed = upgraded.Connection;
        var actor = Context.ActorOf(ConnectionActor.Props(_environment, muxed), $"{muxed.RemotePeer}-{++_connections}");
        var connection = new PeerConnection(muxed, upgraded.Address, isDialer, _environment.Now, actor);
        _open.Add(connection);
        PipeToSelf(muxed.Ended, end => new Host.Ended(connection, end.Failure));
        return connection;
    }

    void Refuse(Host.Upgraded upgraded, ConnectionFailure failure, string reason)
    {
        _ = upgraded.Connection.DisposeAsync().AsTask();
        var peer = upgraded.Connection.RemotePeer;
        Log.Debug("The connection with {Peer} is not taken: {Reason}", peer, reason);
        if (upgraded.DialKey is not null)
            EndDials(upgraded.DialKey, peer, DialResult.Failed(peer, failure, reason));
    }

    /// <summary>Ends the dial that made a connection, and one of the same peer that still goes on, or goes on in vain.</summary>
    void EndDials(object? key, PeerId peer, DialResult result)
    {
        if (key is not null && _dials.Remove(key, out var made))
            made.End(result);
        if (result.IsConnected && _dials.TryGetValue(peer, out var other))
            other.End(result);
    }

    void Forget(PeerConnection connection, ConnectionFailure reason)
    {
        _open.Remove(connection);
        _closing.Remove(connection);
        var peer = connection.Peer;
        if (_environment.Connected.TryRemove(KeyValuePair.Create(peer, connection)))
        {
            _environment.Identified.TryRemove(peer, out _);
            _book.Seen(peer, Time.GetUtcNow());
            Publish(new PeerDisconnected(peer, reason));
            ReconnectLater(peer, _environment.Now - connection.Since);
            StoreSoon();
        }
        if (!_open.Any(other => other.Peer == peer) && _waitingForEnd.Remove(peer, out var waiting))
        {
            foreach (var asked in waiting)
                asked.Tell(Host.Disconnected.Instance, Self);
        }
    }

    void Disconnect(PeerId peer)
    {
        PeerConnection[] connections = [.. _open.Where(connection => connection.Peer == peer)];
        if (connections.Length == 0)
        {
            Sender.Tell(Host.Disconnected.Instance, Self);
            return;
        }
        if (!_waitingForEnd.TryGetValue(peer, out var waiting))
            _waitingForEnd.Add(peer, waiting = []);
        waiting.Add(Sender);
        foreach (var connection in connections)
            connection.Actor.Tell(ConnectionActor.Close.Instance, Self);
    }
}
