using LogosActors.Actors;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery.Store;

/// <summary>Keeps the messages of the joined shards in the node's archive, and answers the store queries of peers from it (13/WAKU2-STORE).</summary>
/// <remarks>
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
                if (!_names.TryGetValue(seen.Shard, out var name))
                    _names.Add(seen.Shard, name = seen.Shard.ToString());
                _writer!.Tell(new ArchiveWriter.Keep(seen.Hash, name, seen.Message), Self);
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
}
