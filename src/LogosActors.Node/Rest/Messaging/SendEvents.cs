using LogosActors.Delivery;
using LogosActors.Delivery.Messages;

namespace LogosActors.Node.Rest.Messaging;

/// <summary>Keeps what became of requests to send until REST clients fetch it. For any number of threads.</summary>
/// <remarks>Of <see cref="MaxRequests"/> requests; the oldest make way.</remarks>
internal sealed class SendEvents(TimeProvider time)
{
    /// <summary>How many requests are kept (the reference's DefaultMaxSendRequests).</summary>
    public const int MaxRequests = 10_000;

    readonly Lock _gate = new();
    readonly OrderedDictionary<string, List<SendEventRecord>> _requests = new(StringComparer.Ordinal);

    /// <summary>Keeps an event, if it is one of a request.</summary>
    public void Add(MessagingEvent told)
    {
        var (kind, error) = told switch
        {
            MessagePropagated => ("propagated", null),
            MessageSent => ("sent", null),
            MessageError failed => ("error", failed.Error),
            _ => (null, (string?)null),
        };
        if (kind is null || told is not SendEvent send)
            return;
        var record = new SendEventRecord(kind, send.Hash.ToString(), UnixNanoseconds.Now(time), error);
        lock (_gate)
        {
            if (!_requests.TryGetValue(send.Request.Value, out var events))
            {
                if (_requests.Count == MaxRequests)
                    _requests.RemoveAt(0);
                _requests.Add(send.Request.Value, events = []);
            }
            events.Add(record);
        }
    }

    /// <summary>Hands out the events of all requests, and forgets them.</summary>
    public IReadOnlyList<SendStatus> TakeAll()
    {
        lock (_gate)
        {
            SendStatus[] all = [.. _requests.Select(request => new SendStatus(request.Key, request.Value))];
            _requests.Clear();
            return all;
        }
    }

    /// <summary>Hands out the events of a request, and forgets them.</summary>
    /// <returns>Null: nothing has happened since the last call.</returns>
    public SendStatus? Take(string request)
    {
        lock (_gate)
            return _requests.Remove(request, out var events) ? new SendStatus(request, events) : null;
    }
}

/// <summary>What has happened to a request.</summary>
internal sealed record SendStatus(string RequestId, IReadOnlyList<SendEventRecord> Events);

/// <summary>An event of a request.</summary>
/// <param name="Kind">Propagated, sent or error; the last two end the request.</param>
/// <param name="MessageHash">The message's hash.</param>
/// <param name="Timestamp">When, in nanoseconds since 1970 UTC.</param>
/// <param name="Error">What went wrong; only for error.</param>
internal sealed record SendEventRecord(string Kind, string MessageHash, long Timestamp, string? Error = null);
