using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Lightpush;

/// <summary>Writes and reads pushes and their answers, version 3 (19/WAKU2-LIGHTPUSH).</summary>
internal static class LightpushCodec
{
    const int RequestIdField = 1;
    const int PubsubTopicField = 20;
    const int MessageField = 21;

    const int StatusField = 10;
    const int DescriptionField = 11;
    const int PeerCountField = 12;

    /// <summary>Encodes a request.</summary>
    public static byte[] Encode(LightpushRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var encoded = new byte[
            ProtobufWriter.SizeOfString(RequestIdField, request.RequestId)
            + (request.PubsubTopic is { } name ? ProtobufWriter.SizeOfString(PubsubTopicField, name) : 0)
            + ProtobufWriter.SizeOfBytes(MessageField, request.Message.Length)];
        var writer = new ProtobufWriter(encoded);
        writer.String(RequestIdField, request.RequestId);
        if (request.PubsubTopic is { } topic)
            writer.String(PubsubTopicField, topic);
        writer.Bytes(MessageField, request.Message.Span);
        return encoded;
    }

    /// <summary>Encodes an answer.</summary>
    public static byte[] Encode(LightpushResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        var encoded = new byte[
            ProtobufWriter.SizeOfString(RequestIdField, response.RequestId)
            + ProtobufWriter.SizeOfUInt64(StatusField, (uint)response.Status)
            + (response.Description is { } text ? ProtobufWriter.SizeOfString(DescriptionField, text) : 0)
            + (response.RelayPeerCount is { } number ? ProtobufWriter.SizeOfUInt64(PeerCountField, number) : 0)];
        var writer = new ProtobufWriter(encoded);
        writer.String(RequestIdField, response.RequestId);
        writer.UInt64(StatusField, (uint)response.Status);
        if (response.Description is { } description)
            writer.String(DescriptionField, description);
        if (response.RelayPeerCount is { } count)
            writer.UInt64(PeerCountField, count);
        return encoded;
    }

    /// <summary>Decodes a request, and copies its message. Never throws on bad input; the whole span is the request.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out LightpushRequest? request, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        var requestId = "";
        string? topic = null;
        ReadOnlySpan<byte> message = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case RequestIdField: requestId = reader.String(LightpushLimits.RequestIdLength); break;
                case PubsubTopicField: topic = reader.String(LightpushLimits.PubsubTopicLength); break;
                case MessageField: message = reader.Bytes(); break;
            }
        }
        if (reader.Error is DecodeError.None && message.IsEmpty)
            reader.Fail(DecodeError.MissingField);
        request = reader.Succeeded(out error)
            ? new LightpushRequest { RequestId = requestId, PubsubTopic = topic, Message = message.ToArray() }
            : null;
        return request is not null;
    }

    /// <summary>Decodes an answer. Never throws on bad input; the whole span is the answer.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out LightpushResponse? response, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        var (requestId, status) = ("", 0U);
        string? description = null;
        uint? count = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case RequestIdField: requestId = reader.String(LightpushLimits.RequestIdLength); break;
                case StatusField: status = reader.UInt32(); break;
                case DescriptionField: description = reader.String(LightpushLimits.DescriptionLength); break;
                case PeerCountField: count = reader.UInt32(); break;
            }
        }
        if (status > int.MaxValue)
            reader.Fail(DecodeError.InvalidValue);
        response = reader.Succeeded(out error)
            ? new LightpushResponse { RequestId = requestId, Status = (LightpushStatus)status, Description = description, RelayPeerCount = count }
            : null;
        return response is not null;
    }
}
