using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using LogosActors.Channels.Channel;
using LogosActors.Channels.Dispatch;
using LogosActors.Channels.Hosting;
using LogosActors.Channels.Sds;
using LogosActors.Delivery;

namespace LogosActors.Channels.Segmentation;

/// <summary>Puts messages together from the chunks that come, and has each told when its turn has come (segmentation §Receiving).</summary>
/// <remarks>
/// <para>Parent: <see cref="ChannelActor"/>, through which the SDS actor tells what has come and when it is due. A chunk is taken when its
/// message was told, or dropped: until then the SDS actor tells it again after a restart.</para>
/// <para>A failure costs nothing: parts, and messages that parity has rebuilt, are stored; the rest is told again. A write that fails stops the
/// actor, and the channel is restarted.</para>
/// </remarks>
internal sealed class ReassemblyActor(ChannelEnvironment channel) : PersistentActor
{
    /// <summary>After how many events a snapshot takes their place.</summary>
    const int SnapshotInterval = 5_000;

    readonly Reassembly _reassembly = new(channel.Options.Segmentation);
    readonly WholeMessages _whole = new();
    readonly Dictionary<string, Reassembling.MessageRebuilt> _rebuilt = new(StringComparer.Ordinal);
    readonly HashSet<string> _early = new(StringComparer.Ordinal);
    readonly HashSet<string> _useless = new(StringComparer.Ordinal);
    long _snapshotAt;
    bool _isInStep;

    protected override string PersistenceId => $"{channel.PersistenceId}/reassembly";

    protected override void Recover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { State: ReassemblySnapshot snapshot }:
                _reassembly.Restore(snapshot);
                _snapshotAt = LastSequenceNr;
                break;
            case ReassemblyEvent @event:
                _reassembly.Apply(@event);
                break;
            case Reassembling.MessageRebuilt rebuilt:
                _rebuilt[rebuilt.Name] = rebuilt;
                break;
            case Reassembling.RebuiltTold told:
                _rebuilt.Remove(told.Name);
                break;
            case RecoveryCompleted:
                _reassembly.Resume(Time.GetUtcNow());
                foreach (var rebuilt in _rebuilt.Values)
                    HoldRebuilt(rebuilt, completion: []);
                Schedule();
                break;
        }
    }

    protected override void PostRestart(Exception reason) => Context.Parent.Tell(SdsConversation.HandInAgain.Instance, Self);

    protected override void Receive(object message)
    {
        switch (message)
        {
            case SdsConversation.InStep:
                _isInStep = true;
                foreach (var rebuilt in _rebuilt.Values)
                    TellRebuilt(rebuilt);
                break;
            case SdsConversation.Accepted or SdsConversation.InOrder when !_isInStep:
                // From before a failure: it is told again.
                return;
            case SdsConversation.Accepted accepted:
                _early.Add(accepted.Message.MessageId);
                Accept(accepted.Message, isEphemeral: false);
                break;
            case SdsConversation.InOrder { Message.IsEphemeral: true } ephemeral:
                Accept(ephemeral.Message, isEphemeral: true);
                break;
            case SdsConversation.InOrder due:
                _early.Remove(due.Message.MessageId);
                Release(due.Message);
                break;
            case Overdue:
                Decide(_reassembly.Tick(Time.GetUtcNow()), isEphemeral: false);
                break;
            case Reassembling.GetStatus:
                Reply(new Reassembling.Status(_reassembly.PartialMessages));
                return;
            case SnapshotSaved saved:
                DeleteEvents(saved.SequenceNr);
                return;
            case SnapshotFailed or EventsDeleted or EventsNotDeleted:
                return;
            default:
                Unhandled(message);
                return;
        }
        Schedule();
        SaveSometimes();
    }

    void Accept(SdsMessage message, bool isEphemeral)
    {
        if (_whole.Has(message.MessageId))
            return;
        if (channel.Options.Segmentation.AllowBareMessages && !SegmentCodec.TryDecode(message.Content, out _, out _))
        {
            Hold(new WholeMessage(message.MessageId, "", message.SenderId, message.Content, isEphemeral ? [] : [message.MessageId]) { IsEphemeral = isEphemeral });
            return;
        }
        Decide(_reassembly.Receive(message.SenderId, message.MessageId, message.Content, Time.GetUtcNow()), isEphemeral);
    }

    void Decide(ReassemblyDecision decision, bool isEphemeral)
    {
        var completion = decision.Events.Where(@event => @event is ReassemblyEvent.MessageCompleted).ToList();
        foreach (var @event in decision.Events.Where(@event => @event is not ReassemblyEvent.MessageCompleted))
            Change(@event);
        foreach (var effect in decision.Effects)
        {
            switch (effect)
            {
                case ReassemblyEffect.Completed completed:
                    Complete(completed, completion, isEphemeral);
                    break;
                case ReassemblyEffect.Rejected rejected:
                    Drop([rejected.MessageId]);
                    Tell(ChannelProblem.ChunkRejected, $"A chunk of {rejected.SenderId} is not kept: {rejected.Reason}{(rejected.Error is SegmentError.None ? "" : $", {rejected.Error}")}.");
                    break;
                case ReassemblyEffect.Dropped dropped:
                    Drop(dropped.MessageIds);
                    Tell(ChannelProblem.MessageDropped, $"A message of {dropped.Key.SenderId} that was not complete is dropped: {dropped.Reason}.");
                    break;
            }
        }
    }

    void Change(ReassemblyEvent @event)
    {
        _reassembly.Apply(@event);
        PersistAsync<object>(@event, static _ => { });
    }

    void Complete(ReassemblyEffect.Completed completed, IReadOnlyList<ReassemblyEvent> completion, bool isEphemeral)
    {
        var came = completed.Chunks.Where(chunk => !chunk.IsRebuilt).Select(chunk => chunk.MessageId!).ToList();
        // Which chunks have come may differ when it is told again.
        var name = completed.Key.IsLinked ? $"{completed.Key.SenderId}/{completed.Key.RequestId}/{completed.Key.MessageHash}" : came[0];
        var message = new WholeMessage(name, completed.Key.RequestId, completed.Key.SenderId, completed.Payload, isEphemeral && completed.Key.Count == 1 ? [] : came)
        {
            Completion = completion,
            IsEphemeral = isEphemeral && completed.Key.Count == 1,
            IsRebuilt = came.Count < completed.Chunks.Count,
        };
        if (!message.IsRebuilt)
        {
            Hold(message);
            return;
        }
        // Those that were lost are not sent again once SDS knows that: so it must survive.
        var named = completed.Chunks.Where(chunk => chunk.MessageId is not null).ToList();
        var (all, rebuilt) = (named.ConvertAll(chunk => chunk.MessageId!), named.Where(chunk => chunk.IsRebuilt).Select(chunk => chunk.MessageId!).ToList());
        PersistAsync(new Reassembling.MessageRebuilt(name, message.RequestId, message.SenderId, message.Payload, all, rebuilt), stored =>
        {
            _rebuilt[stored.Name] = stored;
            HoldRebuilt(stored, completion);
        });
    }

    void HoldRebuilt(Reassembling.MessageRebuilt rebuilt, IReadOnlyList<ReassemblyEvent> completion)
    {
        TellRebuilt(rebuilt);
        IReadOnlyList<string> came = [.. rebuilt.ChunkIds.Except(rebuilt.RebuiltIds, StringComparer.Ordinal)];
        var message = new WholeMessage(rebuilt.Name, rebuilt.RequestId, rebuilt.SenderId, rebuilt.Payload, came) { IsRebuilt = true, Completion = completion };
        // Now: others may wait to be told after what was being stored.
        if (_whole.Add(message))
            TellNow(message);
    }

    void TellRebuilt(Reassembling.MessageRebuilt rebuilt) =>
        Context.Parent.Tell(new SdsConversation.Rebuilt(rebuilt.ChunkIds, rebuilt.RebuiltIds.ToHashSet(StringComparer.Ordinal)), Self);

    void Hold(WholeMessage message)
    {
        if (_whole.Add(message))
            TellOf(message);
    }

    void Release(SdsMessage chunk)
    {
        var id = chunk.MessageId;
        if (_whole.TryRelease(id, out var due))
        {
            TellOf(due);
            return;
        }
        if (!_useless.Remove(id) && !_reassembly.IsLate(chunk.SenderId, chunk.Content))
            return;
        _whole.Forget(id);
        Context.Parent.Tell(new SdsConversation.Taken([id]), Self);
    }

    // What was stored before it goes first.
    void TellOf(WholeMessage message) => Defer(() => TellNow(message));

    void TellNow(WholeMessage message)
    {
        var request = new RequestId(message.RequestId.Length > 0 ? message.RequestId : message.Name);
        channel.Voice.TellOnce(
            message.Name,
            new ReliableMessageReceived(channel.Options.ChannelId, request, message.SenderId, channel.Options.ContentTopic, message.Payload) { IsEphemeral = message.IsEphemeral });
        Take(message);
    }

    void Take(WholeMessage message)
    {
        var chunks = _whole.Remove(message.Name);
        foreach (var @event in message.Completion)
            Change(@event);
        if (message.IsRebuilt)
            PersistAsync(new Reassembling.RebuiltTold(message.Name), told => _rebuilt.Remove(told.Name));
        if (chunks.Count > 0)
            Defer(() => Context.Parent.Tell(new SdsConversation.Taken(chunks), Self));
    }

    /// <summary>Chunks that no message needs are taken when they are due.</summary>
    void Drop(IReadOnlyList<string> chunkIds)
    {
        foreach (var id in chunkIds)
        {
            _whole.Forget(id);
            if (_early.Contains(id))
                _useless.Add(id);
        }
        Defer(() => Context.Parent.Tell(new SdsConversation.Taken(chunkIds), Self));
    }

    void Tell(ChannelProblem problem, string detail) =>
        channel.Voice.Tell(new ChannelProblemFound(channel.Options.ChannelId, problem, detail));

    void Schedule()
    {
        if (_reassembly.Deadline is { } deadline && !Context.IsTimerActive(Overdue.Instance))
            Context.StartSingleTimer(Overdue.Instance, Overdue.Instance, TimerWait.Of(deadline - Time.GetUtcNow()));
    }

    void SaveSometimes()
    {
        // Messages that are rebuilt and not told are in no snapshot; there are none most of the time.
        if (LastSequenceNr - _snapshotAt < SnapshotInterval || _rebuilt.Count > 0)
            return;
        _snapshotAt = LastSequenceNr;
        SaveSnapshot(_reassembly.Snapshot());
    }

    sealed record Overdue
    {
        public static readonly Overdue Instance = new();
    }
}
