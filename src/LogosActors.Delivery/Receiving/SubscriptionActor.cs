using LogosActors.Actors;
using LogosActors.Delivery.Events;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;

namespace LogosActors.Delivery.Receiving;

/// <summary>Tells the application each message of one content topic once.</summary>
/// <remarks>
/// Parent: <see cref="SubscriptionsActor"/>, one-for-one, restart. What it knows is in its <see cref="TopicMemory"/>, which a restart leaves
/// alone; the message that failed is handled again. Where a journal keeps the hashes, a message is told when its hash is durable: if the
/// process is killed between the two, the message is not told, and never twice.
/// </remarks>
internal sealed class SubscriptionActor(TopicMemory memory, WaitingEvents waiting, ActorRef events, JournalLink journal) : Actor
{
    ActorRef? _drainer;

    protected override void PreStart() => RecordUntold();

    protected override void PreRestart(Exception reason, object? message)
    {
        if (Retried.Deserves(message))
            Self.Tell(new Retried(message!), Sender);
    }

    protected override void Receive(object message)
    {
        switch (message)
        {
            case RelayTopics.Seen seen:
                Take(seen.Hash, seen.Message, seen.IsOwn, giver: null);
                break;
            case Subscription.Take take:
                // What stores have of before the subscription is not wanted, but known from now on.
                Take(take.Hash, take.Message, take.Message.Timestamp < memory.Since, Sender);
                break;
            case ReceivingJournal.Recorded recorded:
                foreach (var hash in recorded.Hashes)
                    memory.Untold.Confirm(hash);
                while (memory.Untold.TryTake(out var durable))
                    Tell(durable);
                EndDrain();
                break;
            case Subscription.JournalChanged:
                RecordUntold();
                break;
            case Subscription.Drain:
                _drainer = Sender;
                EndDrain();
                break;
            case Retried retried:
                Receive(retried.Message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Take(MessageHash hash, WakuMessage message, bool isSilent, ActorRef? giver)
    {
        if (memory.Untold.IsFull)
            return;
        var time = ReceivedHashes.TimeOf(message, UnixNanoseconds.Now(Time));
        if ((giver is not null && time <= memory.Received.Floor) || !memory.Received.TryAdd(hash, time))
        {
            giver?.Tell(new Subscription.Taken(hash), Self);
            return;
        }
        memory.Untold.Add(new UntoldMessages.Entry(hash, time, isSilent ? null : Event(hash, message), giver));
        if (journal.Current is { } current)
            current.Tell(new ReceivingJournal.Record(memory.Topic, time, hash), Self);
        else
            TellAll();
    }

    void RecordUntold()
    {
        if (journal.Current is not { } current)
            TellAll();
        else if (memory.Untold.Entries.ToArray() is { Length: > 0 } entries)
            current.Tell(new ReceivingJournal.Record(memory.Topic, entries.Max(entry => entry.Time), [.. entries.Select(entry => entry.Hash)]), Self);
    }

    void TellAll()
    {
        while (memory.Untold.TryTakeAny(out var untold))
            Tell(untold);
        EndDrain();
    }

    void EndDrain()
    {
        if (_drainer is not { } drainer || !memory.Untold.IsEmpty)
            return;
        _drainer = null;
        drainer.Tell(Subscription.Drain.Instance, Self);
    }

    void Tell(UntoldMessages.Entry entry)
    {
        if (entry.Told is { } told)
            waiting.Add(told, events);
        entry.Giver?.Tell(new Subscription.Taken(entry.Hash), Self);
    }

    static MessageReceived Event(MessageHash hash, WakuMessage message)
    {
        var envelope = new MessageEnvelope(message.ContentTopic, message.Payload) { IsEphemeral = message.IsEphemeral, Meta = message.Meta };
        return new MessageReceived(hash, envelope, UnixNanoseconds.ToDateTime(message.Timestamp));
    }
}
