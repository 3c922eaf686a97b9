using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Actors.Serialization;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Peers;
using LogosActors.Libp2p.Ping;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.Libp2p;

/// <summary>A node of a libp2p network: it listens, dials, and exchanges streams with its peers. For any number of threads.</summary>
/// <remarks>
/// There is one connection per peer, whoever dialed. What a peer does wrong costs its connection or its stream, and nobody else's.
/// <code>
/// await using var host = await Libp2pHost.CreateAsync(key, new Libp2pHostOptions { ListenAddresses = [Multiaddr.Parse("/ip4/0.0.0.0/tcp/60000")] });
/// host.Handle("/echo/1.0.0", async (stream, cancellation) => …);
/// if (await host.DialAsync(Multiaddr.Parse("/ip4/192.0.2.1/tcp/60000/p2p/12D3Koo…")) is { IsConnected: true } dialed)
///     await using (var stream = await host.OpenStreamAsync(dialed.Peer, "/echo/1.0.0")) …
/// </code>
/// </remarks>
public sealed partial class Libp2pHost : IAsyncDisposable
{
    static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);
    static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long a stop waits until what is known of peers is stored: it can be found out again.</summary>
    static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(1);

    readonly HostEnvironment _environment;
    readonly ActorSystem _system;
    readonly bool _ownsSystem;
    readonly IActorRef _host;
    int _isDisposed;

    Libp2pHost(HostEnvironment environment, ActorSystem system, bool ownsSystem)
    {
        (_environment, _system, _ownsSystem) = (environment, system, ownsSystem);
        if (environment.Options.PeerJournal is not null)
            ProtobufSerializer.Install(system, StoredPeers.Types);
        _host = system.ActorOf(HostActor.Props(environment), UniqueName.Of(system, $"host-{environment.Self}"));
    }

    /// <summary>What hosts store of peers (<see cref="Libp2pHostOptions.PeerJournal"/>); a system must know it before that journal starts.</summary>
    public static ProtobufTypes StoredTypes => StoredPeers.Types;

    /// <summary>Who this host is.</summary>
    public PeerId PeerId => _environment.Self;

    /// <summary>Where peers can connect, each address with this host's id behind it.</summary>
    public IReadOnlyList<Multiaddr> ListenAddresses => [.. _environment.ListenAddresses.Select(address => address.Encapsulate(PeerId))];

    /// <summary>The peers that are connected. A snapshot.</summary>
    public IReadOnlyCollection<PeerId> ConnectedPeers => [.. _environment.Connected.Keys];

    /// <summary>The protocols that are handled, in order.</summary>
    public IReadOnlyList<string> Protocols => _environment.Handlers.Current.Protocols;

    internal HostEnvironment Environment => _environment;

    internal IActorRef Actor => _host;

    /// <summary>Starts a host, and returns when it listens at all its addresses.</summary>
    /// <param name="identity">Its key, which stays the caller's and must live as long as the host.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="system">Where its actors live; null for a system of its own.</param>
    /// <exception cref="ConnectionException">An address is taken, not this machine's, or of no transport.</exception>
    public static async Task<Libp2pHost> CreateAsync(PrivateKey identity, Libp2pHostOptions? options = null, ActorSystem? system = null)
    {
        ArgumentNullException.ThrowIfNull(identity);
        var actors = system ?? LogosSystem.Create("libp2p", NullLoggerFactory.Instance);
        var environment = new HostEnvironment(identity, options ?? new Libp2pHostOptions(), actors.TimeProvider());
        var host = new Libp2pHost(environment, actors, ownsSystem: system is null);
        try
        {
            await host._host.Ask<Host.Started>(Host.WaitForStart.Instance, AnswerTimeout);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connects to whoever is at an address, or to the peer that the address names; at once if that is connected already.</summary>
    /// <remarks>Dials of one peer at the same time are one dial. One that nobody waits for any more is given up.</remarks>
    public Task<DialResult> DialAsync(Multiaddr address, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        return DialAsync(address.PeerId, [address], cancellation);
    }

    /// <summary>Connects to a peer at any of its addresses; at once if it is connected already.</summary>
    /// <param name="peer">Who must answer.</param>
    /// <param name="addresses">Where to look for it.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public Task<DialResult> DialAsync(PeerId peer, IEnumerable<Multiaddr> addresses, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ArgumentNullException.ThrowIfNull(addresses);
        return DialAsync(peer, [.. addresses], cancellation);
    }

    /// <summary>Closes the connection to a peer, and returns when it is closed.</summary>
    public Task DisconnectAsync(PeerId peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ThrowIfDisposed();
        return _host.Ask<Host.Disconnected>(new Host.Disconnect(peer), AnswerTimeout);
    }

    /// <summary>Opens a stream to a peer that is connected.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="protocol">A protocol id.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ConnectionException">The peer is not connected, does not speak the protocol or is too slow.</exception>
    /// <exception cref="StreamResetException">The peer does not want the stream.</exception>
    public Task<LibP2pStream> OpenStreamAsync(PeerId peer, string protocol, CancellationToken cancellation = default) =>
        OpenStreamAsync(peer, [protocol], cancellation);

    /// <summary>Opens a stream to a peer that is connected, for the first protocol that it speaks too.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="protocols">Protocol ids, at least one, the best first.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <inheritdoc cref="OpenStreamAsync(PeerId, string, CancellationToken)"/>
    public async Task<LibP2pStream> OpenStreamAsync(
        PeerId peer, IReadOnlyList<string> protocols, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ArgumentNullException.ThrowIfNull(protocols);
        ThrowIfDisposed();
        return _environment.Connected.TryGetValue(peer, out var connection)
            ? await connection.OpenStreamAsync(protocols, _environment, cancellation)
            : throw new ConnectionException(ConnectionFailure.NotConnected, $"{peer} is not connected; dial it first.");
    }

    /// <inheritdoc cref="PeerConnection.OpenWithAsync"/>
    internal async Task<(LibP2pStream Stream, LazyProposal? Proposal)> OpenWithAsync(
        PeerId peer, string protocol, ReadOnlyMemory<byte> first, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ThrowIfDisposed();
        return _environment.Connected.TryGetValue(peer, out var connection)
            ? await connection.OpenWithAsync(protocol, first, _environment, cancellation)
            : throw new ConnectionException(ConnectionFailure.NotConnected, $"{peer} is not connected; dial it first.");
    }

    /// <summary>What a connected peer has said of itself; null when it has not yet.</summary>
    public PeerIdentity? IdentityOf(PeerId peer) => _environment.Identified.GetValueOrDefault(peer);

    /// <summary>Measures the round trip to a connected peer.</summary>
    /// <exception cref="ConnectionException">The peer is not connected, does not echo, or not within 10 s.</exception>
    /// <exception cref="StreamResetException">The peer does not want to be pinged now.</exception>
    public async Task<TimeSpan> PingAsync(PeerId peer, CancellationToken cancellation = default)
    {
        await using var stream = await OpenStreamAsync(peer, PingProtocol.Protocol, cancellation);
        using var late = new CancellationTokenSource(PingProtocol.Timeout, _environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            return await PingProtocol.PingAsync(stream, _environment.Time, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new ConnectionException(ConnectionFailure.TimedOut, $"{peer} did not echo within {PingProtocol.Timeout}.", e);
        }
    }

    /// <summary>Serves the streams of a protocol from now on, on all connections.</summary>
    /// <param name="protocol">The protocol id, shorter than 1 KiB.</param>
    /// <param name="handler">Serves one stream.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">The protocol is handled already, or its id is malformed.</exception>
    public void Handle(string protocol, StreamHandler handler, StreamHandlerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        _environment.Handlers.Add(new ProtocolHandler(protocol, handler, options ?? new StreamHandlerOptions()));
    }

    /// <summary>Serves no more streams of a protocol; those that are open go on.</summary>
    /// <returns>Whether the protocol was handled.</returns>
    public bool RemoveHandler(string protocol) => _environment.Handlers.Remove(protocol);

    /// <summary>Tells every event from now on, after a <see cref="PeerConnected"/> for each peer that is connected.</summary>
    /// <param name="observer">Runs for one event after the other, on a thread of the host, which waits for it: it hands on, and returns.</param>
    public void Subscribe(Action<HostEvent> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        ThrowIfDisposed();
        _host.Tell(new Host.Subscribe(observer), ActorRefs.NoSender);
    }

    /// <summary>Ends a subscription. An event that is under way may still be told.</summary>
    public void Unsubscribe(Action<HostEvent> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        _host.Tell(new Host.Unsubscribe(observer), ActorRefs.NoSender);
    }

    /// <summary>Closes listeners and connections, and waits until they are closed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        try
        {
            await StopGossipsubAsync();
            if (_environment.Options.PeerJournal is not null)
                await FlushAsync();
            await _system.StopAsync(_host, StopTimeout);
        }
        finally
        {
            await _environment.CloseConnectionsAsync();
            _environment.Dispose();
            if (_ownsSystem)
                await _system.TerminateAsync(StopTimeout);
        }
    }

    async Task FlushAsync()
    {
        try
        {
            // A journal that is gone answers, too: it has said so in the log, and the host stops all the same.
            await _host.Ask(Host.Flush.Instance, FlushTimeout);
        }
        catch (AskTimeoutException)
        {
        }
    }

    async Task<DialResult> DialAsync(PeerId? peer, IReadOnlyList<Multiaddr> addresses, CancellationToken cancellation)
    {
        ThrowIfDisposed();
        if (peer is null && addresses.Count == 0)
            throw new ArgumentException("Nothing says whom to dial.", nameof(addresses));
        var waiter = new TaskCompletionSource<DialResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _host.Tell(new Host.Dial(peer, addresses, waiter), ActorRefs.NoSender);
        try
        {
            return await waiter.Task.WaitAsync(_environment.Options.DialTimeout + AnswerTimeout, _environment.Time, cancellation);
        }
        catch (TimeoutException)
        {
            return DialResult.Failed(peer, ConnectionFailure.Closed, "The host has stopped.");
        }
        catch (OperationCanceledException)
        {
            _host.Tell(new Host.StopWaiting(waiter), ActorRefs.NoSender);
            throw;
        }
    }

    void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
}
