using LogosActors.Delivery.Health;

namespace LogosActors.Delivery;

/// <summary>How well the node is connected (MESSAGING-API §Health).</summary>
public sealed partial class MessagingNode
{
    readonly HealthView _health = new();

    /// <summary>The node's health as it was told last by events: an improvement within a second or two, a worsening when it has lasted
    /// for 10 s. A node that is not started is disconnected.</summary>
    public NodeHealth GetHealth() => IsStarted ? _health.Current : NodeHealth.NotStarted;
}
