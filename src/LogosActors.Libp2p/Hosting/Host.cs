using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Dialing;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Hosting;

/// <summary>What is said to a <see cref="HostActor"/>.</summary>
internal static class Host
{
    /// <summary>Asks for <see cref="Started"/> once every listener listens, or for the failure of the first that does not.</summary>
    public sealed record WaitForStart
    {
        public static readonly WaitForStart Instance = new();
    }

    public sealed record Started
    {
        public static readonly Started Instance = new();
    }

    /// <summary>The listener of one of the wanted addresses listens.</summary>
    public sealed record Listening(int Index, Multiaddr Address);

    /// <summary>A listener cannot listen.</summary>
    public sealed record NotListening(ConnectionException Cause);

    /// <summary>Wants a connection to a peer, or to whoever is at an address.</summary>
    public sealed record Dial(
        PeerId? Peer, IReadOnlyList<Multiaddr> Addresses, TaskCompletionSource<DialResult> Waiter, AddressOrigin Origin = AddressOrigin.Application);

    /// <summary>Somebody waits no longer for a dial.</summary>
    public sealed record StopWaiting(TaskCompletionSource<DialResult> Waiter);

    /// <summary>A dial has come to nothing.</summary>
    public sealed record DialFailed(object Key, DialResult Result);

    /// <summary>A connection was made. <paramref name="DialKey"/> names the dial that made it.</summary>
    public sealed record Upgraded(MuxedConnection Connection, Multiaddr? Address, object? DialKey);

    /// <summary>A connection that was taken has ended.</summary>
    public sealed record Ended(PeerConnection Connection, ConnectionFailure Reason);

    /// <summary>Too much of the machine's memory is held for peers.</summary>
    public sealed record MemoryPressed
    {
        public static readonly MemoryPressed Instance = new();
    }

    /// <summary>Closes the connection to a peer; the answer is <see cref="Disconnected"/> once it has ended.</summary>
    public sealed record Disconnect(PeerId Peer);

    /// <summary>A peer has said who it is.</summary>
    public sealed record Identified(PeerId Peer, PeerIdentity Identity);

    public sealed record Disconnected
    {
        public static readonly Disconnected Instance = new();
    }

    /// <summary>Remembers addresses of a peer.</summary>
    public sealed record AddAddresses(PeerId Peer, IReadOnlyList<Multiaddr> Addresses);

    public sealed record SetScore(PeerId Peer, double Score);

    /// <summary>Keeps a connection to a peer, from now on.</summary>
    public sealed record Keep(PeerId Peer);

    public sealed record Release(PeerId Peer);

    /// <summary>Stores what has changed of the peers; the answer is <see cref="Peers.PeerJournal.Stored"/>, or <see cref="Peers.PeerJournal.NotStored"/>.</summary>
    public sealed record Flush
    {
        public static readonly Flush Instance = new();
    }

    /// <summary>Wants every event, beginning with a <see cref="PeerConnected"/> for each peer that is.</summary>
    public sealed record Subscribe(Action<HostEvent> Observer);

    public sealed record Unsubscribe(Action<HostEvent> Observer);
}
