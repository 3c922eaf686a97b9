using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using LogosActors.Channels.Channel;
using LogosActors.Channels.Dispatch;
using LogosActors.Channels.Hosting;
using LogosActors.Channels.RateLimits;
using LogosActors.Channels.Requests;
using LogosActors.Channels.Sds.Wire;
using LogosActors.Channels.Segmentation;
using LogosActors.Delivery;
using LogosActors.Delivery.Messages;

namespace LogosActors.Channels.Sds;

/// <summary>The SDS buffers of a channel, and the requests to send: durable, and the one place where a chunk's fate is decided.</summary>
/// <remarks>
/// <para>Parent: <see cref="ChannelActor"/>, which is told what to send, deliver and tell, and hands it on. An input's events are stored
/// before its effects are run, so that what has left this actor, or was acknowledged to others, survives; many inputs share a commit.</para>
/// <para>A failure costs nothing that was stored: a restart recovers it, hands out again what had not gone out, and again what the reassembly
/// had not taken. A write that fails stops the actor, and the channel is restarted; requests that were not stored are refused.</para>
/// <para>The history is bounded by snapshots.</para>
/// </remarks>
internal sealed partial class SdsActor : PersistentActor
{
    /// <summary>After how many events a snapshot takes their place: a few times as many as it has parts, so that it costs less than they do, and as
    /// few as are read back in some tenths of a second.</summary>
    const int SnapshotInterval = 50_000;

    /// <summary>How long a message may be on its way to the network before it is sent again as if it were lost there.</summary>
    static readonly TimeSpan LongestDispatch = TimeSpan.FromHours(1);

    readonly ChannelEnvironment _channel;
    readonly SdsChannel _sds;
    readonly Segmenter _segmenter;
    readonly OutgoingRequests _requests = new();
    readonly Dictionary<string, SdsMessage> _untaken = new(StringComparer.Ordinal);
    readonly List<RequestOutcome> _outcomes = [];
    readonly Queue<ActorRef> _unanswered = new();
    readonly RebuiltChunks _rebuilt;
    long _lastTimestamp;

    public SdsActor(ChannelEnvironment channel)
    {
        _channel = channel;
        _sds = new SdsChannel(channel.Options.ChannelId, channel.Options.SenderId!, channel.Options.Sds, Context.Random);
        _rebuilt = new RebuiltChunks(_sds);
        _segmenter = new Segmenter(channel.Options.Segmentation);
    }

    protected override string PersistenceId => $"{_channel.PersistenceId}/sds";

    long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    protected override void Receive(object message)
    {
        switch (message)
        {
            case SdsConversation.Received received:
                _sds.Receive(received.Message, received.Dialect, received.Hash.ToArray(), Now);
                break;
            case Conversation.Send send:
                Send(send);
                break;
            case Dispatching.Dispatched dispatched:
                _sds.Dispatched(dispatched.Transmission.MessageId, dispatched.Hash.ToArray(), Now);
                _requests.Dispatched(dispatched.Transmission.MessageId, _outcomes);
                break;
            case Dispatching.NotDispatched failed:
                _requests.Failed(failed.Transmission.MessageId, failed.Failure, failed.Error, _outcomes);
                break;
            case RateLimiting.Refused refused:
                _requests.Failed(refused.Transmission.MessageId, SendFailure.RateLimited, "The limit of the epoch is near; ephemeral messages are refused.", _outcomes);
                break;
            case SdsConversation.Taken taken:
                Take(taken.MessageIds);
                break;
            case SdsConversation.Rebuilt rebuilt:
                _rebuilt.Add(rebuilt);
                break;
            case SdsConversation.HandInAgain:
                HandInAgain();
                break;
            case SdsConversation.GetStatus:
                Reply(new SdsConversation.Status(_requests.Count, _sds.Unacknowledged, _sds.Waiting));
                return;
            case Conversation.GetUnfinished:
                Reply(_requests.Unfinished);
                return;
            case Due:
                _scheduled = long.MaxValue;
                _sds.Tick(Now);
                break;
            case SnapshotSaved saved:
                DeleteEvents(saved.SequenceNr);
                return;
            case SnapshotFailed:
                // Tried again after as many events.
                return;
            case EventsDeleted or EventsNotDeleted:
                return;
            default:
                Unhandled(message);
                return;
        }
        Settle();
        SaveSometimes();
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        base.OnPersistFailure(cause, @event, sequenceNr);
        foreach (var sender in _unanswered)
            sender.Tell(new Conversation.SendAnswer(new ChannelSendError(ChannelSendErrorKind.NotStored, $"The message was not stored: {cause.Message}")), Self);
    }

    // What is in memory is not what is stored any more: a restart makes it so.
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr) =>
        throw new InvalidOperationException($"The journal does not take an event of {PersistenceId}.", cause);

    void Send(Conversation.Send send)
    {
        var (request, timestamp, sender) = (send.Request, NextTimestamp(), Sender);
        if (!_segmenter.TrySegment(send.Payload, request.Value, _channel.Options.SenderId!, timestamp, out var chunks))
        {
            Refuse(ChannelSendErrorKind.TooLarge, $"The payload has {send.Payload.Length} bytes; {_segmenter.MaxPayload} can be sent in chunks of {_channel.Options.Segmentation.ChunkSizeBytes}.");
            return;
        }
        var data = chunks.Where(chunk => !chunk.IsParity).Select(chunk => chunk.Id.ToString()).ToList();
        if (!send.IsEphemeral && !_sds.HasRoom(data.Count, send.Payload.Length + (data.Count * ChunkOverhead)))
        {
            Refuse(ChannelSendErrorKind.TooManyUnfinished, "As many messages as the channel holds are not confirmed yet; wait for events of them.");
            return;
        }
        if (!send.IsEphemeral)
            PersistAsync(new SdsJournal.RequestBegun(request, data), static _ => { });
        _requests.Begin(request, data, send.IsEphemeral);
        SendChunks(chunks, send.IsEphemeral, parityCount: chunks.Count - data.Count);
        Settle();
        _unanswered.Enqueue(sender);
        Defer(() => _unanswered.Dequeue().Tell(new Conversation.SendAnswer(request), Self));
    }

    void SendChunks(IReadOnlyList<Chunk> chunks, bool isEphemeral, int parityCount)
    {
        var preceding = parityCount > 0 && !isEphemeral ? _sds.Preceding : null;
        for (var i = 0; i < chunks.Count; i++)
        {
            var (id, content) = (chunks[i].Id.ToString(), chunks[i].Content);
            // Parity that is lost is not missed.
            if (isEphemeral || chunks[i].IsParity)
                _sds.SendEphemeral(id, content, Now);
            else
                // Parity makes up for so many chunks, the first ones perhaps: the next one then tells what the message comes after.
                _sds.Send(id, content, Now, i <= parityCount ? preceding : null);
        }
    }

    void Refuse(ChannelSendErrorKind kind, string message) => Reply(new Conversation.SendAnswer(new ChannelSendError(kind, message)));

    void Take(IReadOnlyList<string> ids)
    {
        var taken = ids.Where(_untaken.ContainsKey).ToList();
        if (taken.Count > 0)
            PersistAsync(new SdsJournal.ChunksTaken(taken), stored => Forget(stored.MessageIds));
    }

    void Forget(IReadOnlyList<string> ids)
    {
        foreach (var id in ids)
            _untaken.Remove(id);
    }

    /// <summary>Another time for each message: it makes the ids of equal messages differ.</summary>
    long NextTimestamp() => _lastTimestamp = Math.Max(_lastTimestamp + 1, UnixNanoseconds.Now(Time));

    sealed record Due
    {
        public static readonly Due Instance = new();
    }
}
