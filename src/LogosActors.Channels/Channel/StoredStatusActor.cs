using Akka.Actor;
using Akka.Persistence;
using LogosActors.Actors;
using LogosActors.Channels.Records;

namespace LogosActors.Channels.Channel;

/// <summary>Reads how a channel stands from its history, and stops. It writes nothing, so that the channel may be open elsewhere.</summary>
/// <remarks>Parent: /user. A history that cannot be read fails what waits for it.</remarks>
internal sealed class StoredStatusActor : SupervisedPersistentActor
{
    readonly ChannelMachine _machine;
    readonly TaskCompletionSource<ChannelStatus?> _status;

    public StoredStatusActor(ReliableChannelOptions options, PersistencePlugins persistence, string id, TaskCompletionSource<ChannelStatus?> status)
        : base(persistence)
    {
        (PersistenceId, _status) = (id, status);
        _machine = new ChannelMachine(options, Random.Shared);
    }

    public override string PersistenceId { get; }

    public static Props Props(ReliableChannelOptions options, PersistencePlugins persistence, string id, TaskCompletionSource<ChannelStatus?> status) =>
        Akka.Actor.Props.Create(() => new StoredStatusActor(options, persistence, id, status));

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: Snapshot snapshot }:
                _machine.Restore(snapshot);
                break;
            case Changed changed:
                _machine.Apply(changed);
                break;
            case RecoveryCompleted:
                _status.TrySetResult(LastSequenceNr == 0 ? null : _machine.StatusAt(Time.GetUtcNow()));
                Context.Stop(Self);
                break;
        }
    }

    protected override void OnCommand(object message) => Unhandled(message);

    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        base.OnRecoveryFailure(reason, message);
        _status.TrySetException(reason);
    }
}
