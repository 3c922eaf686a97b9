using System.Net;
using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Limits;

namespace LogosActors.Libp2p.Hosting;

/// <summary>Accepts the connections at one address, and upgrades them.</summary>
/// <remarks>
/// Parent: <see cref="HostActor"/>, one-for-one, restart with backoff 100 ms … 10 s. A failure costs the connections that are being
/// upgraded; those that were handed to the host live on. A restart listens again at the same address and port.
/// </remarks>
internal sealed class ListenerActor(HostEnvironment environment, int index, IActorRef host) : SupervisedActor, IWithTimers
{
    /// <summary>How long to wait when the machine has no room for a connection, such as no file descriptor.</summary>
    static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(200);

    readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(environment.Stopping);
    Multiaddr _address = null!;
    bool _wasBound;
    CancellationToken _stopping;
    ITransportListener? _socket;

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(HostEnvironment environment, int index, IActorRef host) =>
        Akka.Actor.Props.Create(() => new ListenerActor(environment, index, host));

    protected override void PreStart()
    {
        _stopping = _ending.Token;
        (_address, _wasBound) = environment.ListenAddress(index);
        PipeToSelf(ListenAsync());
    }

    protected override void PostStop()
    {
        _ending.Cancel();
        _ending.Dispose();
        _ = _socket?.DisposeAsync().AsTask();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ITransportListener socket:
                _socket = socket;
                _address = socket.Address;
                host.Tell(new Host.Listening(index, _address), Self);
                Accept();
                break;
            case Accepted accepted when accepted.Socket == _socket:
                Upgrade(accepted.Connection);
                Accept();
                break;
            case Accepted late:
                _ = late.Connection.DisposeAsync().AsTask();
                break;
            case NotAccepted failed when failed.Socket == _socket:
                Log.Warning("No connection is accepted at {Address} for now: {Reason}", _address, failed.Cause.Message);
                Timers.StartSingleTimer(Resume.Instance, Resume.Instance, AcceptPause);
                break;
            case NotAccepted:
                break;
            case Resume:
                Accept();
                break;
            case Host.Upgraded upgraded:
                host.Tell(upgraded, Self);
                break;
            case NotUpgraded failed:
                Log.Debug("A connection from {Address} was not made: {Reason}", failed.From, failed.Cause.Message);
                break;
            case PipeFailure { Cause: ConnectionException cause } when _socket is null && !_wasBound:
                host.Tell(new Host.NotListening(cause), Self);
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    async Task<ITransportListener> ListenAsync() =>
        environment.TransportFor(_address) is { } transport
            ? await transport.ListenAsync(_address)
            : throw new ConnectionException(ConnectionFailure.NoAddress, $"No transport listens at {_address}.");

    void Accept() => PipeToSelf(AcceptAsync(_socket!));

    async Task<object> AcceptAsync(ITransportListener socket)
    {
        try
        {
            return new Accepted(socket, await socket.AcceptAsync(_stopping));
        }
        catch (Exception e) when (e is ConnectionException or OperationCanceledException)
        {
            return new NotAccepted(socket, e);
        }
    }

    void Upgrade(ITransportConnection accepted)
    {
        var endPoint = accepted.RemoteEndPoint as IPEndPoint;
        var from = endPoint is null ? null : Multiaddr.FromEndPoint(endPoint);
        if (environment.Options.Gate.AllowAccept(from) && environment.TryBeginInbound(endPoint?.Address) is { } handshake)
            PipeToSelf(UpgradeAsync(accepted, from, handshake));
        else
            _ = accepted.DisposeAsync().AsTask();
    }

    async Task<object> UpgradeAsync(ITransportConnection accepted, Multiaddr? from, InboundHandshake handshake)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stopping, handshake.Closing);
        try
        {
            return new Host.Upgraded(await environment.UpgradeAsync(accepted, isDialer: false, expected: null, ending.Token), from, DialKey: null);
        }
        catch (Exception e) when (e is ConnectionException or OperationCanceledException)
        {
            return new NotUpgraded(from, e);
        }
        finally
        {
            environment.EndInbound(handshake);
        }
    }

    sealed record Accepted(ITransportListener Socket, ITransportConnection Connection);

    sealed record NotAccepted(ITransportListener Socket, Exception Cause);

    sealed record NotUpgraded(Multiaddr? From, Exception Cause);

    sealed record Resume
    {
        public static readonly Resume Instance = new();
    }
}
