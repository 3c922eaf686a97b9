using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.StoreSync;

/// <summary>Accepts messages that peers transfer: those that a reconciliation has found missing, and that the relay's rules accept at any age.
/// For any number of threads.</summary>
/// <param name="system">The node's actor system.</param>
/// <param name="actor">Knows what is missing: the <see cref="SynchronizationActor"/>.</param>
/// <param name="store">Keeps messages.</param>
/// <param name="validation">The rules.</param>
/// <param name="timeout">How long a message may wait for the actor.</param>
internal sealed class TransferReceiver(ActorSystem system, IActorRef actor, IActorRef store, MessageValidation validation, TimeSpan timeout)
{
    /// <summary>Accepts a message, or ignores it; the next one is read then.</summary>
    /// <exception cref="ConnectionException">It is no message: its stream ends.</exception>
    public async ValueTask ReceiveAsync(PeerId peer, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (!TransferCodec.TryDecode(bytes, out var transferred, out var error))
            throw new ConnectionException(ConnectionFailure.ProtocolViolated, $"{peer} transferred what is no message: {error}.");
        var (topic, message) = (transferred.PubsubTopic, transferred.Message);
        if (message.Timestamp is not { } timestamp || message.IsEphemeral)
            return;
        var hash = MessageHash.Compute(topic, message);
        var offered = new Synchronization.Offered(peer, topic, new ArchivePosition(timestamp, hash));
        if (!(await system.AskAsync<Synchronization.Verdict>(actor, offered, timeout, cancellation)).IsWanted)
            return;
        if (validation.DecideOld(topic, message, transferred.Encoded.Span, hash, peer, out var old) is ValidationResult.Accept
            && await validation.AskAsync(old, cancellation) is ValidationResult.Accept)
        {
            store.Tell(new ArchiveWriter.Keep(hash, topic, message, IsLate: true), ActorRefs.NoSender);
        }
    }
}
