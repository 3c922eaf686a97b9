using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Peers;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Requests;

namespace LogosActors.Delivery.Lightpush;

/// <summary>Sends the messages of a node that does not relay: gives each to service nodes (19/WAKU2-LIGHTPUSH).</summary>
/// <remarks>
/// Parent: <see cref="NodeActor"/>, one-for-one, restart with backoff. A failure costs the rounds under way and what is known of service nodes:
/// <see cref="Sending.SendsActor"/> publishes again what it has no answer for, and a restart learns from the host who is connected. A service node
/// is given <see cref="PushesPerPeer"/> messages at once, as long as they answer; up to <see cref="MaxRounds"/> wait, and further ones are
/// answered as congested. A service node that does not answer is passed over after <see cref="LightpushRound.Patience"/>.
/// </remarks>
/// <param name="host">The host.</param>
/// <param name="preferred">Service nodes that are asked before others.</param>
/// <param name="maxMessageSize">The largest message of the network, encoded, in bytes.</param>
/// <param name="view">Where is published how many service nodes there are.</param>
/// <param name="pushed">Called with each service node that has a message: stores other than those are to confirm it.</param>
#pragma warning disable CA1001 // PostStop disposes of what it owns
internal sealed class LightpushClientActor(
    INodeHost host, IReadOnlyList<Multiaddr> preferred, int maxMessageSize, ServiceView view, Action<PeerId> pushed) : SupervisedActor, IWithTimers
#pragma warning restore CA1001
{
    /// <summary>Of how many messages is remembered who has accepted them.</summary>
    const int MaxAccepted = 1024;

    /// <summary>How many messages are being given to service nodes, or wait for it.</summary>
    /// <value>512: at 150 KiB each 75 MiB at most.</value>
    public const int MaxRounds = 512;

    /// <summary>How many messages a service node is given at once.</summary>
    /// <value>8: half of what a node of this project serves one peer at once (<see cref="LightpushProtocol"/>); js-libp2p serves 32.</value>
    public const int PushesPerPeer = 8;

    readonly ServicePeers _peers = new(Context.System.Random(), preferred);
    readonly Dictionary<MessageHash, Pushing> _rounds = [];
    readonly Dictionary<MessageHash, PeerId> _accepted = [];
    readonly Queue<MessageHash> _acceptedOrder = new();
    readonly Queue<Pushing> _waiting = new();
    readonly CancellationTokenSource _stopping = new();
    int _underWay;
    RequestClient<LightpushRequest, LightpushResponse>? _client;
    ServicePeersFeed? _feed;

    public static Props Props(INodeHost host, IReadOnlyList<Multiaddr> preferred, int maxMessageSize, ServiceView view, Action<PeerId> pushed) =>
        Akka.Actor.Props.Create(() => new LightpushClientActor(host, preferred, maxMessageSize, view, pushed));

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _client = host.CreateClient(LightpushProtocol.For(LightpushProtocol.Protocol, maxMessageSize) with { MaxOutbound = MaxRounds * LightpushRound.Parallel });
        _feed = new ServicePeersFeed(host, LightpushProtocol.Id, _peers, Self);
    }

    protected override void PostStop()
    {
        _feed?.Dispose();
        _stopping.Cancel();
        _stopping.Dispose();
        _client?.Dispose();
        view.Lightpush = 0;
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LightpushClient.Push push:
                Begin(push, Sender);
                break;
            case Answered answered:
                Accept(answered);
                break;
            case TimeIsUp due:
                if (_rounds.TryGetValue(due.Hash, out var waiting))
                    Go(waiting, waiting.Round.Tick(Now));
                break;
            default:
                if (!_feed!.TryHandle(message))
                    Unhandled(message);
                break;
        }
        while (_underWay < MostUnderWay && _waiting.TryDequeue(out var next))
            Start(next);
        view.Lightpush = _peers.CountProven;
    }

    /// <summary>Each message goes to two service nodes.</summary>
    int MostUnderWay => Math.Max(1, PushesPerPeer * _peers.Count / LightpushRound.Parallel);

    void Begin(LightpushClient.Push push, IActorRef publisher)
    {
        if (_rounds.TryGetValue(push.Hash, out var known) && known.Round.Outcome is null)
        {
            // The publisher waits no longer for the last answer.
            (known.Push, known.Publisher) = (push, publisher);
            return;
        }
        if (_rounds.Count >= MaxRounds)
        {
            publisher.Tell(new Gossip.PublishedTagged(push.Tag, PublishOutcome.Congested));
            return;
        }
        // It comes again because no store has it: others are to be asked first.
        if (!push.WantsResult && _accepted.Remove(push.Hash, out var doubtful))
            _peers.Failed(doubtful, Now);
        var pushing = new Pushing(push, publisher, new LightpushRound(push.Shard, _peers));
        _rounds[push.Hash] = pushing;
        _waiting.Enqueue(pushing);
    }

    void Start(Pushing pushing)
    {
        _underWay++;
        Go(pushing, pushing.Round.Begin(Now));
    }

    void Accept(Answered answered)
    {
        if (answered.Answer is not PushAnswer.Accepted)
            Log.Debug("{0} has not relayed message {1}: {2}", answered.Peer, answered.Hash, answered.Reason);
        if (!_rounds.TryGetValue(answered.Hash, out var pushing))
            return;
        if (answered.Answer is PushAnswer.Accepted)
            Remember(answered);
        if (pushing.Round.Outcome is null && answered.Result is { } result)
            pushing.Result = result;
        Go(pushing, pushing.Round.Answered(answered.Peer, answered.Answer, Now));
    }

    void Remember(Answered answered)
    {
        if (_accepted.TryAdd(answered.Hash, answered.Peer))
            _acceptedOrder.Enqueue(answered.Hash);
        if (_acceptedOrder.Count > MaxAccepted)
            _accepted.Remove(_acceptedOrder.Dequeue());
    }

    void Go(Pushing pushing, IReadOnlyList<PeerId> peers)
    {
        var push = pushing.Push;
        foreach (var peer in peers)
        {
            pushed(peer);
            PipeToSelf(PushAsync(peer, push, _stopping.Token));
        }
        if (pushing.Round.Outcome is { } outcome && !pushing.IsAnswered)
        {
            pushing.IsAnswered = true;
            _underWay--;
            pushing.Publisher.Tell(AnswerTo(pushing, outcome));
        }
        var due = new TimeIsUp(push.Hash);
        if (pushing.Round.IsOver)
        {
            if (_rounds.TryGetValue(push.Hash, out var current) && ReferenceEquals(current, pushing))
                _rounds.Remove(push.Hash);
            Timers.Cancel(due);
        }
        else if (pushing.Round.Wake is { } wake)
        {
            Timers.StartSingleTimer(due, due, wake > Now ? wake - Now : TimeSpan.Zero);
        }
        else
        {
            Timers.Cancel(due);
        }
    }

    static object AnswerTo(Pushing pushing, LightpushOutcome outcome)
    {
        var tag = pushing.Push.Tag;
        if (pushing.Push.WantsResult)
            return new LightpushClient.Ended(tag, pushing.Result ?? (outcome is LightpushOutcome.Uncertain ? LightpushResult.TimedOut : LightpushResult.NoServicePeer));
        return outcome is LightpushOutcome.Uncertain
            ? new LightpushClient.Unknown(tag)
            : new Gossip.PublishedTagged(tag, outcome switch
            {
                LightpushOutcome.Accepted => PublishOutcome.Sent,
                LightpushOutcome.Rejected => PublishOutcome.Invalid,
                _ => PublishOutcome.NoPeers,
            });
    }

    async Task<Answered> PushAsync(PeerId peer, LightpushClient.Push push, CancellationToken cancellation)
    {
        try
        {
            var request = new LightpushRequest { RequestId = Guid.NewGuid().ToString("N"), PubsubTopic = push.Shard.ToString(), Message = push.Encoded };
            var result = await _client!.RequestAsync(peer, request, cancellation);
            return result.IsAnswered
                ? new Answered(push.Hash, peer, Read(result.Response), $"{(int)result.Response.Status} {result.Response.Description}")
                {
                    Result = LightpushResult.From(result.Response),
                }
                : new Answered(push.Hash, peer, Read(result.Failure.Value), result.Reason)
                {
                    Result = Read(result.Failure.Value) is PushAnswer.Failed ? LightpushResult.DialFailure(peer) : null,
                };
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            return new Answered(push.Hash, peer, PushAnswer.Silent, "This node stops.");
        }
    }

    // The codes are those of the running references, see LightpushStatus; of what is unknown the range says enough.
    static PushAnswer Read(LightpushResponse response) => response.Status switch
    {
        // A service that has relayed to nobody has not relayed.
        LightpushStatus.Success when response.RelayPeerCount is 0 => PushAnswer.NoRelayPeers,
        LightpushStatus.Success => PushAnswer.Accepted,
        LightpushStatus.BadRequest or LightpushStatus.PayloadTooLarge or LightpushStatus.InvalidMessage => PushAnswer.Rejected,
        LightpushStatus.TooManyRequests => PushAnswer.Busy,
        LightpushStatus.NoPeersToRelay => PushAnswer.NoRelayPeers,
        _ => PushAnswer.Failed,
    };

    static PushAnswer Read(ConnectionFailure failure) => failure switch
    {
        ConnectionFailure.NotConnected or ConnectionFailure.NegotiationFailed or ConnectionFailure.Refused => PushAnswer.Failed,
        _ => PushAnswer.Silent,
    };

    sealed class Pushing(LightpushClient.Push push, IActorRef publisher, LightpushRound round)
    {
        public LightpushClient.Push Push { get; set; } = push;

        public IActorRef Publisher { get; set; } = publisher;

        public LightpushRound Round => round;

        public bool IsAnswered { get; set; }

        /// <summary>What the service node has answered that did so last; null: none has.</summary>
        public LightpushResult? Result { get; set; }
    }

    sealed record Answered(MessageHash Hash, PeerId Peer, PushAnswer Answer, string Reason)
    {
        public LightpushResult? Result { get; init; }
    }

    sealed record TimeIsUp(MessageHash Hash);
}
