using System.Diagnostics;
using Akka.Actor;
using LogosActors.Delivery.Receiving;
using LogosActors.Delivery.Sending;
using Microsoft.Extensions.Logging;

namespace LogosActors.Delivery.Hosting;

/// <summary>What a layer above a node, such as its reliable channels, stands on.</summary>
public static class NodeLayers
{
    /// <summary>Of a node.</summary>
    /// <param name="node">The node.</param>
    extension(MessagingNode node)
    {
        /// <summary>The settings of the node.</summary>
        public NodeOptions Options => node.Options;

        /// <summary>The clock of the node.</summary>
        public TimeProvider Time => node.Time;

        /// <summary>Where the node logs.</summary>
        public ILoggerFactory Logs => node.Logs;

        /// <summary>The layer above the node, which is made when it is requested first, and disposed of before the node. There is one.</summary>
        /// <param name="make">Makes the layer.</param>
        /// <typeparam name="TLayer">The type of the layer.</typeparam>
        /// <exception cref="ObjectDisposedException">The node is disposed.</exception>
        public TLayer Layer<TLayer>(Func<TLayer> make)
            where TLayer : class, IAsyncDisposable => node.Layer(make);

        /// <summary>Sends a message of which the node stores nothing; the observer is sent <see cref="Sends.Propagated"/> once at most and, last,
        /// <see cref="Sends.Ended"/>.</summary>
        /// <param name="request">A name that no other request has.</param>
        /// <param name="message">The message.</param>
        /// <param name="observer">An actor.</param>
        /// <param name="trace">The span that the request is a part of; null: it is not traced.</param>
        /// <returns>Why it is refused, and nothing follows; null: it is not.</returns>
        public SendError? Send(RequestId request, MessageEnvelope message, IActorRef observer, Activity? trace) =>
            node.Send(request, message, observer, trace);

        /// <summary>Sends an actor the messages of a content topic as <see cref="Subscriptions.Arrived"/>, beside the node's own events.</summary>
        /// <param name="contentTopic">The content topic.</param>
        /// <param name="receiver">The actor.</param>
        /// <param name="cancellation">Stops waiting.</param>
        /// <returns>Why that cannot be; null: it is done.</returns>
        public Task<SubscriptionError?> AttachAsync(string contentTopic, IActorRef receiver, CancellationToken cancellation) =>
            node.AttachAsync(contentTopic, receiver, cancellation);

        /// <summary>Ends what <see cref="AttachAsync"/> has begun.</summary>
        /// <param name="contentTopic">The content topic.</param>
        /// <param name="receiver">The actor.</param>
        public Task DetachAsync(string contentTopic, IActorRef receiver) => node.DetachAsync(contentTopic, receiver);
    }
}
