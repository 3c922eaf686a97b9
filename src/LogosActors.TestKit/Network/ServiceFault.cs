namespace LogosActors.TestKit.Network;

/// <summary>How a node fails those whom it serves.</summary>
internal sealed record ServiceFault
{
    /// <summary>Makes an answer in place of the node, by protocol and request; null: the node answers. A task that never ends is a node that is silent.</summary>
    public Func<string, byte[], Task<byte[]?>?> Answer { get; init; } = static (_, _) => null;

    /// <summary>Whether messages on streams that are not answered are lost.</summary>
    public bool DropsMessages { get; init; }
}
