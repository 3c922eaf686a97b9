using System.Diagnostics;
using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery;

namespace LogosActors.Channels.Channel;

/// <summary>What the actors of a channel work with.</summary>
/// <param name="Options">Of the channel; its sender is named.</param>
/// <param name="Node">The node beneath.</param>
/// <param name="Events">Raises events for the application.</param>
/// <param name="Budget">Bounds what has come and is not handled.</param>
/// <param name="Persistence">Where the channel's history is kept.</param>
/// <param name="PersistenceId">Names the history.</param>
internal sealed record ChannelSettings(
    ReliableChannelOptions Options, ChannelNode Node, ChannelEvents Events, IncomingBudget Budget, PersistencePlugins Persistence, string PersistenceId)
{
    /// <summary>By which its actors wait, all by the same.</summary>
    public required SteadyClock Clock { get; init; }

    /// <summary>Called with each incarnation of the <see cref="SdsActor"/>, which takes <see cref="Conversation.Send"/>.</summary>
    public Action<IActorRef> SdsCreated { get; init; } = static _ => { };

    /// <summary>Called when the history is read (null), or cannot be.</summary>
    public Action<Exception?> Opened { get; init; } = static _ => { };
}

/// <summary>What a channel needs of a node.</summary>
/// <param name="Send">Sends a message under the name of a request, whose fate the actor receives as <see cref="Delivery.Sending.Sends.Propagated"/> and,
/// last, <see cref="Delivery.Sending.Sends.Ended"/>; its span stands beneath another one, if there is one. An error means that the request is refused,
/// and nothing follows.</param>
/// <param name="QueryAsync">Asks stores for messages of the past.</param>
internal sealed record ChannelNode(
    Func<RequestId, MessageEnvelope, IActorRef, Activity?, SendError?> Send, Func<StoreQuery, Task<Result<StoreHistory, StoreQueryError>>> QueryAsync);
