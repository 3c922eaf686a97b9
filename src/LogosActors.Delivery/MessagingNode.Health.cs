using LogosActors.Delivery.Health;

namespace LogosActors.Delivery;

/// <summary>How well the node is connected (MESSAGING-API §Health).</summary>
public sealed partial class MessagingNode
{
    readonly HealthView _health = new();

    /// <summary>The node's health as the last events said: an improvement within a second or two, a worsening when it has lasted
    /// for 10 s. A node that is not started is disconnected. That a database does not do its work is found out within seconds, and so is
    /// that it does again.</summary>
    public NodeHealth GetHealth() => IsStarted
        ? _health.Current with
        {
            JournalProblem = _journal?.FindProblem(_system),
            ArchiveProblem = _options.Archive is null ? null : _health.WriteProblem ?? _health.CheckProblem,
        }
        : NodeHealth.NotStarted;
}
