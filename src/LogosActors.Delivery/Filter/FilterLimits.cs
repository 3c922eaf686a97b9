using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Filter;

/// <summary>The bounds of filter messages. None is of the specification unless it says so.</summary>
internal static class FilterLimits
{
    /// <summary>The longest request id, in bytes: a UUID's text has 36.</summary>
    public const int RequestIdLength = 1024;

    /// <summary>The longest pubsub topic, in bytes.</summary>
    public const int PubsubTopicLength = 1024;

    /// <summary>The longest status description, in bytes.</summary>
    public const int DescriptionLength = 1024;

    /// <summary>The most content topics of one request that a service accepts (Nim reference, <c>MaxContentTopicsPerRequest</c>).</summary>
    public const int TopicsPerRequest = 100;

    /// <summary>The most content topics that are decoded, so that a request with too many is answered with a status.</summary>
    public const int DecodedTopics = 1000;

    /// <summary>The longest request that is read, in bytes: <see cref="TopicsPerRequest"/> of the longest content topics fit twice.</summary>
    public const int RequestLength = 256 * 1024;

    /// <summary>The longest answer that is read, in bytes (Nim reference: 64 KiB).</summary>
    public const int ResponseLength = 64 * 1024;

    /// <summary>The longest push that is read on the public networks, in bytes: the largest message, and <see cref="BesideMessage"/>.</summary>
    public const int PushLength = WakuMessageLimits.MessageSize + BesideMessage;

    /// <summary>The room in a push beside its message, for the topic and what is unknown, in bytes (Nim reference: 64 KiB).</summary>
    public const int BesideMessage = 64 * 1024;
}
