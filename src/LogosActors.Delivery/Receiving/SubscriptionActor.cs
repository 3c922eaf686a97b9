using System.Diagnostics;
using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Actors.Tracing;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery.Receiving;

/// <summary>Delivers each message of one content topic once: to the application, and to the receivers that are attached.</summary>
/// <remarks>
/// Parent: <see cref="SubscriptionsActor"/>, one-for-one, resume: an exception is one message's, and costs that message, which stores are
/// asked for; what was received stays known. Where there is a journal, a message is delivered when its hash is stored: if the process is
/// killed between the two, the message is not delivered, and never twice.
/// </remarks>
internal sealed class SubscriptionActor : SupervisedActor
{
    readonly string _topic;
    long _since;
    readonly EventPublisher<MessagingEvent> _events;
    readonly ReceivedHashes _received;
    readonly PendingDeliveries _pending = new();
    IActorRef? _journal;
    IActorRef? _drainer;
    bool _isWanted;
    IReadOnlyList<IActorRef> _receivers = [];
    TimeSpan _forgotAt;

    public SubscriptionActor(ReceivingJournal.Topic history, int maxRemembered, EventPublisher<MessagingEvent> events)
    {
        (_topic, _since, _events) = (history.Name, history.Since, events);
        _received = new ReceivedHashes(maxRemembered);
        _received.Add(history);
    }

    /// <param name="history">What is known of the topic.</param>
    /// <param name="maxRemembered">How many hashes are remembered.</param>
    /// <param name="events">The application.</param>
    public static Props Props(ReceivingJournal.Topic history, int maxRemembered, EventPublisher<MessagingEvent> events) =>
        Akka.Actor.Props.Create(() => new SubscriptionActor(history, maxRemembered, events));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Gossip.Delivered { Decoded: RelayedMessage relayed }:
                Accept(relayed.Hash, relayed.Message, isSilent: false, giver: null, relayed.ReceivedAt);
                break;
            case RelayTopics.Seen seen:
                Accept(seen.Hash, seen.Message, seen.IsOwn, giver: null);
                break;
            case Subscription.Take take:
                // What stores have of before the subscription is not wanted, but known from now on.
                Accept(take.Hash, take.Message, take.Message.Timestamp < _since, Sender);
                break;
            case ReceivingJournal.Recorded recorded:
                foreach (var hash in recorded.Hashes)
                    _pending.Confirm(hash);
                while (_pending.TryTake(out var stored))
                    Deliver(stored);
                EndDrain();
                break;
            case Subscription.FindKnown find:
                Sender.Tell(new Subscription.Known(find.Question, [.. find.Hashes.Where(_received.Contains)]));
                break;
            case Subscription.DeliverTo to:
                (_isWanted, _receivers) = (to.IsWanted, to.Receivers);
                break;
            case Subscription.MoveBack back:
                _since = back.Since;
                break;
            case Subscription.UseJournal use:
                Use(use.Journal);
                break;
            case Subscription.Drain:
                _drainer = Sender;
                EndDrain();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Accept(MessageHash hash, WakuMessage message, bool isSilent, IActorRef? giver, long receivedAt = 0)
    {
        // Without anybody to deliver to it is not received: stores have it for those who come.
        if (_pending.IsFull || (!_isWanted && _receivers.Count == 0))
            return;
        var time = ReceivedHashes.TimeOf(message, UnixNanoseconds.Now(Time));
        if (_received.Contains(hash) || (giver is not null && time <= _received.Floor))
        {
            giver?.Tell(new Subscription.Taken(hash));
            return;
        }
        if (giver is not null && !isSilent && _since < time)
            Context.Parent.Tell(new Subscriptions.Missed(_topic, hash, TimeSpan.FromTicks((UnixNanoseconds.Now(Time) - time) / TimeSpan.NanosecondsPerTick)));
        var entry = new PendingDeliveries.Entry(hash, time, isSilent ? null : message, giver, isSilent ? null : BeginTrace(hash, message, giver, receivedAt));
        if (_journal is null)
        {
            Deliver(entry);
        }
        else
        {
            _pending.Add(entry);
            _journal.Tell(new ReceivingJournal.Record(_topic, time, hash));
        }
        _received.TryAdd(hash, time);
        ReportFloor();
    }

    void Deliver(in PendingDeliveries.Entry entry)
    {
        if (entry.Message is { } message)
        {
            if (_receivers.Count > 0)
            {
                var arrived = new Subscriptions.Arrived(entry.Hash, message) { Trace = entry.Trace };
                foreach (var receiver in _receivers)
                    receiver.Tell(arrived);
            }
            if (_isWanted)
                _events.Publish(Event(entry.Hash, message, entry.Trace));
            SpanSource.End(entry.Trace, Time);
        }
        entry.Giver?.Tell(new Subscription.Taken(entry.Hash));
    }

    void Use(IActorRef? journal)
    {
        _journal = journal;
        if (journal is not null)
        {
            // What was delivered while there was none, and what the last incarnation was given in vain.
            journal.Tell(new ReceivingJournal.Merge(_topic, _received.ToBatches()));
            if (_pending.Entries.ToArray() is { Length: > 0 } entries)
                journal.Tell(new ReceivingJournal.Record(_topic, entries.Max(entry => entry.Time), [.. entries.Select(entry => entry.Hash)]));
            return;
        }
        while (_pending.TryTakeAny(out var pending))
            Deliver(pending);
        EndDrain();
    }

    /// <summary>The parent decides by it what stores are asked for, which need not be exact.</summary>
    void ReportFloor()
    {
        if (_received.Floor == long.MinValue || Now - _forgotAt < TimeSpan.FromSeconds(1))
            return;
        _forgotAt = Now;
        Context.Parent.Tell(new Subscriptions.Forgot(_topic, _received.Floor));
    }

    void EndDrain()
    {
        if (_drainer is not { } drainer || !_pending.IsEmpty)
            return;
        _drainer = null;
        drainer.Tell(new Subscription.Drained(_topic, _received.Floor, _received.ToBatches()));
    }

    Activity? BeginTrace(MessageHash hash, WakuMessage message, IActorRef? giver, long receivedAt)
    {
        if (!SpanSource.IsListened)
            return null;
        var at = receivedAt > 0 ? UnixNanoseconds.ToDateTime(receivedAt) : null;
        return SpanSource.StartRoot(
            Spans.Receive, ActivityKind.Consumer, at ?? Time.GetUtcNow(), (hash, message, giver),
            static (span, receipt) => span
                .SetTag(SpanTags.MessageHash, receipt.hash.ToString())
                .SetTag(SpanTags.ContentTopic, receipt.message.ContentTopic)
                .SetTag(SpanTags.PayloadSize, receipt.message.Payload.Length)
                .SetTag(SpanTags.Source, receipt.giver is null ? "relay" : "store"));
    }

    static MessageReceived Event(MessageHash hash, WakuMessage message, Activity? trace)
    {
        var envelope = new MessageEnvelope(message.ContentTopic, message.Payload) { IsEphemeral = message.IsEphemeral, Meta = message.Meta };
        return new MessageReceived(hash, envelope, UnixNanoseconds.ToDateTime(message.Timestamp)) { Trace = trace };
    }
}
