using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Libp2p.Identify;

/// <summary>Asks each new peer who it is, and tells all peers when this host's own protocols or addresses change.</summary>
/// <remarks>
/// Parent: <see cref="HostActor"/>, one-for-one, restart with backoff. A failure costs the exchanges under way. A restart asks every
/// connected peer that is not identified again.
/// </remarks>
internal sealed class IdentifyActor(HostEnvironment environment, IdentifyExchange exchange, IActorRef host) : SupervisedActor, IWithTimers
{
    /// <summary>How long an exchange may take.</summary>
    /// <value>5 s (js-libp2p identify <c>timeout</c>).</value>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>Changes within this time are told together.</summary>
    static readonly TimeSpan PushDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>How many peers are told at once.</summary>
    /// <value>32 (js-libp2p identify-push <c>concurrency</c>).</value>
    const int PushConcurrency = 32;

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(HostEnvironment environment, IdentifyExchange exchange, IActorRef host) =>
        Akka.Actor.Props.Create(() => new IdentifyActor(environment, exchange, host));

    protected override void PreStart()
    {
        foreach (var peer in environment.Connected.Keys.Where(peer => !environment.Identified.ContainsKey(peer)))
            PipeToSelf(AskAsync(peer));
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case PeerConnected connected:
                PipeToSelf(AskAsync(connected.Peer));
                break;
            case Heard { Identity: { } identity } heard:
                host.Tell(new Host.Identified(heard.Peer, identity), Self);
                break;
            case Heard { Error: DecodeError.InvalidSignature } liar:
                Log.Warning("{Peer} shows the key or the record of another; it is disconnected", liar.Peer);
                host.Tell(new Host.Disconnect(liar.Peer), Self);
                break;
            case Heard failed:
                Log.Debug("{Peer} was not identified: {Error}", failed.Peer, failed.Error);
                break;
            case Changed:
                if (!Timers.IsTimerActive(Push.Instance))
                    Timers.StartSingleTimer(Push.Instance, Push.Instance, PushDelay);
                break;
            case Push:
                PipeToSelf(PushAsync());
                break;
            case Host.Disconnected or Pushed:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    async Task<Heard> AskAsync(PeerId peer)
    {
        using var late = new CancellationTokenSource(Timeout, environment.Time);
        try
        {
            if (!environment.Connected.TryGetValue(peer, out var connection))
                return new Heard(peer, null, DecodeError.None);
            await using var stream = await connection.OpenStreamAsync([IdentifyExchange.Protocol], environment, late.Token);
            await stream.CloseWriteAsync(late.Token);
            var (identity, error) = await IdentifyExchange.ReceiveAsync(stream, late.Token);
            return new Heard(peer, identity, error);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return new Heard(peer, null, DecodeError.Truncated);
        }
    }

    async Task<Pushed> PushAsync()
    {
        var told = environment.Connected.Keys.Where(peer =>
            environment.Identified.TryGetValue(peer, out var identity) && identity.Protocols.Contains(IdentifyExchange.PushProtocol, StringComparer.Ordinal));
        await Parallel.ForEachAsync(told, new ParallelOptions { MaxDegreeOfParallelism = PushConcurrency }, async (peer, cancellation) =>
        {
            using var late = new CancellationTokenSource(Timeout, environment.Time);
            try
            {
                if (!environment.Connected.TryGetValue(peer, out var connection))
                    return;
                await using var stream = await connection.OpenStreamAsync([IdentifyExchange.PushProtocol], environment, late.Token);
                await exchange.SendAsync(stream, late.Token);
                // The peer has read all when it finishes; letting go of the stream before could overtake the last bytes.
                await stream.ReadAsync(new byte[1], late.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // That peer learns of the change with the next push.
            }
        });
        return new Pushed();
    }

    /// <summary>This host's protocols or addresses have changed.</summary>
    public sealed record Changed
    {
        public static readonly Changed Instance = new();
    }

    /// <summary>A peer has said who it is, or something else.</summary>
    public sealed record Heard(PeerId Peer, PeerIdentity? Identity, DecodeError Error);

    sealed record Push
    {
        public static readonly Push Instance = new();
    }

    sealed record Pushed;
}
