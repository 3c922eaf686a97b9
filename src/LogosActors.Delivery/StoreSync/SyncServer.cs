using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Requests;

namespace LogosActors.Delivery.StoreSync;

/// <summary>Serves the reconciliations that peers begin: the <see cref="SynchronizationActor"/> answers their payloads. For any number of threads.</summary>
/// <param name="system">The node's actor system.</param>
/// <param name="actor">The actor.</param>
/// <param name="time">The clock of the time-outs.</param>
/// <param name="timeout">How long a payload may wait for the actor.</param>
internal sealed class SyncServer(ActorSystem system, IActorRef actor, TimeProvider time, TimeSpan timeout)
{
    // A payload that is being read takes memory before it is known what it says.
    readonly SyncAdmission _admission = new(SynchronizationActor.MaxSessions);

    /// <summary>Serves one; it ends at once when the peer has one already, or too many are under way.</summary>
    public async Task ServeAsync(PeerId peer, IConversation conversation, CancellationToken cancellation)
    {
        if (!_admission.TryEnter(peer))
            return;
        var session = new SyncSession(peer);
        var isFirst = true;
        try
        {
            var exchange = new ReconciliationExchange(time, payload =>
            {
                var turn = new Synchronization.Turn(session, payload, isFirst);
                isFirst = false;
                return system.AskAsync<Synchronization.Answer>(actor, turn, timeout, cancellation);
            });
            await exchange.RunAsync(conversation, first: null, cancellation);
        }
        finally
        {
            _admission.Leave(peer);
            actor.Tell(new Synchronization.Ended(session), ActorRefs.NoSender);
        }
    }
}

/// <summary>Which peers may do something, a number of them at once. For any number of threads.</summary>
internal sealed class SyncAdmission(int places)
{
    readonly Lock _gate = new();
    readonly HashSet<PeerId> _peers = [];

    /// <summary>Takes a place; false: there is none, or the peer has one.</summary>
    public bool TryEnter(PeerId peer)
    {
        lock (_gate)
            return _peers.Count < places && _peers.Add(peer);
    }

    /// <summary>Gives it back.</summary>
    public void Leave(PeerId peer)
    {
        lock (_gate)
            _peers.Remove(peer);
    }
}
