using System.Net;
using LogosActors.Actors;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using Microsoft.Extensions.Logging;

namespace LogosActors.Libp2p.Hosting;

/// <summary>Accepts the connections at one address, and upgrades them.</summary>
/// <remarks>
/// Parent: <see cref="HostActor"/>, one-for-one, restart with backoff 100 ms … 10 s. A failure costs the connections that are being
/// upgraded; those that were handed to the host live on. A restart listens again at the same address and port.
/// </remarks>
internal sealed class ListenerActor(HostEnvironment environment, Listener listener, ActorRef host) : Actor
{
    /// <summary>How long to wait when the machine has no room for a connection, such as no file descriptor.</summary>
    static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(200);

    readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(environment.Stopping);
    CancellationToken _stopping;
    ITransportListener? _socket;

    protected override void PreStart()
    {
        _stopping = _ending.Token;
        Context.PipeTo(ListenAsync());
    }

    protected override void PostStop()
    {
        _ending.Cancel();
        _ending.Dispose();
        _ = _socket?.DisposeAsync().AsTask();
    }

    protected override void Receive(object message)
    {
        switch (message)
        {
            case ITransportListener socket:
                _socket = socket;
                listener.Bound(socket.Address);
                host.Tell(new Host.Listening(listener), Self);
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
                Log.LogWarning("No connection is accepted at {Address} for now: {Reason}", listener.Address, failed.Cause.Message);
                Context.StartSingleTimer(Resume.Instance, Resume.Instance, AcceptPause);
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
                Log.LogDebug("A connection from {Address} was not made: {Reason}", failed.From, failed.Cause.Message);
                break;
            case PipeFailure { Cause: ConnectionException cause } when _socket is null && !listener.WasBound:
                host.Tell(new Host.NotListening(listener, cause), Self);
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    async Task<ITransportListener> ListenAsync() =>
        environment.TransportFor(listener.Address) is { } transport
            ? await transport.ListenAsync(listener.Address)
            : throw new ConnectionException(ConnectionFailure.NoAddress, $"No transport listens at {listener.Address}.");

    void Accept() => Context.PipeTo(AcceptAsync(_socket!));

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
        if (environment.Options.Gate.AllowAccept(from) && environment.TryBeginInbound(endPoint?.Address))
            Context.PipeTo(UpgradeAsync(accepted, from, endPoint?.Address));
        else
            _ = accepted.DisposeAsync().AsTask();
    }

    async Task<object> UpgradeAsync(ITransportConnection accepted, Multiaddr? from, IPAddress? address)
    {
        try
        {
            return new Host.Upgraded(await environment.UpgradeAsync(accepted, isDialer: false, expected: null, _stopping), from, DialKey: null);
        }
        catch (Exception e) when (e is ConnectionException or OperationCanceledException)
        {
            return new NotUpgraded(from, e);
        }
        finally
        {
            environment.EndInbound(address);
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
