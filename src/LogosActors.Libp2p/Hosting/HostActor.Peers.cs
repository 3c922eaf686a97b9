using LogosActors.Actors;
using LogosActors.Libp2p.Dialing;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Peers;
using Microsoft.Extensions.Logging;

namespace LogosActors.Libp2p.Hosting;

/// <summary>The peers that are remembered, and those that are kept.</summary>
internal sealed partial class HostActor
{
    /// <summary>Changes of peers within this time are stored together.</summary>
    static readonly TimeSpan StoreDelay = TimeSpan.FromSeconds(5);

    readonly Dictionary<PeerId, KeptPeer> _kept = [];
    ActorRef? _journal;
    bool _isRecovered;

    /// <summary>Brings back what was stored; without a store there is nothing to wait for.</summary>
    void StartJournal()
    {
        environment.Book.IsPinned = peer => environment.Connected.ContainsKey(peer) || environment.Kept.ContainsKey(peer);
        _isRecovered = !environment.Options.PersistPeers;
        if (_isRecovered)
            return;
        _journal = Context.Spawn(Props.Create(() => new PeerJournalActor(environment.Self, Self)), "peers");
        Context.Watch(_journal);
    }

    void ReceivePeers(object message)
    {
        switch (message)
        {
            case PeerJournal.Recovered recovered:
                environment.Book.Restore(recovered.Peers);
                _isRecovered = true;
                TellStarted();
                break;
            case Terminated:
                Log.LogError("Peers are not stored any more; the host goes on without");
                (_journal, _isRecovered) = (null, true);
                TellStarted();
                break;
            case StorePeers:
                StoreChanges(Self);
                break;
            case Host.Flush:
                if (_journal is null)
                    Reply(PeerJournal.Stored.Instance);
                else
                    StoreChanges(Sender);
                break;
            case PeerJournal.Stored:
                break;
            case Host.AddAddresses added:
                environment.Book.AddAddresses(added.Peer, added.Addresses);
                break;
            case Host.SetScore scored:
                environment.Book.SetScore(scored.Peer, scored.Score);
                break;
            case Host.Keep keep:
                Keep(keep.Peer);
                break;
            case Host.Release release:
                _kept.Remove(release.Peer);
                environment.Kept.TryRemove(release.Peer, out _);
                Context.CancelTimer(new Reconnect(release.Peer));
                break;
            case Reconnect reconnect:
                DialKept(reconnect.Peer);
                break;
            default:
                Unhandled(message);
                break;
        }
        StoreSoon();
    }

    void Keep(PeerId peer)
    {
        environment.Kept[peer] = 0;
        if (peer != environment.Self && _kept.TryAdd(peer, new KeptPeer()))
            DialKept(peer);
    }

    void DialKept(PeerId peer)
    {
        if (_kept.ContainsKey(peer) && !environment.Connected.ContainsKey(peer))
            Dial(new Host.Dial(peer, [], new TaskCompletionSource<DialResult>()));
    }

    /// <summary>A kept peer was not reached, or its connection has ended after a time.</summary>
    void ReconnectLater(PeerId? peer, TimeSpan lived)
    {
        if (peer is null || !_kept.TryGetValue(peer, out var kept) || environment.Connected.ContainsKey(peer))
            return;
        kept.Failures = lived >= DialBackoff.ResetAfter ? 0 : kept.Failures + 1;
        var again = new Reconnect(peer);
        Context.StartSingleTimer(again, again, DialBackoff.After(kept.Failures, Context.Random.NextDouble()));
    }

    void StoreSoon()
    {
        if (_journal is not null && environment.Book.HasChanges && !Context.IsTimerActive(StorePeers.Instance))
            Context.StartSingleTimer(StorePeers.Instance, StorePeers.Instance, StoreDelay);
    }

    void StoreChanges(ActorRef waiting)
    {
        if (_journal is null)
            return;
        var changed = environment.Book.TakeChanges();
        _journal.Tell(
            new PeerJournal.Store(
                [.. changed.Select(environment.Book.Find).OfType<KnownPeer>()],
                [.. changed.Where(peer => environment.Book.Find(peer) is null)]),
            waiting);
    }

    sealed class KeptPeer
    {
        public int Failures { get; set; }
    }

    sealed record Reconnect(PeerId Peer);

    sealed record StorePeers
    {
        public static readonly StorePeers Instance = new();
    }
}
