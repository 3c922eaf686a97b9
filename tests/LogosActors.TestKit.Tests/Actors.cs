using Akka.Actor;
using Akka.Persistence;

namespace LogosActors.TestKit.Tests;

/// <summary>Does what a test says.</summary>
sealed class ScriptedActor(Action<object, IUntypedActorContext> script) : UntypedActor
{
    public static Props Props(Action<object, IUntypedActorContext> script) => Akka.Actor.Props.Create(() => new ScriptedActor(script));

    protected override void OnReceive(object message) => script(message, Context);
}

/// <summary>Answers every message with itself.</summary>
sealed class EchoActor : UntypedActor
{
    public static Props Props => Akka.Actor.Props.Create(() => new EchoActor());

    protected override void OnReceive(object message) => Sender.Tell(message);
}

/// <summary>A sum that is persisted number by number. Answers each number with the sum, a string with what it asks for.</summary>
sealed class SumActor : UntypedPersistentActor
{
    int _sum;

    public SumActor(string id, string? journal = null, string? snapshots = null)
    {
        PersistenceId = id;
        JournalPluginId = journal;
        SnapshotPluginId = snapshots;
    }

    public override string PersistenceId { get; }

    public static Props Props(string id, string? journal = null, string? snapshots = null) =>
        Akka.Actor.Props.Create(() => new SumActor(id, journal, snapshots));

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case int number:
                Persist(number, added => Sender.Tell(_sum += added));
                break;
            case int[] numbers:
                PersistAll(numbers, added => Sender.Tell(_sum += added));
                break;
            case Exception failure:
                throw failure;
            case "get":
                Sender.Tell(_sum);
                break;
            case "snapshot":
                SaveSnapshot(_sum);
                break;
            case "delete":
                DeleteMessages(LastSequenceNr);
                break;
            case "delete snapshots":
                DeleteSnapshots(SnapshotSelectionCriteria.Latest);
                break;
            case Event other:
                Persist(other, _ => Sender.Tell(_sum));
                break;
            case SaveSnapshotSuccess or SaveSnapshotFailure or DeleteMessagesSuccess or DeleteMessagesFailure or DeleteSnapshotsSuccess:
                Context.System.EventStream.Publish(message);
                break;
        }
    }

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case int number:
                _sum += number;
                break;
            case SnapshotOffer { Snapshot: int sum }:
                _sum = sum;
                break;
        }
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr) => Sender.Tell(cause);

    public sealed record Event(Action Unserializable);
}
