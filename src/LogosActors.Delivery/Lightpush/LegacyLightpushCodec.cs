using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Lightpush;

/// <summary>Writes and reads pushes and their answers, version 2: both are a <c>PushRPC</c> (19/WAKU2-LIGHTPUSH 2.0.0-beta1).</summary>
internal static class LegacyLightpushCodec
{
    const int RequestIdField = 1;
    const int RequestField = 2;
    const int ResponseField = 3;

    const int PubsubTopicField = 1;
    const int MessageField = 2;

    const int SuccessField = 1;
    const int InfoField = 2;

    /// <summary>Encodes a request.</summary>
    public static byte[] Encode(LightpushRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var size = (request.PubsubTopic is { } name ? ProtobufWriter.SizeOfString(PubsubTopicField, name) : 0)
            + ProtobufWriter.SizeOfBytes(MessageField, request.Message.Length);
        var encoded = new byte[ProtobufWriter.SizeOfString(RequestIdField, request.RequestId) + ProtobufWriter.SizeOfBytes(RequestField, size)];
        var writer = new ProtobufWriter(encoded);
        writer.String(RequestIdField, request.RequestId);
        writer.Message(RequestField, size);
        if (request.PubsubTopic is { } topic)
            writer.String(PubsubTopicField, topic);
        writer.Bytes(MessageField, request.Message.Span);
        return encoded;
    }

    /// <summary>Encodes an answer. Whether it was a success is written even when it was none: the Nim reference requires the field.</summary>
    public static byte[] Encode(LegacyLightpushResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        var size = ProtobufWriter.SizeOfBool(SuccessField)
            + (response.Info is { } text ? ProtobufWriter.SizeOfString(InfoField, text) : 0);
        var encoded = new byte[ProtobufWriter.SizeOfString(RequestIdField, response.RequestId) + ProtobufWriter.SizeOfBytes(ResponseField, size)];
        var writer = new ProtobufWriter(encoded);
        writer.String(RequestIdField, response.RequestId);
        writer.Message(ResponseField, size);
        writer.Bool(SuccessField, response.IsSuccess);
        if (response.Info is { } info)
            writer.String(InfoField, info);
        return encoded;
    }

    /// <summary>Decodes a request, and copies its message. Never throws on bad input; the whole span is the request.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out LightpushRequest? request, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        var requestId = "";
        LightpushRequest? found = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case RequestIdField: requestId = reader.String(LightpushLimits.RequestIdLength); break;
                case RequestField when !TryDecodeRequest(reader.Bytes(), out found, out var malformed): reader.Fail(malformed); break;
            }
        }
        if (found is null)
            reader.Fail(DecodeError.MissingField);
        request = reader.Succeeded(out error) ? found! with { RequestId = requestId } : null;
        return request is not null;
    }

    /// <summary>Decodes an answer. Never throws on bad input; the whole span is the answer.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out LegacyLightpushResponse? response, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        var requestId = "";
        LegacyLightpushResponse? found = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case RequestIdField: requestId = reader.String(LightpushLimits.RequestIdLength); break;
                case ResponseField when !TryDecodeResponse(reader.Bytes(), out found, out var malformed): reader.Fail(malformed); break;
            }
        }
        if (found is null)
            reader.Fail(DecodeError.MissingField);
        response = reader.Succeeded(out error) ? found! with { RequestId = requestId } : null;
        return response is not null;
    }

    static bool TryDecodeRequest(ReadOnlySpan<byte> source, [NotNullWhen(true)] out LightpushRequest? request, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        string? topic = null;
        ReadOnlySpan<byte> message = default;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case PubsubTopicField: topic = reader.String(LightpushLimits.PubsubTopicLength); break;
                case MessageField: message = reader.Bytes(); break;
            }
        }
        if (reader.Error is DecodeError.None && message.IsEmpty)
            reader.Fail(DecodeError.MissingField);
        request = reader.Succeeded(out error) ? new LightpushRequest { PubsubTopic = topic, Message = message.ToArray() } : null;
        return request is not null;
    }

    static bool TryDecodeResponse(ReadOnlySpan<byte> source, [NotNullWhen(true)] out LegacyLightpushResponse? response, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        var isSuccess = false;
        string? info = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case SuccessField: isSuccess = reader.Bool(); break;
                case InfoField: info = reader.String(LightpushLimits.DescriptionLength); break;
            }
        }
        response = reader.Succeeded(out error) ? new LegacyLightpushResponse { IsSuccess = isSuccess, Info = info } : null;
        return response is not null;
    }
}
