using LogosActors.Delivery;
using LogosActors.Delivery.Hosting;

namespace LogosActors.Node.Rest.Admin;

/// <summary>A subscriber of the filter service.</summary>
/// <param name="PeerId">The light client.</param>
/// <param name="FilterCriteria">What it is subscribed to.</param>
internal sealed record FilterSubscription(string PeerId, IReadOnlyList<FilterCriterion> FilterCriteria)
{
    /// <summary>All subscribers; null when the node serves no filter.</summary>
    public static async Task<FilterSubscription[]?> ListAsync(MessagingNode node) => await node.FilterSubscriptionsAsync() is not { } subscriptions
        ? null
        : [.. subscriptions.Select(static subscription => new FilterSubscription(
            subscription.Peer.ToString(),
            [.. subscription.Criteria.Select(static criterion => new FilterCriterion(criterion.PubsubTopic, criterion.ContentTopic))]))];
}

/// <summary>A pubsub topic and a content topic whose messages are wanted.</summary>
internal sealed record FilterCriterion(string PubsubTopic, string ContentTopic);
