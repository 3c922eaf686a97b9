using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Libp2p.Dialing.Dns;

/// <summary>The answer to a question for TXT records.</summary>
/// <param name="IsTruncated">Whether there is more than fitted: the question is to be asked again over TCP.</param>
/// <param name="Code">0: the name is known; 3: there is no such name; others: the server failed (RFC 1035 §4.1.1, RCODE).</param>
/// <param name="Texts">One string per record: its character strings joined (RFC 7208 §3.3 has the same rule).</param>
internal sealed record DnsTxtAnswer(bool IsTruncated, int Code, IReadOnlyList<string> Texts);

/// <summary>Questions for TXT records, and answers to them, as DNS messages (RFC 1035 §4). Pure.</summary>
internal static class DnsTxt
{
    /// <summary>The longest question in bytes: header, name, type and class.</summary>
    public const int MaxQuestion = HeaderSize + DnsName.MaxLength + 4;

    /// <summary>The most records of an answer that are read, and the most names in a chain of aliases.</summary>
    public const int MaxRecords = 64, MaxAliases = 8;

    const int HeaderSize = 12;
    const ushort TypeAlias = 5, TypeTxt = 16, ClassInternet = 1;
    const ushort IsResponse = 0x8000, OperationMask = 0x7800, Truncation = 0x0200, RecursionDesired = 0x0100, CodeMask = 0x000f;

    /// <summary>Writes a question.</summary>
    /// <param name="name">The name, of labels of 1 – 63 ASCII characters, 253 in all.</param>
    /// <param name="id">A number that nobody can guess.</param>
    /// <param name="cases">One bit per letter of the name decides on its case, which the answer must repeat (draft-vixie-dnsext-dns0x20):
    /// more that nobody can guess. Zero leaves the name as it is.</param>
    /// <param name="question">The message; null when the name is no name.</param>
    public static bool TryWriteQuestion(string name, ushort id, UInt128 cases, [NotNullWhen(true)] out byte[]? question)
    {
        question = null;
        Span<byte> message = stackalloc byte[MaxQuestion];
        message.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(message, id);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], RecursionDesired);
        message[5] = 1;
        if (!DnsName.TryWrite(name, cases, message[HeaderSize..], out var length))
            return false;
        BinaryPrimitives.WriteUInt16BigEndian(message[(HeaderSize + length)..], TypeTxt);
        BinaryPrimitives.WriteUInt16BigEndian(message[(HeaderSize + length + 2)..], ClassInternet);
        question = message[..(HeaderSize + length + 4)].ToArray();
        return true;
    }

    /// <summary>Reads the answer to a question.</summary>
    /// <param name="message">A message from the network.</param>
    /// <param name="question">What <see cref="TryWriteQuestion"/> has written.</param>
    /// <param name="answer">The answer; null on an error.</param>
    /// <param name="error"><see cref="DecodeError.InvalidField"/> when the message answers another question, whatever else is wrong with it.</param>
    public static bool TryReadAnswer(
        ReadOnlySpan<byte> message, ReadOnlySpan<byte> question, [NotNullWhen(true)] out DnsTxtAnswer? answer, out DecodeError error)
    {
        answer = null;
        error = DecodeError.InvalidField;
        if (message.Length < question.Length
            || !message[..2].SequenceEqual(question[..2])
            || !message[HeaderSize..question.Length].SequenceEqual(question[HeaderSize..]))
            return false;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        if ((flags & IsResponse) == 0 || (flags & OperationMask) != 0 || BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1)
            return false;
        var texts = new List<string>();
        if (!TryReadRecords(message, question.Length, BinaryPrimitives.ReadUInt16BigEndian(message[6..]), texts, out error)
            && (flags & Truncation) == 0)
            return false;
        error = DecodeError.None;
        answer = new DnsTxtAnswer((flags & Truncation) != 0, flags & CodeMask, texts);
        return true;
    }

    /// <summary>Reads the records in their order: an alias of the name that is asked for comes before the records of that alias.</summary>
    static bool TryReadRecords(ReadOnlySpan<byte> message, int position, int count, List<string> texts, out DecodeError error)
    {
        error = DecodeError.LimitExceeded;
        if (count > MaxRecords)
            return false;
        Span<byte> wanted = stackalloc byte[DnsName.MaxLength];
        Span<byte> owner = stackalloc byte[DnsName.MaxLength];
        var read = HeaderSize;
        _ = DnsName.TryRead(message, ref read, wanted, out var wantedLength);
        for (var aliases = 0; count > 0; count--)
        {
            error = DecodeError.Truncated;
            if (!DnsName.TryRead(message, ref position, owner, out var ownerLength) || message.Length - position < 10)
                return false;
            var type = BinaryPrimitives.ReadUInt16BigEndian(message[position..]);
            var kind = BinaryPrimitives.ReadUInt16BigEndian(message[(position + 2)..]);
            var length = BinaryPrimitives.ReadUInt16BigEndian(message[(position + 8)..]);
            position += 10;
            if (message.Length - position < length)
                return false;
            var data = position;
            position += length;
            if (kind != ClassInternet || !DnsName.AreEqual(owner[..ownerLength], wanted[..wantedLength]))
                continue;
            if (type == TypeTxt)
            {
                if (!TryReadText(message.Slice(data, length), out var text))
                    return false;
                texts.Add(text);
            }
            else if (type == TypeAlias)
            {
                if (++aliases > MaxAliases || !DnsName.TryRead(message, ref data, wanted, out wantedLength) || data != position)
                    return false;
            }
        }
        error = DecodeError.None;
        return true;
    }

    static bool TryReadText(ReadOnlySpan<byte> data, out string text)
    {
        text = "";
        Span<char> joined = stackalloc char[data.Length];
        var length = 0;
        while (!data.IsEmpty)
        {
            var part = data[0];
            if (part >= data.Length)
                return false;
            System.Text.Encoding.Latin1.GetChars(data.Slice(1, part), joined[length..]);
            length += part;
            data = data[(1 + part)..];
        }
        text = new string(joined[..length]);
        return true;
    }
}
