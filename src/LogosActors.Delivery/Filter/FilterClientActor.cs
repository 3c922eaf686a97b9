using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Metadata;
using LogosActors.Delivery.Metrics;
using LogosActors.Delivery.Peers;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Requests;

namespace LogosActors.Delivery.Filter;

/// <summary>Receives the messages of a node that does not relay: has service nodes push them (12/WAKU2-FILTER).</summary>
/// <remarks>
/// Parent: <see cref="NodeActor"/>, one-for-one, resume: an exception costs the message that it was given; what is wanted stays, and what was lost
/// on the way is noticed by the next ping. A pushed message is checked as a relayed one is, and goes to the receiver when it is of a node that was
/// asked for its topic. At most <see cref="MaxPushed"/> pushes wait for it; beyond that the streams are not read.
/// </remarks>
/// <param name="host">The host.</param>
/// <param name="preferred">Service nodes that are asked before others.</param>
/// <param name="validation">Decides about messages.</param>
/// <param name="tap">Is shown them, while somebody watches.</param>
/// <param name="counts">Counts those that are accepted.</param>
/// <param name="view">Where is published how many service nodes there are.</param>
#pragma warning disable CA1001 // PostStop disposes of what it owns
internal sealed class FilterClientActor(
    INodeHost host, IReadOnlyList<Multiaddr> preferred, MessageValidation validation, RelayTap tap, MessageCounts counts, ServiceView view)
    : SupervisedActor, IWithTimers
#pragma warning restore CA1001
{
    /// <summary>How many pushes wait to be processed.</summary>
    /// <value>256: at 214 KiB each 54 MiB at most.</value>
    public const int MaxPushed = 256;

    /// <summary>How often is looked whether the process has slept.</summary>
    static readonly TimeSpan SleepInterval = TimeSpan.FromSeconds(5);

    static readonly TimeSpan ValidationTimeout = TimeSpan.FromSeconds(5);

    readonly ServicePeers _peers = new(Context.System.Random(), preferred);
    readonly CancellationTokenSource _stopping = new();
    readonly SemaphoreSlim _room = new(MaxPushed);
    FilterClient _filter = null!;
    SleepDetector _sleep = null!;
    RequestClient<FilterSubscribeRequest, FilterSubscribeResponse>? _client;
    ServicePeersFeed? _feed;
    IActorRef _receiver = ActorRefs.Nobody;
    TimeSpan _wake = TimeSpan.MaxValue;

    public static Props Props(
        INodeHost host, IReadOnlyList<Multiaddr> preferred, MessageValidation validation, RelayTap tap, MessageCounts counts, ServiceView view) =>
        Akka.Actor.Props.Create(() => new FilterClientActor(host, preferred, validation, tap, counts, view));

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _filter = new FilterClient(_peers, Context.System.Random());
        _sleep = new SleepDetector(SleepInterval, Now, UnixNanoseconds.Now(Time));
        _client = host.CreateClient(FilterProtocol.Subscribe);
        var (actor, room) = (Self, _room);
        // Before the first connection: the reference drops subscribers that do not name this protocol.
        host.Receive(new MessageProtocol(FilterProtocol.PushId, FilterLimits.PushLength), async (peer, message, cancellation) =>
        {
            await room.WaitAsync(cancellation);
            actor.Tell(new Pushed(peer, message), ActorRefs.NoSender);
        });
        _feed = new ServicePeersFeed(host, FilterProtocol.SubscribeId, _peers, Self);
        Timers.StartPeriodicTimer(LookAtClocks.Instance, LookAtClocks.Instance, SleepInterval);
    }

    protected override void PostStop()
    {
        _feed?.Dispose();
        host.RemoveHandler(FilterProtocol.PushId);
        _stopping.Cancel();
        _stopping.Dispose();
        _client?.Dispose();
        view.Filter = 0;
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Pushed pushed:
                _room.Release();
                Accept(pushed);
                break;
            case Validated validated:
                if (validated.IsAccepted)
                    Deliver(validated.Shard, validated.Message);
                break;
            case FilterTopics.Add add:
                _receiver = add.Receiver;
                Run(_filter.Add(add.Topic, add.Shard, Now));
                break;
            case FilterTopics.Remove remove:
                Run(_filter.Remove(remove.Topic, Now));
                break;
            case FilterTopics.Missed missed:
                Log.Info("A store had a message of {0} that no service node has pushed", missed.Topic);
                Run(_filter.Missed(missed.Topic, missed.Hash, missed.Age, Now));
                break;
            case FilterTopics.NetworkChanged:
                Run(_filter.Woke(Now));
                break;
            case FilterTopics.GetProven:
                Sender.Tell(Proven());
                break;
            case Answered answered:
                if (answered.Answer is not FilterAnswer.Done)
                    Log.Debug("{0} was asked to {1} in vain: {2}", answered.Question.Peer, answered.Question.Kind, answered.Reason);
                Run(_filter.Answered(answered.Question, answered.Answer, Now));
                break;
            case TimeIsUp:
                _wake = TimeSpan.MaxValue;
                Run(_filter.Tick(Now));
                break;
            case LookAtClocks:
                if (_sleep.HasSlept(Now, UnixNanoseconds.Now(Time)))
                    Run(_filter.Woke(Now));
                break;
            default:
                if (!_feed!.TryHandle(message))
                    Unhandled(message);
                Run(message is PeerDisconnected disconnected ? _filter.Disconnected(disconnected.Peer, Now) : _filter.PeersChanged(Now));
                break;
        }
        view.Filter = _peers.CountProven;
    }

    void Accept(Pushed pushed)
    {
        if (!FilterCodec.TryDecodePush(pushed.Bytes, out var push, out _) || push.PubsubTopic is not { } name || !PubsubTopic.TryParse(name, out var shard))
            return;
        var result = validation.Decide(name, push.Message, pushed.Peer, UnixNanoseconds.Now(Time), out var message);
        if (result is not ValidationResult.Accept || message is null
            || !_filter.Pushed(pushed.Peer, shard, message.Message.ContentTopic, message.Hash, Now))
            return;
        if (validation.HasValidator)
            PipeToSelf(ValidateAsync(shard, message, Time));
        else
            Deliver(shard, message);
    }

    void Deliver(PubsubTopic shard, RelayedMessage message)
    {
        counts.Add(isOwn: false, message.Message.Payload.Length);
        var seen = new RelayTopics.Seen(shard, message.Hash, message.Message, IsOwn: false, message.IsArchivable);
        _receiver.Tell(seen);
        tap.Show(seen);
    }

    FilterTopics.Proven Proven()
    {
        var shards = new Dictionary<PubsubTopic, int>();
        foreach (var (topic, shard) in _filter.Wanted)
        {
            var count = _filter.CountProven(topic, Now);
            shards[shard] = shards.TryGetValue(shard, out var fewest) ? Math.Min(fewest, count) : count;
        }
        return new FilterTopics.Proven(shards);
    }

    void Run(IReadOnlyList<FilterEffect> effects)
    {
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case FilterEffect.Ask ask:
                    PipeToSelf(AskAsync(ask.Question, _stopping.Token));
                    break;
                case FilterEffect.Receiving receiving:
                    _receiver.Tell(new FilterTopics.Receiving(receiving.Topics));
                    break;
                case FilterEffect.Gap gap:
                    Log.Info("Stores are asked for what may have been missed: {0}", gap.Reason);
                    _receiver.Tell(FilterTopics.Gap.Instance);
                    break;
            }
        }
        if (_filter.Wake == _wake)
            return;
        _wake = _filter.Wake;
        Timers.StartSingleTimer(TimeIsUp.Instance, TimeIsUp.Instance, _wake > Now ? _wake - Now : TimeSpan.Zero);
    }

    async Task<Answered> AskAsync(FilterQuestion question, CancellationToken cancellation)
    {
        try
        {
            var result = await _client!.RequestAsync(question.Peer, ToRequest(question), cancellation);
            return result.IsAnswered
                ? new Answered(question, Read(result.Response.Status), $"{(int)result.Response.Status} {result.Response.Description}")
                : new Answered(question, FilterAnswer.Failed, result.Reason);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            return new Answered(question, FilterAnswer.Failed, "This node stops.");
        }
    }

    async Task<Validated> ValidateAsync(PubsubTopic shard, RelayedMessage message, TimeProvider time)
    {
        try
        {
            using var late = new CancellationTokenSource(ValidationTimeout, time);
            var decision = await validation.AskAsync(message, late.Token).AsTask().WaitAsync(late.Token);
            return new Validated(shard, message, decision is ValidationResult.Accept);
        }
#pragma warning disable CA1031 // whatever the application's validator does, it has not accepted the message
        catch (Exception)
#pragma warning restore CA1031
        {
            return new Validated(shard, message, IsAccepted: false);
        }
    }

    static FilterSubscribeRequest ToRequest(FilterQuestion question) => new()
    {
        RequestId = Guid.NewGuid().ToString("N"),
        Type = question.Kind switch
        {
            FilterQuestionKind.Subscribe => FilterRequestType.Subscribe,
            FilterQuestionKind.Unsubscribe => FilterRequestType.Unsubscribe,
            _ => FilterRequestType.Ping,
        },
        PubsubTopic = question.Topics.Count > 0 ? question.Shard.ToString() : null,
        ContentTopics = question.Topics,
    };

    static FilterAnswer Read(FilterStatus status) => status switch
    {
        >= FilterStatus.Success and < FilterStatus.BadResponse => FilterAnswer.Done,
        FilterStatus.NotFound => FilterAnswer.NoSubscriptions,
        FilterStatus.TooManyRequests => FilterAnswer.Busy,
        _ => FilterAnswer.Failed,
    };

    sealed record Pushed(PeerId Peer, ReadOnlyMemory<byte> Bytes) : INoSerializationVerificationNeeded;

    sealed record Validated(PubsubTopic Shard, RelayedMessage Message, bool IsAccepted) : INoSerializationVerificationNeeded;

    sealed record Answered(FilterQuestion Question, FilterAnswer Answer, string Reason) : INoSerializationVerificationNeeded;

    sealed record TimeIsUp
    {
        public static readonly TimeIsUp Instance = new();
    }

    sealed record LookAtClocks
    {
        public static readonly LookAtClocks Instance = new();
    }
}
