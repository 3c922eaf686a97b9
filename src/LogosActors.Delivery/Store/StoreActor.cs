using LogosActors.Actors;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Store;

/// <summary>Keeps the messages of the joined shards in the node's archive, and answers the store queries of peers from it (13/WAKU2-STORE).</summary>
/// <remarks>
/// What the node has missed, and other stores have told it, is kept too: of the content topics that it is subscribed to.
/// Parent: <see cref="NodeActor"/>, which has the relay show it what travels. Child: an <see cref="ArchiveWriterActor"/>, one-for-one, restart. A failure costs the messages
/// that wait to be written, and for a moment peers are not answered.
/// </remarks>
#pragma warning disable CA1001 // PostStop disposes of what it owns
internal sealed class StoreActor(NodeEnvironment node, IMessageArchive archive) : Actor
#pragma warning restore CA1001
{
    readonly Dictionary<PubsubTopic, string> _names = [];
    ActorRef? _writer;
    StoreService? _service;

    protected override void PreStart()
    {
        var options = node.Options.Archiving;
        _writer = Context.Spawn(Props.Create(() => new ArchiveWriterActor(archive, options)), "writer");
        _service = new StoreService(archive, node.Options.StoreService, node.Time, Log);
        _service.Serve(node.Host);
    }

    protected override void PostStop()
    {
        node.Host.RemoveHandler(StoreProtocol.Id);
        _service?.Dispose();
    }

    protected override void Receive(object message)
    {
        switch (message)
        {
            case RelayTopics.Seen { IsArchivable: true } seen:
                _writer!.Tell(new ArchiveWriter.Keep(seen.Hash, NameOf(seen.Shard), seen.Message), Self);
                break;
            case Subscription.Found found:
                _writer!.Tell(new ArchiveWriter.Keep(found.Hash, NameOf(found.Shard), found.Message, IsLate: true), Self);
                break;
            case RelayTopics.Seen or RelayTopics.Restarted:
                break;
            case ArchiveWriter.Finish:
                Forward(_writer!, message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    string NameOf(PubsubTopic shard)
    {
        if (!_names.TryGetValue(shard, out var name))
            _names.Add(shard, name = shard.ToString());
        return name;
    }
}
