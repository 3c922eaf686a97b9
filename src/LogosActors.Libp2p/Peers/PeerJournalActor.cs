using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Google.Protobuf;
using LogosActors.Actors;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Peers.Stored;

namespace LogosActors.Libp2p.Peers;

/// <summary>Stores what the host remembers of its peers.</summary>
/// <remarks>
/// Parent: <see cref="HostActor"/>, one-for-one, restart with backoff 100 ms … 10 s: the mailbox stays, what was stored is replayed. A
/// failed write or recovery stops it; its parent makes it again with backoff 1 s … 1 min, and the host meanwhile remembers in memory.
/// Either way it tells the host what is stored, and the host stores what is not. The history is kept short by a snapshot each
/// <see cref="SnapshotInterval"/> events.
/// </remarks>
internal sealed class PeerJournalActor(PersistencePlugins persistence, PeerId self, IActorRef host) : SupervisedPersistentActor(persistence)
{
    internal const int SnapshotInterval = 100;

    readonly Dictionary<ByteString, StoredPeer> _peers = [];

    public override string PersistenceId { get; } = $"libp2p-peers-{self}";

    public static Props Props(PersistencePlugins persistence, PeerId self, IActorRef host) =>
        Akka.Actor.Props.Create(() => new PeerJournalActor(persistence, self, host));

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: PeersSnapshot all }:
                foreach (var peer in all.Peers)
                    _peers[peer.PeerId] = peer;
                break;
            case PeersChanged changed:
                Apply(changed);
                break;
            case RecoveryCompleted:
                var peers = new List<KnownPeer>(_peers.Count);
                foreach (var stored in _peers.Values)
                {
                    if (StoredPeers.TryRead(stored, out var peer))
                        peers.Add(peer);
                }
                host.Tell(new PeerJournal.Recovered(peers), Self);
                break;
        }
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case PeerJournal.Store store:
                Store(store);
                break;
            case SaveSnapshotSuccess saved:
                DeleteMessages(saved.Metadata.SequenceNr);
                DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - 1));
                break;
            case SaveSnapshotFailure failed:
                Log.Warning(failed.Cause, "The peers' snapshot was not stored; their history grows");
                break;
            case DeleteMessagesSuccess or DeleteMessagesFailure or DeleteSnapshotsSuccess or DeleteSnapshotsFailure:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        Sender.Tell(PeerJournal.NotStored.Instance, Self);
        base.OnPersistRejected(cause, @event, sequenceNr);
    }

    void Store(PeerJournal.Store store)
    {
        var changed = new PeersChanged
        {
            Remembered = { store.Remembered.Select(StoredPeers.Store) },
            Forgotten = { store.Forgotten.Select(StoredPeers.Store) },
        };
        Persist(changed, stored =>
        {
            Apply(stored);
            Sender.Tell(PeerJournal.Stored.Instance, Self);
            if (LastSequenceNr % SnapshotInterval == 0)
                SaveSnapshot(new PeersSnapshot { Peers = { _peers.Values } });
        });
    }

    void Apply(PeersChanged changed)
    {
        foreach (var peer in changed.Remembered)
            _peers[peer.PeerId] = peer;
        foreach (var peer in changed.Forgotten)
            _peers.Remove(peer);
    }
}
