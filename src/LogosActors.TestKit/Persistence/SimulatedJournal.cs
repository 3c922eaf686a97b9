using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Journal;
using LogosActors.TestKit.Running;

namespace LogosActors.TestKit.Persistence;

/// <summary>Akka's journal protocol over a <see cref="SimulatedStorage"/>; answers in its turn, not from the thread pool.</summary>
internal sealed class SimulatedJournal : WriteJournalBase
{
    readonly SimulatedProcess _process = ((SimulatedScheduler)Context.System.Scheduler).Process;
    readonly ActorSystem _system = Context.System;
    readonly IActorRef _self = Context.Self;

    /// <summary>Called by Akka.</summary>
    public SimulatedJournal(Config config)
    {
        _ = config;
    }

    SimulatedStorage Storage => _process.Storage;

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case WriteMessages write:
                Write(write);
                return true;
            case ReplayMessages replay:
                Replay(replay);
                return true;
            case DeleteMessagesTo delete:
                Delete(delete);
                return true;
            default:
                return false;
        }
    }

    void Write(WriteMessages write)
    {
        var count = write.Messages.Count(envelope => envelope is AtomicWrite);
        if (count == 0)
        {
            Storage.Perform(_process, static () => { }, () => Reply(write, WriteMessagesSuccessful.Instance, Stored(write)), static _ => { });
            return;
        }

        var persistenceId = write.Messages.OfType<AtomicWrite>().First().PersistenceId;
        var outcome = Storage.Decide(SimulatedStorage.Operation.Write, persistenceId);
        var rejections = new Exception?[count];
        List<StoredEvent> events = [];
        var i = 0;
        foreach (var atomic in PreparePersistentBatch(write.Messages))
        {
            try
            {
                if (outcome is SimulatedStorage.Outcome.Reject)
                    throw new StorageFailedException("The write was rejected by the simulated storage.");
                events.AddRange([.. ((IEnumerable<IPersistentRepresentation>)atomic.Payload).Select(Store)]);
            }
#pragma warning disable CA1031 // whatever a serializer throws, the event is rejected
            catch (Exception e)
#pragma warning restore CA1031
            {
                rejections[i] = e;
            }

            i++;
        }

        var failure = outcome is SimulatedStorage.Outcome.Fail or SimulatedStorage.Outcome.FailAfterCommit
            ? new StorageFailedException("The write failed in the simulated storage.")
            : null;
        Storage.Perform(_process, Commit, Answer, Fail);

        void Commit()
        {
            if (outcome is SimulatedStorage.Outcome.Fail || events.Count == 0)
                return;
            try
            {
                Storage.Write(events);
            }
            catch (StorageFailedException e)
            {
                failure = e;
            }
        }

        void Answer()
        {
            if (failure is not null)
                Fail(failure);
            else
                Reply(write, WriteMessagesSuccessful.Instance, Stored(write, rejections));
        }

        void Fail(Exception cause) => Reply(
            write, new WriteMessagesFailed(cause, count), (persistent, _) => new WriteMessageFailure(persistent, cause, write.ActorInstanceId));
    }

    StoredEvent Store(IPersistentRepresentation persistent)
    {
        var serialized = Storage.Serialize ? SerializedPayload.Of(Untag(persistent.Payload), _system) : null;
        return new StoredEvent(persistent.PersistenceId, persistent.SequenceNr, Untag(persistent.Payload), serialized?.Bytes.Length ?? 0, persistent.WriterGuid)
        {
            Representation = persistent.WithTimestamp(_process.Loop.Time.GetUtcNow().Ticks),
            Serialized = serialized,
        };
    }

    static object Untag(object payload) => payload is Tagged tagged ? tagged.Payload : payload;

    static Func<IPersistentRepresentation, int, object> Stored(WriteMessages write, Exception?[]? rejections = null) =>
        (persistent, i) => rejections?[i] is { } rejection
            ? new WriteMessageRejected(persistent, rejection, write.ActorInstanceId)
            : new WriteMessageSuccess(persistent, write.ActorInstanceId);

    void Reply(WriteMessages write, object first, Func<IPersistentRepresentation, int, object> each)
    {
        write.PersistentActor.Tell(first, _self);
        var i = 0;
        foreach (var envelope in write.Messages)
        {
            if (envelope is not AtomicWrite atomic)
            {
                write.PersistentActor.Tell(new LoopMessageSuccess(envelope.Payload, write.ActorInstanceId), envelope.Sender);
                continue;
            }

            foreach (var persistent in (IEnumerable<IPersistentRepresentation>)atomic.Payload)
                write.PersistentActor.Tell(each(persistent, i), persistent.Sender);
            i++;
        }
    }

    void Replay(ReplayMessages replay)
    {
        var fails = Storage.Decide(SimulatedStorage.Operation.Recovery, replay.PersistenceId) is not SimulatedStorage.Outcome.Success;
        var answers = new List<object>();
        Storage.Perform(
            _process,
            () => answers = fails ? [new ReplayMessagesFailure(new StorageFailedException("The recovery failed in the simulated storage."))] : Read(replay),
            () =>
            {
                foreach (var answer in answers)
                    replay.PersistentActor.Tell(answer, ActorRefs.NoSender);
            },
            cause => replay.PersistentActor.Tell(new ReplayMessagesFailure(cause), ActorRefs.NoSender));
    }

    List<object> Read(ReplayMessages replay)
    {
        var answers = new List<object>();
        try
        {
            var left = replay.Max;
            foreach (var one in Storage.Read(replay.PersistenceId, replay.FromSequenceNr, replay.ToSequenceNr))
            {
                if (left-- <= 0)
                    break;
                var persistent = one.Representation.WithPayload(one.Serialized?.Read(_system) ?? one.Payload);
                answers.AddRange(AdaptFromJournal(persistent).Select(adapted => new ReplayedMessage(adapted)));
            }

            answers.Add(new RecoverySuccess(Storage.HighestSequenceNr(replay.PersistenceId)));
        }
#pragma warning disable CA1031 // whatever a serializer throws, the recovery fails
        catch (Exception e)
#pragma warning restore CA1031
        {
            answers.Add(new ReplayMessagesFailure(e));
        }

        return answers;
    }

    void Delete(DeleteMessagesTo delete)
    {
        var fails = Storage.Decide(SimulatedStorage.Operation.Deletion, delete.PersistenceId) is not SimulatedStorage.Outcome.Success;
        Storage.Perform(_process, Commit, Answer, Fail);

        void Commit()
        {
            if (!fails)
                Storage.DeleteEvents(delete.PersistenceId, delete.ToSequenceNr);
        }

        void Answer()
        {
            if (fails)
                Fail(new StorageFailedException("The deletion failed in the simulated storage."));
            else
                delete.PersistentActor.Tell(new DeleteMessagesSuccess(delete.ToSequenceNr), _self);
        }

        void Fail(Exception cause) => delete.PersistentActor.Tell(new DeleteMessagesFailure(cause, delete.ToSequenceNr), _self);
    }
}
