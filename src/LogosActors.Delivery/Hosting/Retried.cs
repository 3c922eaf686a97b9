namespace LogosActors.Delivery.Hosting;

/// <summary>A message whose handler has failed, which the actor's next incarnation handles again; not a third time.</summary>
internal sealed record Retried(object Message)
{
    /// <summary>Whether a message that has failed gets a second chance.</summary>
    public static bool Deserves(object? message) => message is not (null or Retried);
}
