using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Dialing;

/// <summary>Dials one peer at all its addresses until one answers.</summary>
/// <remarks>
/// Parent: <see cref="HostActor"/>. A failure costs this dial: the host is told that it came to nothing. A restart recovers nothing
/// and stops.
/// </remarks>
internal sealed class DialActor(HostEnvironment environment, object key, PeerId? peer, IReadOnlyList<Multiaddr> named, IReadOnlyList<Multiaddr> heard, IActorRef host)
    : SupervisedActor, IWithTimers
{
    readonly DialRace _race = new();
    readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(environment.Stopping);
    CancellationToken _over;
    readonly List<(Multiaddr Address, ConnectionException Cause)> _failures = [];
    int _isDecided;
    int _resolving;

    public ITimerScheduler Timers { get; set; } = null!;

    // Without an expression, which would be compiled for each dial.
    public static Props Props(HostEnvironment environment, object key, PeerId? peer, IReadOnlyList<Multiaddr> named, IReadOnlyList<Multiaddr> heard, IActorRef host) =>
        Akka.Actor.Props.Create<DialActor>(environment, key, peer!, named, heard, host);

    protected override void PreStart()
    {
        _over = _ending.Token;
        Timers.StartSingleTimer(TimedOut.Instance, TimedOut.Instance, environment.Options.DialTimeout);
        Resolve(named, heard);
    }

    protected override void PreRestart(Exception reason, object? message)
    {
        Fail(ConnectionFailure.Lost, $"The dial failed: {reason.Message}");
        PostStop();
    }

    protected override void PostRestart(Exception reason) => Context.Stop(Self);

    protected override void PostStop()
    {
        Volatile.Write(ref _isDecided, 1);
        _ending.Cancel();
        _ending.Dispose();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case AlsoTry more:
                if (more.Origin is AddressOrigin.Application)
                    Resolve(more.Addresses, []);
                else
                    Resolve([], more.Addresses);
                break;
            case Resolved resolved:
                _resolving--;
                _race.Add(resolved.Addresses.Where(IsDialable));
                Pump();
                break;
            case Attempted { Cause: null }:
                Context.Stop(Self);
                break;
            case Attempted attempted:
                _failures.Add((attempted.Address, attempted.Cause));
                _race.Failed(attempted.Address);
                Pump();
                break;
            case Tick:
                Pump();
                break;
            case TimedOut:
                Fail(ConnectionFailure.TimedOut, $"No connection within {environment.Options.DialTimeout}.");
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    bool IsDialable(Multiaddr address)
    {
        if (environment.TransportFor(address) is null)
            return false;
        if (environment.Options.Gate.AllowDial(peer, address))
            return true;
        _failures.Add((address, new ConnectionException(ConnectionFailure.Refused, "This host does not dial it.")));
        return false;
    }

    void Resolve(IReadOnlyList<Multiaddr> ofApplication, IReadOnlyList<Multiaddr> ofStrangers)
    {
        _resolving++;
        PipeToSelf(ResolveAsync(ofApplication, ofStrangers));
    }

    async Task<Resolved> ResolveAsync(IReadOnlyList<Multiaddr> ofApplication, IReadOnlyList<Multiaddr> ofStrangers)
    {
        try
        {
            var resolved = await Task.WhenAll(
                environment.Resolver.ResolveAsync(ofApplication, AddressOrigin.Application, _over),
                environment.Resolver.ResolveAsync(ofStrangers, AddressOrigin.Stranger, _over));
            return new Resolved([.. resolved[0], .. resolved[1]]);
        }
        catch (OperationCanceledException)
        {
            return new Resolved([]);
        }
    }

    void Pump()
    {
        var now = environment.Now;
        while (_race.TryNext(now, out var address))
            PipeToSelf(AttemptAsync(address));
        if (_race.Due is { } due)
            Timers.StartSingleTimer(Tick.Instance, Tick.Instance, due > now ? due - now : TimeSpan.FromTicks(1));
        else if (_race.IsLost && _resolving == 0)
            Lose();
    }

    async Task<Attempted> AttemptAsync(Multiaddr address)
    {
        try
        {
            var transport = await environment.TransportFor(address)!.DialAsync(address, _over);
            var connection = await environment.UpgradeAsync(transport, isDialer: true, peer, _over);
            // The loser of a close race closes; whoever stopped the dial has won.
            if (Interlocked.Exchange(ref _isDecided, 1) == 0)
            {
                host.Tell(new Host.Upgraded(connection, address, key), ActorRefs.NoSender);
                return new Attempted(address, null);
            }
            await connection.DisposeAsync();
            return new Attempted(address, new ConnectionException(ConnectionFailure.Closed, "Another address was faster."));
        }
        catch (ConnectionException e)
        {
            return new Attempted(address, e);
        }
        catch (OperationCanceledException e)
        {
            return new Attempted(address, new ConnectionException(ConnectionFailure.Closed, "The dial was over.", e));
        }
    }

    void Lose()
    {
        if (_failures.Count == 0)
            Fail(ConnectionFailure.NoAddress, "No address is known that can be dialed.");
        else
        {
            // An answer that was wrong says more than none.
            var told = _failures.Select(failure => failure.Cause.Failure).FirstOrDefault(
                failure => failure is not (ConnectionFailure.Unreachable or ConnectionFailure.Closed), ConnectionFailure.Unreachable);
            Fail(told, string.Join("; ", _failures.Select(failure => $"{failure.Address}: {failure.Cause.Message}")));
        }
    }

    void Fail(ConnectionFailure failure, string reason)
    {
        // An attempt that has just won has told the host of it already.
        if (Interlocked.Exchange(ref _isDecided, 1) == 0)
            host.Tell(new Host.DialFailed(key, DialResult.Failed(peer, failure, reason)), Self);
        Context.Stop(Self);
    }

    /// <summary>Adds addresses to a dial that is under way.</summary>
    public sealed record AlsoTry(IReadOnlyList<Multiaddr> Addresses, AddressOrigin Origin);

    sealed record Resolved(IReadOnlyList<Multiaddr> Addresses);

    sealed record Attempted(Multiaddr Address, ConnectionException? Cause);

    sealed record Tick
    {
        public static readonly Tick Instance = new();
    }

    sealed record TimedOut
    {
        public static readonly TimedOut Instance = new();
    }
}
