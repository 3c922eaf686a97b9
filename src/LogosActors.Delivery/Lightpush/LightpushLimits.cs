using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Lightpush;

/// <summary>The bounds of pushes and their answers. None is of the specification.</summary>
internal static class LightpushLimits
{
    /// <summary>The longest request id, in bytes: a UUID's text has 36.</summary>
    public const int RequestIdLength = 1024;

    /// <summary>The longest pubsub topic, in bytes.</summary>
    public const int PubsubTopicLength = 1024;

    /// <summary>The longest description, in bytes.</summary>
    public const int DescriptionLength = 1024;

    /// <summary>The longest request that is read on the public networks, in bytes: the largest message, and <see cref="BesideMessage"/>.</summary>
    public const int RequestLength = WakuMessageLimits.MessageSize + BesideMessage;

    /// <summary>The room in a request beside its message, in bytes: also for one that is little too large, which is answered.</summary>
    public const int BesideMessage = 64 * 1024;

    /// <summary>The longest answer that is read, in bytes.</summary>
    public const int ResponseLength = 64 * 1024;
}
