using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Delivery.PeerExchange;

/// <summary>Writes and reads queries and answers: both are a <c>PeerExchangeRPC</c> (34/WAKU2-PEER-EXCHANGE §Wire format).</summary>
internal static class PeerExchangeCodec
{
    const int QueryField = 1;
    const int ResponseField = 2;

    const int PeerCountField = 1;

    const int PeerInfoField = 1;
    const int StatusField = 10;
    const int DescriptionField = 11;

    const int RecordField = 1;

    /// <summary>Encodes a query. The number is written even when it is zero: the Nim reference requires the field.</summary>
    public static byte[] Encode(PeerExchangeQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var encoded = new byte[SizeOfQuery(query.PeerCount)];
        var writer = new ProtobufWriter(encoded);
        WriteQuery(ref writer, query.PeerCount);
        return encoded;
    }

    /// <summary>Encodes an answer. It has a query for no peers, too: the Nim reference reads no answer without one.</summary>
    public static byte[] Encode(PeerExchangeResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        var size = ProtobufWriter.SizeOfUInt64(StatusField, (uint)response.Status)
            + (response.Description is { } text ? ProtobufWriter.SizeOfString(DescriptionField, text) : 0);
        foreach (var record in response.Records)
            size += ProtobufWriter.SizeOfBytes(PeerInfoField, ProtobufWriter.SizeOfBytes(RecordField, record.Length));
        var encoded = new byte[SizeOfQuery(0) + ProtobufWriter.SizeOfBytes(ResponseField, size)];
        var writer = new ProtobufWriter(encoded);
        WriteQuery(ref writer, 0);
        writer.Message(ResponseField, size);
        foreach (var record in response.Records)
        {
            writer.Message(PeerInfoField, ProtobufWriter.SizeOfBytes(RecordField, record.Length));
            writer.Bytes(RecordField, record.Span);
        }
        writer.UInt64(StatusField, (uint)response.Status);
        if (response.Description is { } description)
            writer.String(DescriptionField, description);
        return encoded;
    }

    /// <summary>Decodes a query. Never throws on bad input; the whole span is the query.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out PeerExchangeQuery? query, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        ulong? count = null;
        while (reader.Next())
        {
            if (reader.Field == QueryField && !TryDecodeCount(reader.Bytes(), out count, out var malformed))
                reader.Fail(malformed);
        }
        if (count is null)
            reader.Fail(DecodeError.MissingField);
        query = reader.Succeeded(out error) ? new PeerExchangeQuery { PeerCount = count!.Value } : null;
        return query is not null;
    }

    /// <summary>Decodes an answer. Never throws on bad input; the whole span is the answer.</summary>
    /// <remarks>A record that is empty or too long costs that record only.</remarks>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out PeerExchangeResponse? response, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        PeerExchangeResponse? found = null;
        while (reader.Next())
        {
            if (reader.Field == ResponseField && !TryDecodeResponse(reader.Bytes(), out found, out var malformed))
                reader.Fail(malformed);
        }
        if (found is null)
            reader.Fail(DecodeError.MissingField);
        response = reader.Succeeded(out error) ? found : null;
        return response is not null;
    }

    static bool TryDecodeCount(ReadOnlySpan<byte> source, out ulong? count, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        count = 0;
        while (reader.Next())
        {
            if (reader.Field == PeerCountField)
                count = reader.UInt64();
        }
        return reader.Succeeded(out error);
    }

    static bool TryDecodeResponse(ReadOnlySpan<byte> source, [NotNullWhen(true)] out PeerExchangeResponse? response, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        List<ReadOnlyMemory<byte>>? records = null;
        uint? status = null;
        string? description = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case PeerInfoField when records?.Count >= PeerExchangeLimits.DecodedRecords: reader.Fail(DecodeError.LimitExceeded); break;
                case PeerInfoField:
                    if (TryDecodeRecord(reader.Bytes(), out var record, out var malformed))
                        (records ??= []).Add(record.ToArray());
                    else if (malformed is not DecodeError.None)
                        reader.Fail(malformed);
                    break;
                case StatusField: status = reader.UInt32(); break;
                case DescriptionField: description = reader.String(PeerExchangeLimits.DescriptionLength); break;
            }
        }
        if (status > int.MaxValue)
            reader.Fail(DecodeError.InvalidValue);
        response = reader.Succeeded(out error)
            ? new PeerExchangeResponse
            {
                Status = (PeerExchangeStatus?)status ?? (records is null ? PeerExchangeStatus.ServiceUnavailable : PeerExchangeStatus.Success),
                Description = description,
                Records = records ?? [],
            }
            : null;
        return response is not null;
    }

    static bool TryDecodeRecord(ReadOnlySpan<byte> source, out ReadOnlySpan<byte> record, out DecodeError error)
    {
        var reader = new ProtobufReader(source);
        record = default;
        while (reader.Next())
        {
            if (reader.Field == RecordField)
                record = reader.Bytes();
        }
        return reader.Succeeded(out error) && record.Length is > 0 and <= PeerExchangeLimits.RecordLength;
    }

    static int SizeOfQuery(ulong count) => ProtobufWriter.SizeOfBytes(QueryField, ProtobufWriter.SizeOfUInt64(PeerCountField, count));

    static void WriteQuery(ref ProtobufWriter writer, ulong count)
    {
        writer.Message(QueryField, ProtobufWriter.SizeOfUInt64(PeerCountField, count));
        writer.UInt64(PeerCountField, count);
    }
}
