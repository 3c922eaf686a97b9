using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Hosting;

namespace LogosActors.Libp2p.Requests;

/// <summary>A protocol of one question and one answer per stream, each behind its length as a varint. Immutable.</summary>
/// <typeparam name="TRequest">The question.</typeparam>
/// <typeparam name="TResponse">The answer.</typeparam>
public sealed record RequestProtocol<TRequest, TResponse>
{
    /// <summary>The protocol id.</summary>
    public required string Id { get; init; }

    /// <summary>How questions are written and read.</summary>
    public required MessageCodec<TRequest> Request { get; init; }

    /// <summary>How answers are written and read.</summary>
    public required MessageCodec<TResponse> Response { get; init; }

    /// <summary>Makes the question that stands for one that is malformed or too long, so that the handler answers it.</summary>
    /// <value>Default null: its stream is reset.</value>
    public Func<DecodeError, TRequest>? Unreadable { get; init; }

    /// <summary>How long a question may take, from opening its stream to the end of its answer; on the serving side, from the question's
    /// first byte to the answer's last. A stream without a question may be open as long as its connection.</summary>
    /// <value>Default 10 s. Range 1 ms – 1 h.</value>
    public TimeSpan Timeout
    {
        get;
        init => field = OptionRange.Check(value, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
    } = TimeSpan.FromSeconds(10);

    /// <summary>How many streams one peer may have open, with or without a question; more are reset.</summary>
    /// <value>Default 64: twice what one peer of js-libp2p asks at once. Range 1 – 100,000.</value>
    public int MaxInboundPerPeer { get; init => field = OptionRange.Check(value, 1, 100_000); } = 64;

    /// <summary>How many questions of all peers are served at once; more are reset.</summary>
    /// <value>Default 256. Range 1 – 100,000.</value>
    public int MaxInbound { get; init => field = OptionRange.Check(value, 1, 100_000); } = 256;

    /// <summary>How many questions one client has under way; more wait their turn, within their time-out.</summary>
    /// <remarks>Half of what a peer serves leaves room: a stream counts there until the peer has seen its end, which is after this side has.</remarks>
    /// <value>Default 16: half of js-libp2p's <c>maxInboundStreams</c>. Range 1 – 100,000.</value>
    public int MaxOutbound { get; init => field = OptionRange.Check(value, 1, 100_000); } = 16;
}
