using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery;

/// <summary>What an application does with a node (MESSAGING-API): <see cref="MessagingNode"/>, or what stands for it in the application's tests. For any
/// number of threads.</summary>
public interface IMessagingNode : IAsyncDisposable
{
    /// <summary>Who this node is.</summary>
    PeerId PeerId { get; }

    /// <summary>Where others can connect; empty while the node is not started.</summary>
    IReadOnlyList<Multiaddr> Addresses { get; }

    /// <summary>Whether the node is started.</summary>
    bool IsStarted { get; }

    /// <summary>How many requests to send have not ended yet; 0 while the node is not started.</summary>
    int UnfinishedRequests { get; }

    /// <summary>How many events were lost to handlers and enumerations that were too slow.</summary>
    long MissedEvents { get; }

    /// <summary>The messages of the past.</summary>
    IMessageStore Store { get; }

    /// <summary>A message of a subscribed content topic has come.</summary>
    event EventHandler<MessageReceived>? MessageReceived;

    /// <summary>A message has reached neighbouring nodes.</summary>
    event EventHandler<MessagePropagated>? MessagePropagated;

    /// <summary>A message is sent; its request has ended.</summary>
    event EventHandler<MessageSent>? MessageSent;

    /// <summary>A message could not be sent; its request has ended.</summary>
    event EventHandler<MessageError>? MessageError;

    /// <summary>How the node is connected has changed.</summary>
    event EventHandler<ConnectionStatusChanged>? ConnectionStatusChanged;

    /// <summary>The health of a content topic has changed.</summary>
    event EventHandler<ContentTopicHealthChanged>? ContentTopicHealthChanged;

    /// <summary>The health of a shard has changed.</summary>
    event EventHandler<ShardHealthChanged>? ShardHealthChanged;

    /// <summary>Starts the node, and returns when it listens and receives what it was subscribed to when it ran last.</summary>
    /// <param name="cancellation">Stops waiting for another start or stop that is under way.</param>
    /// <exception cref="NodeStartException">An address cannot be listened at, or another process writes to the journal.</exception>
    Task StartAsync(CancellationToken cancellation = default);

    /// <summary>Stops the node: it leaves the network, and can be started again.</summary>
    /// <param name="cancellation">Stops waiting for another start or stop that is under way.</param>
    Task StopAsync(CancellationToken cancellation = default);

    /// <summary>Closes all connections of a node in edge mode, and opens none until <see cref="ResumeAsync"/>: for a device that goes to sleep, or an
    /// application that goes to the background. Subscriptions stay, messages may be sent, and the time-outs of requests stand still.</summary>
    /// <param name="cancellation">Stops waiting; the node pauses all the same.</param>
    /// <exception cref="InvalidOperationException">The node is not started, or in core mode.</exception>
    Task PauseAsync(CancellationToken cancellation = default);

    /// <summary>Goes on after <see cref="PauseAsync"/>: connects, subscribes, asks stores for what was missed, and sends what has waited. Once is
    /// enough.</summary>
    /// <param name="cancellation">Stops waiting; the node goes on all the same.</param>
    /// <exception cref="InvalidOperationException">The node is not started, or in core mode.</exception>
    Task ResumeAsync(CancellationToken cancellation = default);

    /// <summary>Sends a message. The first one on a content topic subscribes to it.</summary>
    /// <param name="message">The message; its bytes must not be changed.</param>
    /// <param name="cancellation">Stops waiting for the answer; the message may be on its way.</param>
    /// <returns>The request, about which events are raised; or why the message was not taken.</returns>
    Task<Result<RequestId, SendError>> SendAsync(MessageEnvelope message, CancellationToken cancellation = default);

    /// <summary>Sends a message, and waits until its request has ended: within <see cref="SendingOptions.Timeout"/>. The events are raised as well.</summary>
    /// <param name="message">The message; its bytes must not be changed.</param>
    /// <param name="cancellation">Stops waiting; the message may be on its way, and events say what becomes of it.</param>
    /// <returns>That it is sent, and whether a store has confirmed it; or why not.</returns>
    /// <exception cref="OperationCanceledException">The waiting was stopped.</exception>
    Task<Result<MessageSent, SendError>> SendAndConfirmAsync(MessageEnvelope message, CancellationToken cancellation = default);

    /// <summary>Receives the messages of content topics from now on.</summary>
    /// <param name="contentTopics">The topics; those that are subscribed to already are passed over.</param>
    /// <param name="cancellation">Stops waiting for the answer.</param>
    /// <returns>What could not be subscribed to; empty: all is done.</returns>
    Task<IReadOnlyList<SubscriptionError>> SubscribeAsync(IEnumerable<string> contentTopics, CancellationToken cancellation = default);

    /// <summary>Receives the messages of content topics no longer.</summary>
    /// <param name="contentTopics">The topics.</param>
    /// <param name="cancellation">Stops waiting for the answer.</param>
    /// <returns>What could not be unsubscribed from; empty: all is done.</returns>
    Task<IReadOnlyList<SubscriptionError>> UnsubscribeAsync(IEnumerable<string> contentTopics, CancellationToken cancellation = default);

    /// <summary>Waits until every request to send has ended, in sent or in error: what to do before stopping.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    Task FlushAsync(CancellationToken cancellation = default);

    /// <summary>How well the node is connected.</summary>
    NodeHealth GetHealth();

    /// <summary>Says something of the node, as JSON (MESSAGING-API §Debug).</summary>
    /// <param name="id">What is asked for.</param>
    Result<string, NodeInfoError> GetNodeInfo(string id);

    /// <summary>Enumerates every event, from the moment its enumerator is requested, as <c>await foreach</c> does at its beginning, until the node is
    /// disposed. To miss nothing of what is done in between, request the enumerator first.</summary>
    /// <remarks><see cref="NodeOptions.EventCapacity"/> events wait for a slow reader; further ones are lost to it, and counted. What is never
    /// enumerated holds nothing; what is requested once the node is disposed ends at once.</remarks>
    /// <param name="cancellation">Ends the enumeration.</param>
    IAsyncEnumerable<MessagingEvent> Events(CancellationToken cancellation = default);

    /// <summary>Enumerates the messages that come, from the moment its enumerator is requested until the node is disposed.</summary>
    /// <inheritdoc cref="Events"/>
    IAsyncEnumerable<MessageReceived> Messages(CancellationToken cancellation = default);

    /// <summary>Calls an asynchronous handler with each event of a type, one after the other: the next when the last has been handled. What it throws is
    /// logged, and costs that call.</summary>
    /// <param name="handler">The handler.</param>
    /// <returns>Dispose of it to remove the handler; events that wait for it are discarded then.</returns>
    IDisposable Handle<TEvent>(Func<TEvent, Task> handler)
        where TEvent : MessagingEvent;
}
