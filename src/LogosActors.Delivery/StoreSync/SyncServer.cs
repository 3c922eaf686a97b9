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

    /// <summary>Serves one; it ends at once when too many are under way.</summary>
    public async Task ServeAsync(PeerId peer, IConversation conversation, CancellationToken cancellation)
    {
        if (!_admission.TryEnter())
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
            _admission.Leave();
            actor.Tell(new Synchronization.Ended(session), ActorRefs.NoSender);
        }
    }
}

/// <summary>How many may do something at once. For any number of threads.</summary>
internal sealed class SyncAdmission(int places)
{
    int _taken;

    /// <summary>Takes a place; false: there is none.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _taken) <= places)
            return true;
        Interlocked.Decrement(ref _taken);
        return false;
    }

    /// <summary>Gives it back.</summary>
    public void Leave() => Interlocked.Decrement(ref _taken);
}
