using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Lightpush;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Topics;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Delivery;

/// <summary>A light client's side beneath the Messaging API: single pushes, and who pushes to this node.</summary>
public sealed partial class MessagingNode
{
    /// <summary>How many service nodes are connected that may push messages to this one; 0 in core mode.</summary>
    internal int FilterServiceNodes => Volatile.Read(ref _running)?.Environment.Services.Filter ?? 0;

    /// <summary>How many service nodes are proven to push the messages of a shard; 0 in core mode.</summary>
    internal async Task<int> ProvenFilterNodesAsync(PubsubTopic shard, CancellationToken cancellation) =>
        Actors?.FilterClient is { } filter
            ? (await _system.AskAsync<FilterTopics.Proven>(filter, FilterTopics.GetProven.Instance, NodeEnvironment.AnswerTimeout, cancellation))
                .Shards.GetValueOrDefault(shard)
            : 0;

    /// <summary>Has a message published as it is, once: in edge mode by service nodes, else by this node if it serves lightpush.</summary>
    internal async Task<LightpushResult> PushAsync(PubsubTopic shard, WakuMessage message, TimeSpan timeout, CancellationToken cancellation)
    {
        var hash = MessageHash.Compute(shard.ToString(), message);
        try
        {
            if (RunningActors.LightpushClient is { } client)
            {
                var push = new LightpushClient.Push(shard, hash, WakuMessageCodec.Encode(message), Tag: shard) { WantsResult = true };
                return (await _system.AskAsync<LightpushClient.Ended>(client, push, timeout, cancellation)).Result;
            }
            if (_options.LightpushService is null)
                return LightpushResult.NoServicePeer;
            var publish = new RelayTopics.Publish(shard, hash, message, Tag: shard, IsRepeat: false) { IsOwn = false };
            return ResultOf(await _system.AskAsync<Gossip.PublishedTagged>(RunningActors.Router, publish, timeout, cancellation));
        }
        catch (AskTimeoutException)
        {
            return LightpushResult.TimedOut;
        }
    }

    static LightpushResult ResultOf(Gossip.PublishedTagged published) => published.Outcome switch
    {
        PublishOutcome.Sent => new((int)LightpushStatus.Success, Description: null, published.PeerCount),
        PublishOutcome.NoPeers => new((int)LightpushStatus.NoPeersToRelay, "No peers for topic, skipping publish"),
        PublishOutcome.Congested => new((int)LightpushStatus.ServiceNotAvailable, "The relay is congested"),
        _ => new((int)LightpushStatus.InvalidMessage, "The message fails the relay's validation"),
    };
}
