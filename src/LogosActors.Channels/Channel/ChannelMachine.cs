using System.Diagnostics;
using LogosActors.Channels.RateLimits;
using LogosActors.Channels.Records;
using LogosActors.Channels.Requests;
using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Wire;
using LogosActors.Channels.Segmentation;
using LogosActors.Delivery;
using LogosActors.Delivery.Messages;

namespace LogosActors.Channels.Channel;

/// <summary>All that one participant of a reliable channel knows and decides: SDS, segmentation, requests to send, and what the application has
/// handled (RELIABLE-CHANNEL-API).</summary>
/// <remarks>
/// <para>Pure: each input carries the time, which never jumps; <see cref="WallLead"/> says what the wall clock shows. Random numbers come from the caller. An input decides and applies at once; its
/// owner takes <see cref="TakeChanges"/>, stores them as one event, and then runs <see cref="TakeEffects"/> of the same inputs: many inputs share one
/// event. A failure between the two leaves it unknown what was stored: make another machine, <see cref="Restore"/> the last snapshot,
/// <see cref="Apply(Records.Changed)"/> the events since, and <see cref="Begin"/>.</para>
/// <para>Each fact is stored once. A chunk is stored with the SDS message that brings it; which chunks make a message is found again after a
/// restart. What the application must not miss has a number, and is raised again until <see cref="Handled"/> has reached it.</para>
/// </remarks>
internal sealed partial class ChannelMachine
{
    /// <summary>How many requests are known by name after they have ended: more than wait for an answer when a write fails.</summary>
    const int MaxRecentRequests = 1024;

    readonly ReliableChannelOptions _options;
    readonly SdsChannel _sds;
    readonly Segmenter _segmenter;
    readonly Reassembly _reassembly;
    readonly WholeMessages _whole = new();
    readonly RebuiltChunks _rebuilt;
    readonly OutgoingRequests _requests = new();
    readonly RecentRequests _recent = new(MaxRecentRequests);
    readonly EpochCounts _epochs;
    readonly HeldChunks _held = new();
    readonly PendingEvents _pending = new();
    readonly List<RequestOutcome> _outcomes = [];
    List<MessageHash>? _missing;
    DateTimeOffset _now;
    long _lastHeard;
    long _lastTimestamp;

    /// <param name="options">Of the channel; its sender is named.</param>
    /// <param name="random">Delays and the ids of sync messages; needs not be secret.</param>
    public ChannelMachine(ReliableChannelOptions options, Random random)
    {
        _options = options;
        _reassembly = new Reassembly(options.Segmentation, AllowanceOf(options.Sds));
        _sds = new SdsChannel(options.ChannelId, options.SenderId!, options.Sds, random)
        {
            Admits = message => _reassembly.HasRoomFor(message.SenderId, message.Content),
        };
        _segmenter = new Segmenter(options.Segmentation);
        _rebuilt = new RebuiltChunks(_sds);
        _epochs = new EpochCounts(options.RateLimit);
    }

    /// <summary>The requests that have not ended, but ephemeral ones.</summary>
    public IReadOnlyList<RequestId> Unfinished => _requests.Unfinished;

    /// <summary>How many chunks a request has, parity left out; 0: it has ended.</summary>
    public int ChunksOf(RequestId request) => _requests.ChunksOf(request);

    /// <summary>The number of the last event that is kept until it is handled.</summary>
    public long LastNumber => _pending.Last;

    /// <summary>The number up to which the application has handled all events.</summary>
    public long HandledNumber => _pending.Handled;

    /// <summary>How many bytes of messages the application has not handled.</summary>
    public long PendingBytes => _pending.Bytes;

    /// <summary>Whether the progress of requests is raised as events.</summary>
    public bool TellsProgress { get; set; } = true;

    /// <summary>The span of what the next input is; the messages for the application that follow from it carry it. Null: it is not traced.</summary>
    public Activity? Cause { get; set; }

    /// <summary>How far the wall clock is ahead of the time of the inputs. Nothing waits for the wall clock: it is what messages carry, and what is
    /// compared with them.</summary>
    public TimeSpan WallLead
    {
        get;
        set
        {
            field = value;
            _sds.WallLead = (long)value.TotalMilliseconds;
        }
    }

    /// <summary>When to call <see cref="Tick"/> next, if nothing else happens; null: never.</summary>
    public DateTimeOffset? NextDeadline
    {
        get
        {
            DateTimeOffset? sds = _sds.NextDeadline == long.MaxValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(_sds.NextDeadline, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
            return _reassembly.Deadline is { } parts && !(sds < parts) ? parts : sds;
        }
    }

    /// <summary>Sends a message. What was sent by that name before is not sent again.</summary>
    /// <returns>Why it is not sent; null: it is.</returns>
    public ChannelSendError? Send(RequestId request, ReadOnlyMemory<byte> payload, bool isEphemeral, DateTimeOffset now)
    {
        Advance(now);
        if (_recent.Contains(request.Value))
            return null;
        if (!_segmenter.TrySegment(payload, request.Value, _options.SenderId!, NextTimestamp(), out var chunks))
            return new ChannelSendError(
                ChannelSendErrorKind.TooLarge, $"The payload has {payload.Length} bytes; {_segmenter.MaxPayload} can be sent in chunks of {_options.Segmentation.ChunkSizeBytes}.");
        var parityCount = chunks.Count(static chunk => chunk.IsParity);
        var data = new string[chunks.Count - parityCount];
        for (var i = 0; i < data.Length; i++)
            data[i] = chunks[i].Id.ToString();
        if (!isEphemeral && !_sds.HasRoom(data.Length, payload.Length + (data.Length * ChunkOverhead)))
            return new ChannelSendError(ChannelSendErrorKind.TooManyUnfinished, "As many messages as the channel holds are not confirmed yet; wait for events of them.");
        _recent.Add(request.Value);
        if (!isEphemeral)
            Record(new Change { RequestBegun = new RequestBegun { RequestId = request.Value, ChunkIds = { data } } });
        _requests.Begin(request, data, isEphemeral);
        SendChunks(chunks, data, isEphemeral, parityCount);
        Settle();
        return null;
    }

    /// <summary>Somebody's message has come.</summary>
    /// <param name="message">The message.</param>
    /// <param name="encoded">The same, as it came.</param>
    /// <param name="dialect">What it is written in.</param>
    /// <param name="hash">By which stores know what carried it.</param>
    /// <param name="now">The time.</param>
    public void Receive(SdsMessage message, ReadOnlyMemory<byte> encoded, SdsDialect dialect, MessageHash hash, DateTimeOffset now)
    {
        Advance(now);
        // A filter in it would be stored with it.
        _encoded = message.BloomFilter is null && encoded.Length == SdsCodec.SizeOf(message, dialect) ? (message, dialect, encoded) : default;
        _sds.Receive(message, dialect, hash.ToArray(), Ms);
        Settle();
    }

    /// <summary>A message of ours is in the network.</summary>
    public void Dispatched(string id, MessageHash hash, DateTimeOffset now)
    {
        Advance(now);
        _sds.Dispatched(id, hash.ToArray(), Ms);
        _requests.Dispatched(id, _outcomes);
        Settle();
    }

    /// <summary>A message of ours does not get into the network.</summary>
    public void NotDispatched(string id, SendFailure failure, string error, DateTimeOffset now)
    {
        Advance(now);
        _requests.Failed(id, failure, error, _outcomes);
        Settle();
    }

    /// <summary>Something that was held back in another epoch, or has waited for this one, may be sent.</summary>
    public void OfferAgain(Transmission transmission, DateTimeOffset now)
    {
        Advance(now);
        if (transmission.Permit is Permit.Given && transmission.Epoch == _options.RateLimit.EpochOf(now))
            _effects.Add(transmission);
        else
            Offer(transmission);
        Settle();
    }

    /// <summary>All that has not gone out is sent, whoever has lost it.</summary>
    public void OfferUnsent(DateTimeOffset now)
    {
        Advance(now);
        foreach (var message in _sds.Outgoing)
        {
            if (_requests.IsWaiting(message.MessageId) && !_sds.IsHeldBack(message.MessageId))
                Transmit(message, TransmitKind.New, SdsDialect.Specification);
        }
        Settle();
    }

    /// <summary>The application has handled all events up to a number.</summary>
    public void Handled(long number)
    {
        var wasHandled = _pending.Handled;
        while (_pending.TryHandle(number, out var pending))
        {
            for (var i = 0; i < pending.ChunkIds.Count; i++)
                _held.Remove(pending.ChunkIds[i]);
        }
        _isHandledNew |= _pending.Handled > wasHandled;
    }

    /// <summary>Time has passed.</summary>
    public void Tick(DateTimeOffset now)
    {
        Advance(now);
        _sds.Tick(Ms);
        if (_reassembly.Deadline <= now)
            Decide(_reassembly.Tick(now), ephemeral: null);
        Settle();
    }

    /// <summary>How the channel stands; what waits for the rate limit is not known here.</summary>
    public ChannelStatus StatusAt(DateTimeOffset now) =>
        new(_requests.Count, _sds.Unacknowledged, 0, _epochs.Used(_options.RateLimit.EpochOf(now)), _sds.Waiting, _reassembly.PartialMessages);

    long Ms => _now.ToUnixTimeMilliseconds();

    long LeadMs => (long)WallLead.TotalMilliseconds;

    long WallMs => Math.Max(0, Ms + LeadMs);

    void Advance(DateTimeOffset now) => _now = now;

    /// <summary>What waits for others is acknowledged, and in the bounds of SDS: with its parity and overhead it finds room beside the rest.</summary>
    static PartialAllowance AllowanceOf(SdsOptions sds)
    {
        var (count, bytes) = (sds.MaxIncoming, 2 * sds.MaxIncomingSize.Bytes);
        return new PartialAllowance(count / IncomingBuffer.Share, bytes / IncomingBuffer.Share, count, bytes);
    }

    /// <summary>Follows what SDS has decided, until nothing follows.</summary>
    void Settle()
    {
        var isSettled = false;
        while (!isSettled)
        {
            while (_sds.TryTakeEffect(out var effect))
                Follow(effect);
            _rebuilt.Resolve(Ms);
            isSettled = !_sds.TryTakeEffect(out var next);
            if (!isSettled)
                Follow(next);
        }
        if (_missing is not null)
            _effects.Add(new Retrieve(_missing));
        _missing = null;
        TellOutcomes();
    }

    void Follow(in SdsEffect effect)
    {
        switch (effect.Kind)
        {
            case SdsEffectKind.Persist:
                Record(effect.Event!);
                break;
            case SdsEffectKind.Transmit:
                Transmit(effect.Message!, effect.Transmit, effect.Dialect);
                break;
            case SdsEffectKind.Accepted:
                Accept(effect.Message!);
                break;
            case SdsEffectKind.Deliver when effect.Message!.IsEphemeral:
                AcceptEphemeral(effect.Message);
                break;
            case SdsEffectKind.Deliver:
                Release(effect.Message!.MessageId);
                break;
            case SdsEffectKind.Acknowledged:
                _requests.Acknowledged(effect.MessageId!, _outcomes);
                break;
            case SdsEffectKind.GaveUp:
                _requests.Failed(effect.MessageId!, SendFailure.NotAcknowledged, "The message was not confirmed: it has gone out, and nobody has acknowledged all of it in time.", _outcomes);
                break;
            case SdsEffectKind.Retrieve when effect.RetrievalHint.Length == MessageHash.Length:
                (_missing ??= []).Add(new MessageHash(effect.RetrievalHint.Span));
                break;
            case SdsEffectKind.Lost:
                Tell(ChannelProblem.MessageLost, $"Message {effect.MessageId} could not be found; what came after it is delivered.");
                break;
        }
    }

    void Tell(ChannelProblem problem, string detail) => _effects.Add(new Told(0, new ChannelProblemFound(_options.ChannelId, problem, detail)));
}
