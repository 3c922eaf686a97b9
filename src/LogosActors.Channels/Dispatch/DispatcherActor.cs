using LogosActors.Actors;
using LogosActors.Channels.Hosting;
using LogosActors.Channels.Sds;
using LogosActors.Delivery;

namespace LogosActors.Channels.Dispatch;

/// <summary>Encrypts what a channel sends and hands it to the node, in order (RELIABLE-CHANNEL-API §Outgoing message processing).</summary>
/// <remarks>
/// Parent: the channel. A failure costs what waits here and the news of what is under way: this actor stops, so that the channel is made anew,
/// and the SDS actor, which has it stored, hands it in again. What the node cannot take now waits and is tried again; the room is bounded by the SDS
/// actor's buffers.
/// </remarks>
internal sealed class DispatcherActor(ChannelEnvironment channel) : Actor
{
    /// <summary>The mark of the layer in a message's meta attribute (RELIABLE-CHANNEL-API, wire format).</summary>
    public static readonly ReadOnlyMemory<byte> Mark = "RELIABLE-CHANNEL-API/1"u8.ToArray();

    static readonly TimeSpan RetryWait = TimeSpan.FromMilliseconds(250);

    readonly Dictionary<RequestId, Transmission> _underWay = [];
    readonly Queue<Transmission> _waiting = new();

    protected override async ValueTask ReceiveAsync(object message)
    {
        switch (message)
        {
            case Transmission transmission when _waiting.Count > 0:
                _waiting.Enqueue(transmission);
                break;
            case Transmission transmission:
                await DispatchAsync(transmission);
                break;
            case Retry:
                for (var left = _waiting.Count; left > 0 && !Context.IsTimerActive(Retry.Instance); left--)
                    await DispatchAsync(_waiting.Dequeue());
                break;
            case Answered answered:
                Refused(answered.Request, answered.Result.Error!);
                break;
            case Dispatching.Propagated propagated:
                if (_underWay.TryGetValue(propagated.Request, out var sent))
                    Context.Parent.Tell(new Dispatching.Dispatched(sent, propagated.Hash), Self);
                break;
            case Dispatching.Ended ended:
                if (_underWay.Remove(ended.Request, out var done))
                    Context.Parent.Tell(ended.Error is null ? new Dispatching.Dispatched(done, ended.Hash) : new Dispatching.NotDispatched(done, SendFailure.NotDispatched, ended.Error), Self);
                break;
            case Taken:
                break;
            case PipeFailure failure:
                throw new InvalidOperationException("The node has failed to take a message.", failure.Cause);
            default:
                Unhandled(message);
                break;
        }
    }

    // What waited is lost here, and waits nowhere else: all parts begin again from what is stored.
    protected override void PostRestart(Exception reason) => Context.Stop(Self);

    async ValueTask DispatchAsync(Transmission transmission)
    {
        var bytes = transmission.Bytes;
        if (channel.Options.Encryption is { } encryption)
        {
            (bytes, var failure) = await HookCall.RunAsync(encryption.EncryptAsync, bytes, channel.Options.EncryptionTimeout, Time, Context.Stopping);
            if (failure is not null)
            {
                Context.Parent.Tell(new Dispatching.NotDispatched(transmission, SendFailure.NotEncrypted, $"The encryption has failed: {failure.Message}"), Self);
                return;
            }
        }
        var envelope = new MessageEnvelope(channel.Options.ContentTopic, bytes) { Meta = Mark, IsEphemeral = transmission.IsEphemeral };
        var request = RequestId.New();
        _underWay.Add(request, transmission);
        var sending = channel.Transport.SendAsync(envelope, request, Self);
        if (!sending.IsCompletedSuccessfully)
            Context.PipeTo(AwaitAsync(sending, request));
        else if (sending.Result.Error is { } error)
            Refused(request, error);
    }

    static async Task<object> AwaitAsync(Task<Result<RequestId, SendError>> sending, RequestId request) =>
        await sending is { IsSuccess: false } refused ? new Answered(request, refused) : Taken.Instance;

    void Refused(RequestId request, SendError error)
    {
        if (!_underWay.Remove(request, out var transmission))
            return;
        if (error.Kind is SendErrorKind.NotStarted or SendErrorKind.TooManyUnfinished or SendErrorKind.NotStored)
        {
            _waiting.Enqueue(transmission);
            Context.StartSingleTimer(Retry.Instance, Retry.Instance, RetryWait);
            return;
        }
        Context.Parent.Tell(new Dispatching.NotDispatched(transmission, SendFailure.NotDispatched, error.Message), Self);
    }

    sealed record Answered(RequestId Request, Result<RequestId, SendError> Result);

    sealed record Taken
    {
        public static readonly Taken Instance = new();
    }

    sealed record Retry
    {
        public static readonly Retry Instance = new();
    }
}
