using System.Globalization;
using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Actors.Tracing;
using LogosActors.Channels.Sds.Bloom;
using LogosActors.Channels.Sds.Wire;
using LogosActors.Delivery;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Sending;

namespace LogosActors.Channels.Channel;

/// <summary>A reliable channel: encrypts what goes out, decrypts and reads what comes in, and supervises the actors that keep the rest
/// (RELIABLE-CHANNEL-API).</summary>
/// <remarks>
/// <para>Parent: <see cref="ChannelsActor"/>, restart with backoff (100 ms … 10 s). Children, one-for-one, restart with backoff (10 ms … 5 s): sds, created
/// again when its journal fails; rate-limit of the current epoch; retrieval, when something is missing.</para>
/// <para>A failure costs the message that was being handled: its sender sends it again, or others are asked for it. The children start again and
/// recover what is stored. Messages of other channels that share the content topic are passed over; a mark in the meta attribute is not asked for,
/// as js-waku sets none.</para>
/// </remarks>
#pragma warning disable CA1001 // PostStop disposes of what it owns
internal sealed class ChannelActor : SupervisedActor, IWithTimers
#pragma warning restore CA1001
{
    /// <summary>The mark of the layer in a message's meta attribute (RELIABLE-CHANNEL-API, wire format).</summary>
    public static readonly ReadOnlyMemory<byte> Mark = "RELIABLE-CHANNEL-API/1"u8.ToArray();

    static readonly TimeSpan RetryWait = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan ShortestBackoff = TimeSpan.FromMilliseconds(10);
    static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(5);

    readonly ChannelSettings _settings;
    readonly PreviousNames _previous = new();
    readonly BloomParameters _bloom;
    readonly OrderedHook<Transmission> _encryption;
    readonly OrderedHook<Subscriptions.Arrived> _decryption;
    readonly Dictionary<RequestId, Outgoing> _underWay = [];
    readonly Queue<Outgoing> _refused = new();
    readonly string _name = RequestId.New().Value[..8];
    readonly HashSet<string> _new = new(StringComparer.Ordinal);
    RecreatedChild _sds = null!;
    IActorRef? _epoch;
    IActorRef? _retrieval;
    int _epochs;
    long _requests;
    bool _isClosing;

    public ChannelActor(ChannelSettings settings)
    {
        _settings = settings;
        var (options, self) = (settings.Options, Self);
        _bloom = new BloomParameters(options.Sds.BloomCapacity, options.Sds.BloomErrorRate);
        _encryption = new OrderedHook<Transmission>(options.Encryption is { } encrypting ? encrypting.EncryptAsync : null, Pipe, Expire, Encrypted);
        _decryption = new OrderedHook<Subscriptions.Arrived>(options.Encryption is { } decrypting ? decrypting.DecryptAsync : null, Pipe, Expire, Decrypted);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(ChannelSettings settings) => Akka.Actor.Props.Create(() => new ChannelActor(settings));

    protected override SupervisorStrategy SupervisorStrategy() => new BackoffStrategy(ShortestBackoff, LongestBackoff);

    protected override void PreStart()
    {
        _settings.Budget.Reset();
        _sds = new RecreatedChild(
            Context, SdsActor.Props(_settings), "sds", new ExponentialBackoff(ShortestBackoff, LongestBackoff), _settings.SdsCreated, Overflow);
    }

    protected override void PostStop()
    {
        _sds.Stop();
        _encryption.Dispose();
        _decryption.Dispose();
    }

    protected override void OnReceive(object message)
    {
        if (_isClosing && message is Terminated)
        {
            Context.Stop(Self);
            return;
        }
        if (_sds.TryHandle(message))
            return;
        switch (message)
        {
            case Subscriptions.Arrived arrived:
                if (_settings.Budget.TryTake(arrived.Message.Payload.Length))
                    _decryption.Run(BeginDecryption(arrived), arrived.Message.Payload);
                break;
            case Transmission transmission:
                // One that is under way is sent again by the SDS actor after a restart, which does not know.
                if (transmission.Priority is not RateLimits.SendPriority.New || _new.Add(transmission.MessageId))
                    _encryption.Run(IsEncrypted ? ChannelTrace.Begin(transmission, Spans.Encrypt, Time) : transmission, transmission.Bytes);
                break;
            case Sends.Propagated propagated:
                if (_underWay.TryGetValue(propagated.Request, out var sent))
                    Dispatched(sent, propagated.Hash);
                break;
            case Sends.Ended ended:
                Ended(ended);
                break;
            case HookResult result:
                _encryption.Complete(result);
                _decryption.Complete(result);
                break;
            case Expired expired:
                _encryption.Expire(expired);
                _decryption.Expire(expired);
                break;
            case Retry:
                for (var left = _refused.Count; left > 0; left--)
                    Dispatch(_refused.Dequeue());
                break;
            case Conversation.OpenEpoch open:
                OpenEpoch(open.Epoch);
                break;
            case Retrieve or Reopened:
                (_retrieval ??= Context.ActorOf(RetrievalActor.Props(_settings), "retrieval")).Tell(message);
                break;
            case Conversation.Unanswered unanswered:
                foreach (var (send, sender) in unanswered.Requests)
                    _sds.Tell(send, sender);
                break;
            case Conversation.Recovered:
                _settings.Opened(null);
                break;
            case Conversation.NotRecovered failed:
                _settings.Opened(failed.Cause);
                break;
            case Conversation.Close:
                _isClosing = true;
                if (_sds.Current is { } sds)
                    sds.Tell(message);
                else
                    Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    bool IsEncrypted => _settings.Options.Encryption is not null;

    /// <summary>What follows stands beneath the decryption, whose span takes the place of the receipt's.</summary>
    Subscriptions.Arrived BeginDecryption(Subscriptions.Arrived arrived) =>
        IsEncrypted && arrived.Trace is { } trace ? arrived with { Trace = SpanSource.StartChild(Spans.Decrypt, trace, Time) } : arrived;

    void Pipe(Task<HookResult> call) => PipeToSelf(call);

    void Expire(Expired expired) => Timers.StartSingleTimer(expired, expired, _settings.Options.EncryptionTimeout);

    void Decrypted(Subscriptions.Arrived arrived, ReadOnlyMemory<byte> bytes, Exception? failure)
    {
        if (IsEncrypted)
            SpanSource.End(arrived.Trace, Time, failure?.Message);
        var size = arrived.Message.Payload.Length;
        if (failure is not null)
            Tell(ChannelProblem.NotDecrypted, $"Message {arrived.Hash} could not be decrypted: {failure.Message}");
        else if (!SdsCodec.TryDecode(bytes, _bloom, out var message, out var dialect, out var error, _previous))
            Tell(ChannelProblem.NotUnderstood, $"Message {arrived.Hash} is no message of a reliable channel: {error}.");
        else if (string.Equals(message.ChannelId, _settings.Options.ChannelId, StringComparison.Ordinal))
        {
            _sds.Tell(new Conversation.Incoming(message, bytes, dialect, arrived.Hash, size) { Trace = arrived.Trace }, Self);
            return;
        }
        _settings.Budget.Return(size);
    }

    void Encrypted(Transmission transmission, ReadOnlyMemory<byte> bytes, Exception? failure)
    {
        transmission = ChannelTrace.End(transmission, Time, failure?.Message);
        if (failure is null)
            Dispatch(new Outgoing(transmission, bytes));
        else
            Fail(transmission, SendFailure.NotEncrypted, $"The encryption has failed: {failure.Message}");
    }

    void Dispatch(Outgoing outgoing)
    {
        var request = new RequestId(string.Create(CultureInfo.InvariantCulture, $"{_name}{++_requests:x}"));
        _underWay.Add(request, outgoing);
        var envelope = new MessageEnvelope(_settings.Options.ContentTopic, outgoing.Bytes) { Meta = Mark, IsEphemeral = outgoing.Transmission.IsEphemeral };
        if (_settings.Node.Send(request, envelope, Self, outgoing.Transmission.Trace) is { } error)
            Refused(request, error.Kind, error.Message);
    }

    void Ended(Sends.Ended ended)
    {
        if (ended.Refusal is { } refusal)
        {
            Refused(ended.Request, refusal, ended.Error ?? "");
            return;
        }
        if (!_underWay.Remove(ended.Request, out var sent))
            return;
        if (ended.Error is { } error)
        {
            Fail(sent.Transmission, SendFailure.NotDispatched, error);
            return;
        }
        _new.Remove(sent.Transmission.MessageId);
        Dispatched(sent, ended.Hash);
    }

    void Dispatched(Outgoing outgoing, MessageHash hash)
    {
        if (outgoing.IsDispatched)
            return;
        outgoing.IsDispatched = true;
        _sds.Tell(new Conversation.Dispatched(outgoing.Transmission.MessageId, hash), Self);
    }

    void Refused(RequestId request, SendErrorKind kind, string error)
    {
        if (!_underWay.Remove(request, out var sent))
            return;
        if (kind is SendErrorKind.NotStarted or SendErrorKind.TooManyUnfinished or SendErrorKind.NotStored)
        {
            // The room is bounded by the SDS actor's buffers.
            _refused.Enqueue(sent);
            if (!Timers.IsTimerActive(Retry.Instance))
                Timers.StartSingleTimer(Retry.Instance, Retry.Instance, RetryWait);
            return;
        }
        Fail(sent.Transmission, SendFailure.NotDispatched, error);
    }

    void Fail(Transmission transmission, SendFailure failure, string error)
    {
        _new.Remove(transmission.MessageId);
        _sds.Tell(new Conversation.NotDispatched(transmission.MessageId, failure, error), Self);
    }

    void OpenEpoch(long epoch)
    {
        if (_sds.Current is not { } sds)
            return;
        if (_epoch is not null)
            Context.Stop(_epoch);
        _epoch = Context.ActorOf(
            RateLimitEpochActor.Props(_settings, epoch, sds), string.Create(CultureInfo.InvariantCulture, $"rate-limit-{epoch}-{_epochs++}"));
    }

    void Overflow(object message, IActorRef sender)
    {
        switch (message)
        {
            case Conversation.Send send:
                var error = SdsActor.NotStored("the channel's history cannot be written to");
                ChannelTrace.End(send.Trace, "refused", error.Message, Time);
                send.Reply(error, sender);
                break;
            case Conversation.Incoming incoming:
                _settings.Budget.Return(incoming.Size);
                _settings.Budget.Drop();
                break;
        }
    }

    void Tell(ChannelProblem problem, string detail) => _settings.Events.Publish(new ChannelProblemFound(_settings.Options.ChannelId, problem, detail));

    /// <summary>A message on its way to the network.</summary>
    sealed class Outgoing(Transmission transmission, ReadOnlyMemory<byte> bytes)
    {
        public Transmission Transmission => transmission;

        public ReadOnlyMemory<byte> Bytes => bytes;

        public bool IsDispatched { get; set; }
    }

    sealed record Retry
    {
        public static readonly Retry Instance = new();
    }
}
