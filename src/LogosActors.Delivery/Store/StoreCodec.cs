using System.Diagnostics.CodeAnalysis;
using LogosActors.Delivery.Messages;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.Store;

/// <summary>Writes and reads questions and answers (13/WAKU2-STORE §Payloads).</summary>
internal static class StoreCodec
{
    const int RequestIdField = 1;
    const int IncludesDataField = 2;
    const int PubsubTopicField = 10;
    const int ContentTopicField = 11;
    const int StartField = 12;
    const int EndField = 13;
    const int HashField = 20;
    const int CursorField = 51;
    const int ForwardField = 52;
    const int LimitField = 53;

    const int StatusField = 10;
    const int DescriptionField = 11;
    const int EntryField = 20;

    const int EntryHashField = 1;
    const int EntryMessageField = 2;
    const int EntryTopicField = 3;

    /// <summary>Encodes a question.</summary>
    public static byte[] Encode(StoreQueryRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var encoded = new byte[SizeOf(request)];
        var writer = new ProtobufWriter(encoded);
        writer.String(RequestIdField, request.RequestId);
        if (request.IncludesData)
            writer.Bool(IncludesDataField, true);
        if (request.PubsubTopic is { } topic)
            writer.String(PubsubTopicField, topic);
        foreach (var contentTopic in request.ContentTopics)
            writer.String(ContentTopicField, contentTopic);
        if (request.Start is { } start)
            writer.SInt64(StartField, start);
        if (request.End is { } end)
            writer.SInt64(EndField, end);
        foreach (var hash in request.Hashes)
            Write(ref writer, HashField, hash);
        if (request.Cursor is { } cursor)
            Write(ref writer, CursorField, cursor);
        if (request.IsForward)
            writer.Bool(ForwardField, true);
        if (request.Limit is { } limit)
            writer.UInt64(LimitField, limit);
        return encoded;
    }

    /// <summary>Encodes an answer.</summary>
    public static byte[] Encode(StoreQueryResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        var size = ProtobufWriter.SizeOfString(RequestIdField, response.RequestId)
            + ProtobufWriter.SizeOfUInt64(StatusField, (uint)response.Status)
            + ProtobufWriter.SizeOfString(DescriptionField, response.Description)
            + (response.Cursor is null ? 0 : ProtobufWriter.SizeOfBytes(CursorField, MessageHash.Length));
        foreach (var entry in response.Messages)
            size += ProtobufWriter.SizeOfBytes(EntryField, SizeOf(entry));
        var encoded = new byte[size];
        var writer = new ProtobufWriter(encoded);
        writer.String(RequestIdField, response.RequestId);
        writer.UInt64(StatusField, (uint)response.Status);
        writer.String(DescriptionField, response.Description);
        foreach (var entry in response.Messages)
            Write(ref writer, entry);
        if (response.Cursor is { } cursor)
            Write(ref writer, CursorField, cursor);
        return encoded;
    }

    /// <summary>The size of an entry in an answer, in bytes, without its tag and length.</summary>
    public static int SizeOf(StoreEntry entry) =>
        ProtobufWriter.SizeOfBytes(EntryHashField, MessageHash.Length)
        + (entry is { Message: { } message, PubsubTopic: { } topic }
            ? ProtobufWriter.SizeOfBytes(EntryMessageField, WakuMessageCodec.SizeOf(message)) + ProtobufWriter.SizeOfString(EntryTopicField, topic)
            : 0);

    /// <summary>Decodes a question. Never throws on bad input; the whole span is the question.</summary>
    /// <remarks>As the reference does, it takes hashes of any length and texts that are not UTF-8: no message has them.</remarks>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out StoreQueryRequest? request, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        var (requestId, includesData, pubsubTopic, isForward) = ("", false, "", false);
        List<string>? contentTopics = null;
        List<MessageHash>? hashes = null;
        (long? start, long? end, ulong? limit, MessageHash? cursor) = (null, null, null, null);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case RequestIdField: requestId = ReadText(ref reader); break;
                case IncludesDataField: includesData = reader.Bool(); break;
                case PubsubTopicField: pubsubTopic = ReadText(ref reader); break;
                case ContentTopicField when contentTopics?.Count >= StoreLimits.DecodedCriteria: reader.Fail(DecodeError.LimitExceeded); break;
                case ContentTopicField: (contentTopics ??= []).Add(ReadText(ref reader)); break;
                case StartField: start = reader.SInt64(); break;
                case EndField: end = reader.SInt64(); break;
                case HashField when hashes?.Count >= StoreLimits.DecodedCriteria: reader.Fail(DecodeError.LimitExceeded); break;
                case HashField: (hashes ??= []).Add(ReadAnyHash(reader.Bytes())); break;
                case CursorField: cursor = reader.Bytes() is { IsEmpty: false } bytes ? ReadAnyHash(bytes) : null; break;
                case ForwardField: isForward = reader.Bool(); break;
                case LimitField: limit = reader.UInt64(); break;
            }
        }
        request = reader.Succeeded(out error)
            ? new StoreQueryRequest
            {
                RequestId = requestId,
                IncludesData = includesData,
                PubsubTopic = pubsubTopic.Length == 0 ? null : pubsubTopic,
                ContentTopics = contentTopics ?? [],
                Start = start,
                End = end,
                Hashes = hashes ?? [],
                Cursor = cursor,
                IsForward = isForward,
                Limit = limit,
            }
            : null;
        return request is not null;
    }

    /// <summary>Decodes an answer. Never throws on bad input; the whole span is the answer.</summary>
    /// <remarks>A message in it that is malformed costs that message only: a single one must not spoil a store's page.</remarks>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out StoreQueryResponse? response, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        var (requestId, status, description) = ("", 0U, "");
        List<StoreEntry>? entries = null;
        MessageHash? cursor = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case RequestIdField: requestId = reader.String(StoreLimits.RequestIdLength); break;
                case StatusField: status = reader.UInt32(); break;
                case DescriptionField: description = reader.String(StoreLimits.DescriptionLength); break;
                case EntryField when entries?.Count >= StoreLimits.DecodedMessages: reader.Fail(DecodeError.LimitExceeded); break;
                case EntryField:
                    if (TryDecodeEntry(reader.Bytes(), out var entry, out var malformed))
                        (entries ??= []).Add(entry);
                    else
                        reader.Fail(malformed);
                    break;
                case CursorField: cursor = ReadCursor(ref reader); break;
            }
        }
        if (status > int.MaxValue)
            reader.Fail(DecodeError.InvalidValue);
        response = reader.Succeeded(out error)
            ? new StoreQueryResponse
            {
                RequestId = requestId,
                Status = (StoreStatus)status,
                Description = description,
                Messages = entries ?? [],
                Cursor = cursor,
            }
            : null;
        return response is not null;
    }

    static bool TryDecodeEntry(ReadOnlySpan<byte> source, [NotNullWhen(true)] out StoreEntry? entry, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        MessageHash? hash = null;
        ReadOnlySpan<byte> encoded = default;
        var topic = "";
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case EntryHashField: hash = ReadHash(ref reader); break;
                case EntryMessageField: encoded = reader.Bytes(); break;
                case EntryTopicField: topic = reader.String(StoreLimits.PubsubTopicLength); break;
            }
        }
        if (hash is null)
            reader.Fail(DecodeError.MissingField);
        entry = null;
        if (!reader.Succeeded(out error))
            return false;
        entry = topic.Length > 0 && WakuMessageCodec.TryDecode(encoded, out var message, out _)
            ? new StoreEntry(hash!.Value, message, topic)
            : new StoreEntry(hash!.Value);
        return true;
    }

    static int SizeOf(StoreQueryRequest request)
    {
        var size = ProtobufWriter.SizeOfString(RequestIdField, request.RequestId);
        if (request.IncludesData)
            size += ProtobufWriter.SizeOfBool(IncludesDataField);
        if (request.PubsubTopic is { } topic)
            size += ProtobufWriter.SizeOfString(PubsubTopicField, topic);
        foreach (var contentTopic in request.ContentTopics)
            size += ProtobufWriter.SizeOfString(ContentTopicField, contentTopic);
        if (request.Start is { } start)
            size += ProtobufWriter.SizeOfSInt64(StartField, start);
        if (request.End is { } end)
            size += ProtobufWriter.SizeOfSInt64(EndField, end);
        size += request.Hashes.Count * ProtobufWriter.SizeOfBytes(HashField, MessageHash.Length);
        if (request.Cursor is not null)
            size += ProtobufWriter.SizeOfBytes(CursorField, MessageHash.Length);
        if (request.IsForward)
            size += ProtobufWriter.SizeOfBool(ForwardField);
        if (request.Limit is { } limit)
            size += ProtobufWriter.SizeOfUInt64(LimitField, limit);
        return size;
    }

    static void Write(ref ProtobufWriter writer, StoreEntry entry)
    {
        writer.Message(EntryField, SizeOf(entry));
        Write(ref writer, EntryHashField, entry.Hash);
        if (entry is not { Message: { } message, PubsubTopic: { } topic })
            return;
        WakuMessageCodec.Write(message, writer.Reserve(EntryMessageField, WakuMessageCodec.SizeOf(message)));
        writer.String(EntryTopicField, topic);
    }

    static void Write(ref ProtobufWriter writer, int field, MessageHash hash) => hash.CopyTo(writer.Reserve(field, MessageHash.Length));

    static string ReadText(ref ProtobufReader reader) => System.Text.Encoding.UTF8.GetString(reader.Bytes());

    static MessageHash ReadAnyHash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[MessageHash.Length];
        hash.Clear();
        bytes[..Math.Min(bytes.Length, hash.Length)].CopyTo(hash);
        return new MessageHash(hash);
    }

    static MessageHash ReadHash(ref ProtobufReader reader)
    {
        var bytes = reader.Bytes();
        if (bytes.Length == MessageHash.Length)
            return new MessageHash(bytes);
        reader.Fail(DecodeError.InvalidValue);
        return default;
    }

    static MessageHash? ReadCursor(ref ProtobufReader reader)
    {
        var bytes = reader.Bytes();
        if (bytes.Length == MessageHash.Length)
            return new MessageHash(bytes);
        if (!bytes.IsEmpty)
            reader.Fail(DecodeError.InvalidValue);
        return null;
    }
}
