using System.Diagnostics.CodeAnalysis;
using LogosActors.Delivery.Messages;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Filter;

/// <summary>Writes and reads filter requests, answers and pushes (12/WAKU2-FILTER §Wire format).</summary>
internal static class FilterCodec
{
    const int RequestIdField = 1;
    const int TypeField = 2;
    const int PubsubTopicField = 10;
    const int ContentTopicField = 11;

    const int StatusField = 10;
    const int DescriptionField = 11;

    const int PushMessageField = 1;
    const int PushTopicField = 2;

    /// <summary>Encodes a request. The type is written even when it is zero: the Nim reference requires the field.</summary>
    public static byte[] Encode(FilterSubscribeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var encoded = new byte[SizeOf(request)];
        var writer = new ProtobufWriter(encoded);
        writer.String(RequestIdField, request.RequestId);
        writer.UInt64(TypeField, (uint)request.Type);
        if (request.PubsubTopic is { } topic)
            writer.String(PubsubTopicField, topic);
        foreach (var contentTopic in request.ContentTopics)
            writer.String(ContentTopicField, contentTopic);
        return encoded;
    }

    /// <summary>The encoded size of a request, in bytes.</summary>
    public static int SizeOf(FilterSubscribeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var size = ProtobufWriter.SizeOfString(RequestIdField, request.RequestId) + ProtobufWriter.SizeOfUInt64(TypeField, (uint)request.Type);
        if (request.PubsubTopic is { } topic)
            size += ProtobufWriter.SizeOfString(PubsubTopicField, topic);
        foreach (var contentTopic in request.ContentTopics)
            size += ProtobufWriter.SizeOfString(ContentTopicField, contentTopic);
        return size;
    }

    /// <summary>Encodes an answer.</summary>
    public static byte[] Encode(FilterSubscribeResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        var size = ProtobufWriter.SizeOfString(RequestIdField, response.RequestId)
            + ProtobufWriter.SizeOfUInt64(StatusField, (uint)response.Status)
            + (response.Description is { } text ? ProtobufWriter.SizeOfString(DescriptionField, text) : 0);
        var encoded = new byte[size];
        var writer = new ProtobufWriter(encoded);
        writer.String(RequestIdField, response.RequestId);
        writer.UInt64(StatusField, (uint)response.Status);
        if (response.Description is { } description)
            writer.String(DescriptionField, description);
        return encoded;
    }

    /// <summary>The encoded size of a push, in bytes.</summary>
    public static int SizeOfPush(int messageLength, string pubsubTopic) =>
        ProtobufWriter.SizeOfBytes(PushMessageField, messageLength) + ProtobufWriter.SizeOfString(PushTopicField, pubsubTopic);

    /// <summary>Encodes a push into a span of its <see cref="SizeOfPush"/>.</summary>
    /// <exception cref="ArgumentException">The span is shorter.</exception>
    public static void WritePush(ReadOnlySpan<byte> message, string pubsubTopic, Span<byte> destination)
    {
        var writer = new ProtobufWriter(destination);
        writer.Bytes(PushMessageField, message);
        writer.String(PushTopicField, pubsubTopic);
    }

    /// <summary>Decodes a request. Never throws on bad input; the whole span is the request.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out FilterSubscribeRequest? request, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        var (requestId, type, pubsubTopic) = ("", 0UL, "");
        List<string>? contentTopics = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case RequestIdField: requestId = reader.String(FilterLimits.RequestIdLength); break;
                case TypeField: type = reader.UInt64(); break;
                case PubsubTopicField: pubsubTopic = reader.String(FilterLimits.PubsubTopicLength); break;
                case ContentTopicField when contentTopics?.Count >= FilterLimits.DecodedTopics: reader.Fail(DecodeError.LimitExceeded); break;
                case ContentTopicField: (contentTopics ??= []).Add(reader.String(WakuMessageLimits.ContentTopicLength)); break;
            }
        }
        if (type > (ulong)FilterRequestType.UnsubscribeAll)
            reader.Fail(DecodeError.InvalidValue);
        request = reader.Succeeded(out error)
            ? new FilterSubscribeRequest
            {
                RequestId = requestId,
                Type = (FilterRequestType)type,
                PubsubTopic = pubsubTopic.Length == 0 ? null : pubsubTopic,
                ContentTopics = contentTopics ?? [],
            }
            : null;
        return request is not null;
    }

    /// <summary>Decodes an answer. Never throws on bad input; the whole span is the answer.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out FilterSubscribeResponse? response, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        var (requestId, status) = ("", 0U);
        string? description = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case RequestIdField: requestId = reader.String(FilterLimits.RequestIdLength); break;
                case StatusField: status = reader.UInt32(); break;
                case DescriptionField: description = reader.String(FilterLimits.DescriptionLength); break;
            }
        }
        if (status > int.MaxValue)
            reader.Fail(DecodeError.InvalidValue);
        response = reader.Succeeded(out error)
            ? new FilterSubscribeResponse { RequestId = requestId, Status = (FilterStatus)status, Description = description }
            : null;
        return response is not null;
    }

    /// <summary>Decodes a push without copying its message: that stays part of the source, which must not change any more. Never throws on bad input.</summary>
    public static bool TryDecodePush(ReadOnlyMemory<byte> source, out FilterPush push, out DecodeError error)
    {
        var reader = new ProtobufReader(source.Span);
        ReadOnlySpan<byte> message = default;
        var topic = "";
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case PushMessageField: message = reader.Bytes(); break;
                case PushTopicField: topic = reader.String(FilterLimits.PubsubTopicLength); break;
            }
        }
        if (reader.Error is DecodeError.None && message.IsEmpty)
            reader.Fail(DecodeError.MissingField);
        push = reader.Succeeded(out error) && source.Span.Overlaps(message, out var offset)
            ? new FilterPush(source.Slice(offset, message.Length), topic.Length == 0 ? null : topic)
            : default;
        return error is DecodeError.None;
    }
}
