namespace LogosActors.Actors.Tracing;

/// <summary>The names of spans. docs/observing.md says what each measures.</summary>
public static class Spans
{
    /// <summary>A request to send, from the call to the event that ends it. A root, or a chunk's part of a <see cref="ChannelSend"/>.</summary>
    public const string Send = "logos.send";

    /// <summary>The request, or its end, is being written to the node's journal.</summary>
    public const string SendStore = "logos.send.store";

    /// <summary>One attempt to publish, from the request's owner to the answer of gossipsub.</summary>
    public const string Publish = "logos.publish";

    /// <summary>The rules and the application's validator decide about an attempt, and the protocol is chosen.</summary>
    public const string Route = "logos.route";

    /// <summary>Stores are asked whether they have the message.</summary>
    public const string Confirm = "logos.confirm";

    /// <summary>A request to send on a reliable channel, from the call to the event that ends it. A root.</summary>
    public const string ChannelSend = "logos.channel.send";

    /// <summary>The message is cut into chunks, and SDS decides about them.</summary>
    public const string Segment = "logos.channel.segment";

    /// <summary>The chunks are written to the channel's history.</summary>
    public const string Commit = "logos.channel.commit";

    /// <summary>A chunk passes the rate limit, or waits for it.</summary>
    public const string RateLimit = "logos.channel.rate_limit";

    /// <summary>A chunk is encrypted; the time in which chunks before it are encrypted is included.</summary>
    public const string Encrypt = "logos.channel.encrypt";

    /// <summary>A message, from its receipt until it is queued for handlers and channels. A root.</summary>
    public const string Receive = "logos.receive";

    /// <summary>A received message of a channel is decrypted; the time in which messages before it are decrypted is included.</summary>
    public const string Decrypt = "logos.channel.decrypt";

    /// <summary>One handler of the application is called with a received message.</summary>
    public const string Handle = "logos.handle";
}

/// <summary>The names of the tags and events of spans.</summary>
public static class SpanTags
{
    /// <summary>The id of a request.</summary>
    public const string Request = "logos.request";

    /// <summary>The hash by which all nodes know a message.</summary>
    public const string MessageHash = "logos.message.hash";

    /// <summary>The SDS id of a channel's message.</summary>
    public const string MessageId = "logos.message.id";

    /// <summary>A message's content topic.</summary>
    public const string ContentTopic = "logos.content_topic";

    /// <summary>A message's pubsub topic.</summary>
    public const string PubsubTopic = "logos.pubsub_topic";

    /// <summary>The length of the payload, in bytes.</summary>
    public const string PayloadSize = "logos.payload.size";

    /// <summary>The id of a channel.</summary>
    public const string Channel = "logos.channel";

    /// <summary>How many chunks a message has, parity left out.</summary>
    public const string Chunks = "logos.channel.chunks";

    /// <summary>The protocol by which a message leaves: relay.</summary>
    public const string Protocol = "logos.protocol";

    /// <summary>How many peers an attempt to publish has given the message to.</summary>
    public const string Peers = "logos.peers";

    /// <summary>How a step or a request has ended.</summary>
    public const string Outcome = "logos.outcome";

    /// <summary>Where a received message has come from: relay or store.</summary>
    public const string Source = "logos.source";

    /// <summary>True for a request that goes on after a restart, and whose first spans are those of an earlier process or actor.</summary>
    public const string Recovered = "logos.recovered";

    /// <summary>Event: the message has reached peers; of a channel: all chunks have.</summary>
    public const string Propagated = "propagated";
}
