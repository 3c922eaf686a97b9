using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Dialing;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Peers;

namespace LogosActors.Libp2p.Hosting;

/// <summary>The peers that are remembered, and those that are kept.</summary>
internal sealed partial class HostActor
{
    /// <summary>Changes of peers within this time are stored together.</summary>
    static readonly TimeSpan StoreDelay = TimeSpan.FromSeconds(5);

    /// <summary>The same when it is known for the first time where a peer is: a process that is killed young dials it at once when it is started again,
    /// while the peer waits longer with each connection that has not lived.</summary>
    static readonly TimeSpan FoundStoreDelay = TimeSpan.FromMilliseconds(250);

    const string JournalName = "peers";

    /// <summary>How many changes wait for a journal that has failed: what the host knows is compared when it is back, and stored.</summary>
    const int WaitingChanges = 16;

    static readonly ExponentialBackoff JournalBackoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

    readonly Dictionary<PeerId, KeptPeer> _kept = [];
    RecreatedChild? _journal;
    bool _isRecovered;
    bool _storesSoon;

    /// <summary>Brings back what was stored; without a store there is nothing to wait for.</summary>
    void StartJournal()
    {
        _isRecovered = _environment.Options.PeerJournal is null;
        if (_environment.Options.PeerJournal is { } plugins)
        {
            _journal = new RecreatedChild(
                Context, PeerJournalActor.Props(plugins, _environment.Self, Self), JournalName, JournalBackoff,
                created: static _ => { }, overflow: static (_, sender) => sender.Tell(PeerJournal.NotStored.Instance, ActorRefs.NoSender), WaitingChanges);
        }
    }

    void ReceivePeers(object message)
    {
        switch (message)
        {
            case PeerJournal.Recovered recovered:
                _book.Restore(recovered.Peers);
                _isRecovered = true;
                TellStarted();
                break;
            case StorePeers:
                _storesSoon = false;
                StoreChanges(Self);
                break;
            case Host.Flush:
                if (_journal is null)
                    Sender.Tell(PeerJournal.Stored.Instance, Self);
                else if (_journal.Current is null)
                    Sender.Tell(PeerJournal.NotStored.Instance, Self);
                else
                    StoreChanges(Sender);
                break;
            case PeerJournal.Stored or PeerJournal.NotStored:
                break;
            case var about when _journal?.TryHandle(about) == true:
                if (about is Terminated)
                    LoseJournal();
                break;
            case Host.AddAddresses added:
                _book.AddAddresses(added.Peer, added.Addresses);
                Name(added.Peer, added.Addresses);
                break;
            case Host.SetScore scored:
                _book.SetScore(scored.Peer, scored.Score);
                break;
            case Host.Keep keep:
                Keep(keep.Peer);
                break;
            case Host.Release release:
                _kept.Remove(release.Peer);
                _state = _state with { Kept = _state.Kept.Remove(release.Peer) };
                Timers.Cancel(new Reconnect(release.Peer));
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

    /// <summary>Notes where the application has said that a peer is; those of peers that nobody knows any more are forgotten.</summary>
    void Name(PeerId peer, IReadOnlyList<Multiaddr> addresses)
    {
        if (addresses.Count == 0)
            return;
        var known = _state.Named.GetValueOrDefault(peer, []);
        var named = _state.Named.SetItem(peer, [.. addresses.Concat(known).Distinct().Take(PeerBook.MaxAddresses)]);
        if (named.Count > _environment.Options.MaxKnownPeers)
            named = named.RemoveRange(named.Keys.Where(other => _book.Find(other) is null && !_state.Kept.Contains(other)).ToArray());
        _state = _state with { Named = named };
    }

    void LoseJournal()
    {
        Log.Debug("Peers are not stored for now; the host goes on, and stores them when their journal is back");
        _isRecovered = true;
        TellStarted();
    }

    void Keep(PeerId peer)
    {
        _state = _state with { Kept = _state.Kept.Add(peer) };
        if (peer != _environment.Self && _kept.TryAdd(peer, new KeptPeer()))
            DialKept(peer);
    }

    void DialKept(PeerId peer)
    {
        if (_kept.ContainsKey(peer) && !_environment.Connected.ContainsKey(peer))
            Dial(new Host.Dial(peer, [], new TaskCompletionSource<DialResult>()));
    }

    /// <summary>A kept peer was not reached, or its connection has ended after a time.</summary>
    void ReconnectLater(PeerId? peer, TimeSpan lived)
    {
        if (peer is null || !_kept.TryGetValue(peer, out var kept) || _environment.Connected.ContainsKey(peer))
            return;
        kept.Failures = lived >= DialBackoff.ResetAfter ? 0 : kept.Failures + 1;
        var again = new Reconnect(peer);
        Timers.StartSingleTimer(again, again, DialBackoff.After(kept.Failures, Context.System.Random().NextDouble()));
    }

    void StoreSoon()
    {
        if (_journal?.Current is null || !_book.HasChanges)
            return;
        if (Timers.IsTimerActive(StorePeers.Instance) && (_storesSoon || !_book.HasFound))
            return;
        _storesSoon = _book.HasFound;
        Timers.StartSingleTimer(StorePeers.Instance, StorePeers.Instance, _storesSoon ? FoundStoreDelay : StoreDelay);
    }

    void StoreChanges(IActorRef waiting)
    {
        if (_journal?.Current is null)
            return;
        var changed = _book.TakeChanges();
        _journal.Tell(
            new PeerJournal.Store(
                [.. changed.Select(_book.Find).OfType<KnownPeer>()],
                [.. changed.Where(peer => _book.Find(peer) is null)]),
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
