using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Delivery.Filter;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Peers;
using LogosActors.Delivery.Sending;

namespace LogosActors.Delivery;

/// <summary>What a device that sleeps does with its node.</summary>
public sealed partial class MessagingNode
{
    /// <inheritdoc/>
    public async Task PauseAsync(CancellationToken cancellation = default)
    {
        var actors = EdgeActors();
        actors.Sends.Tell(Sends.Pause.Instance, ActorRefs.NoSender);
        await _system.AskAsync<NodePeers.Paused>(actors.Peers, NodePeers.Pause.Instance, NodeEnvironment.AnswerTimeout, cancellation);
    }

    /// <inheritdoc/>
    public async Task ResumeAsync(CancellationToken cancellation = default)
    {
        var actors = EdgeActors();
        await _system.AskAsync<NodePeers.Resumed>(actors.Peers, NodePeers.Resume.Instance, NodeEnvironment.AnswerTimeout, cancellation);
        actors.FilterClient?.Tell(FilterTopics.NetworkChanged.Instance, ActorRefs.NoSender);
        actors.Sends.Tell(Sends.Resume.Instance, ActorRefs.NoSender);
    }

    NodeActors EdgeActors()
    {
        if (_options.Mode is not NodeMode.Edge)
            throw new InvalidOperationException("A node in core mode relays for others: it is stopped, not paused.");
        return RunningActors;
    }
}
