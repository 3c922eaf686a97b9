using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;
using Microsoft.Extensions.Logging;

namespace LogosActors.Libp2p.Peers;

/// <summary>Stores what the host remembers of its peers.</summary>
/// <remarks>
/// Parent: <see cref="HostActor"/>. A failure costs the changes of the last seconds; the host goes on, and remembers in memory. A
/// restart replays what was stored. The history is kept short by a snapshot each <see cref="SnapshotInterval"/> events.
/// </remarks>
internal sealed class PeerJournalActor(PeerId self, ActorRef host) : PersistentActor
{
    const int SnapshotInterval = 100;

    readonly Dictionary<PeerId, KnownPeer> _peers = [];

    protected override string PersistenceId => $"libp2p-peers-{self}";

    protected override void Recover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { State: PeerJournal.Snapshot all }:
                foreach (var peer in all.Peers)
                    _peers[peer.Peer] = peer;
                break;
            case PeerJournal.Changed changed:
                Apply(changed);
                break;
            case RecoveryCompleted:
                host.Tell(new PeerJournal.Recovered([.. _peers.Values]), Self);
                break;
        }
    }

    protected override void Receive(object message)
    {
        switch (message)
        {
            case PeerJournal.Store store:
                Persist(new PeerJournal.Changed([.. store.Remembered], [.. store.Forgotten]), changed =>
                {
                    Apply(changed);
                    Reply(PeerJournal.Stored.Instance);
                    if (LastSequenceNr - SnapshotSequenceNr >= SnapshotInterval)
                        SaveSnapshot(new PeerJournal.Snapshot([.. _peers.Values]));
                });
                break;
            case SnapshotSaved saved:
                DeleteEvents(saved.SequenceNr);
                DeleteSnapshots(saved.SequenceNr - 1);
                break;
            case SnapshotFailed failed:
                Log.LogWarning(failed.Cause, "The peers' snapshot was not stored; their history grows");
                break;
            case EventsDeleted or EventsNotDeleted or SnapshotsDeleted or SnapshotsNotDeleted:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Apply(PeerJournal.Changed changed)
    {
        foreach (var peer in changed.Remembered)
            _peers[peer.Peer] = peer;
        foreach (var peer in changed.Forgotten)
            _peers.Remove(peer);
    }
}
