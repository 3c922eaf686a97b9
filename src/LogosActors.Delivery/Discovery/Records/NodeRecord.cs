using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using LogosActors.Libp2p.Cryptography;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Discovery.Records;

/// <summary>What a node says of itself, signed: an ENR (EIP-778). Immutable; an instance exists only with a signature that was verified.</summary>
/// <remarks>
/// Only the identity scheme <c>v4</c> is known: secp256k1 over Keccak-256, with a low s. Values of unknown keys, lists among them, are
/// kept as they are. A record is compared by its bytes.
/// </remarks>
internal sealed class NodeRecord : IEquatable<NodeRecord>
{
    /// <summary>The longest record, in bytes (EIP-778 §Record Structure).</summary>
    public const int MaxLength = 300;

    /// <summary>The longest text, in characters.</summary>
    public const int MaxTextLength = 4 + ((MaxLength * 4) + 2) / 3;

    const string Prefix = "enr:";

    readonly byte[] _bytes;
    readonly Entry[] _entries;
    string? _text;
    PeerId? _peer;

    NodeRecord(byte[] bytes, Entry[] entries, ulong sequence, Range publicKey, NodeId id)
    {
        (_bytes, _entries, Sequence, Id) = (bytes, entries, sequence, id);
        PublicKeyRange = publicKey;
    }

    /// <summary>Which version of the node's record it is: greater is newer.</summary>
    public ulong Sequence { get; }

    /// <summary>The node's id.</summary>
    public NodeId Id { get; }

    /// <summary>The node's compressed public key, 33 bytes.</summary>
    public ReadOnlySpan<byte> PublicKey => _bytes.AsSpan(PublicKeyRange);

    /// <summary>The encoded record: at most <see cref="MaxLength"/> bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The id of the node as a peer of libp2p.</summary>
    public PeerId Peer => _peer ??= PeerOf(PublicKey);

    Range PublicKeyRange { get; }

    /// <summary>Signs a record.</summary>
    /// <param name="key">The node's key.</param>
    /// <param name="sequence">The version.</param>
    /// <param name="values">The values by their keys, beside <c>id</c> and <c>secp256k1</c>.</param>
    /// <param name="record">The record; null when it would be longer than <see cref="MaxLength"/>.</param>
    public static bool TrySign(
        NodeKey key, ulong sequence, IReadOnlyDictionary<string, byte[]> values, [NotNullWhen(true)] out NodeRecord? record)
    {
        record = null;
        var sorted = new SortedDictionary<string, byte[]>(StringComparer.Ordinal) { [RecordKeys.Id] = "v4"u8.ToArray() };
        foreach (var (name, value) in values)
            sorted[name] = value;
        sorted[RecordKeys.Secp256k1] = key.PublicKey.ToArray();
        var length = RlpWriter.SizeOfUInt64(sequence);
        foreach (var (name, value) in sorted)
            length += RlpWriter.SizeOfBytes(System.Text.Encoding.ASCII.GetBytes(name)) + RlpWriter.SizeOfBytes(value);
        var signedLength = length + 2 + Secp256k1.SignatureLength;
        if (RlpWriter.SizeOfList(signedLength) > MaxLength)
            return false;
        Span<byte> content = stackalloc byte[MaxLength];
        var writer = new RlpWriter(content);
        writer.UInt64(sequence);
        foreach (var (name, value) in sorted)
        {
            writer.Bytes(System.Text.Encoding.ASCII.GetBytes(name));
            writer.Bytes(value);
        }
        Span<byte> hash = stackalloc byte[Keccak256.Length];
        Span<byte> signature = stackalloc byte[Secp256k1.SignatureLength];
        HashOf(content[..length], hash);
        key.Sign(hash, signature);
        var bytes = new byte[RlpWriter.SizeOfList(signedLength)];
        writer = new RlpWriter(bytes);
        writer.List(signedLength);
        writer.Bytes(signature);
        writer.Raw(content[..length]);
        if (!TryRead(bytes, isVerified: true, out record, out var error))
            throw new ArgumentException($"The values are no record: {error}.", nameof(values));
        return true;
    }

    /// <summary>Reads a record and verifies its signature.</summary>
    /// <param name="source">The whole record, from the network.</param>
    /// <param name="record">The record; null on an error.</param>
    /// <param name="error"><see cref="DecodeError.LimitExceeded"/> beyond <see cref="MaxLength"/>, <see cref="DecodeError.NotCanonical"/> for
    /// keys that are not sorted and unique, <see cref="DecodeError.MissingField"/> without <c>id</c> or <c>secp256k1</c>,
    /// <see cref="DecodeError.Unsupported"/> for another identity scheme, <see cref="DecodeError.InvalidValue"/> for a key that is none,
    /// <see cref="DecodeError.InvalidSignature"/>, and those of RLP.</param>
    public static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out NodeRecord? record, out DecodeError error)
    {
        record = null;
        error = DecodeError.LimitExceeded;
        return source.Length <= MaxLength && TryRead(source.ToArray(), isVerified: false, out record, out error);
    }

    /// <summary>Reads the text form, <c>enr:</c> and base64url without padding; the errors are those of <see cref="TryDecode"/>, and
    /// <see cref="DecodeError.InvalidText"/>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out NodeRecord? record, out DecodeError error)
    {
        record = null;
        error = DecodeError.LimitExceeded;
        if (text.Length > MaxTextLength)
            return false;
        error = DecodeError.InvalidText;
        Span<byte> bytes = stackalloc byte[MaxLength];
        return text.StartsWith(Prefix, StringComparison.Ordinal)
            && UrlText.TryDecode(text[Prefix.Length..], bytes, out var length)
            && TryDecode(bytes[..length], out record, out error);
    }

    /// <summary>The value of a key.</summary>
    /// <returns>False when there is none, or it is a list.</returns>
    public bool TryGet(string key, out ReadOnlySpan<byte> value)
    {
        foreach (var entry in _entries)
        {
            if (!string.Equals(entry.Key, key, StringComparison.Ordinal))
                continue;
            var reader = new RlpReader(_bytes.AsSpan(entry.Item));
            value = reader.Bytes();
            return reader.Error is DecodeError.None;
        }
        value = default;
        return false;
    }

    /// <summary>The keys, in their order.</summary>
    public IEnumerable<string> Keys => _entries.Select(entry => entry.Key);

    /// <summary>The text form.</summary>
    public override string ToString() => _text ??= Prefix + Base64Url.EncodeToString(_bytes);

    /// <inheritdoc/>
    public bool Equals(NodeRecord? other) => other is not null && (ReferenceEquals(this, other) || Bytes.SequenceEqual(other.Bytes));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as NodeRecord);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Sequence);

    static bool TryRead(byte[] bytes, bool isVerified, [NotNullWhen(true)] out NodeRecord? record, out DecodeError error)
    {
        record = null;
        var outer = new RlpReader(bytes);
        var list = outer.List();
        if (!outer.Succeeded(out error))
            return false;
        var signature = list.Bytes(Secp256k1.SignatureLength);
        Span<byte> content = stackalloc byte[MaxLength];
        // The signed list is what follows the signature, in the same encoding.
        var length = list.Error is DecodeError.None ? list.CopyRest(content) : 0;
        var sequence = list.UInt64();
        var entries = new List<Entry>();
        var publicKey = default(Range);
        var (scheme, previous) = (false, "");
        while (list.Error is DecodeError.None && !list.IsAtEnd)
        {
            var name = list.Bytes();
            var item = list.Item();
            if (list.Error is not DecodeError.None)
                break;
            var key = System.Text.Encoding.Latin1.GetString(name);
            if (entries.Count > 0 && string.CompareOrdinal(previous, key) >= 0)
                list.Fail(DecodeError.NotCanonical);
            var value = new RlpReader(item);
            if (string.Equals(key, RecordKeys.Id, StringComparison.Ordinal))
            {
                scheme = true;
                if (!value.Bytes().SequenceEqual("v4"u8))
                    list.Fail(DecodeError.Unsupported);
            }
            else if (string.Equals(key, RecordKeys.Secp256k1, StringComparison.Ordinal))
            {
                var point = value.Bytes();
                if (value.Error is not DecodeError.None || point.Length != Secp256k1.PublicKeyLength)
                    list.Fail(DecodeError.InvalidValue);
                else
                    publicKey = RangeOf(bytes, point);
            }
            entries.Add(new Entry(key, RangeOf(bytes, item)));
            previous = key;
        }
        if (!scheme || publicKey.Equals(default(Range)))
            list.Fail(DecodeError.MissingField);
        if (signature.Length != Secp256k1.SignatureLength)
            list.Fail(DecodeError.InvalidSignature);
        if (!list.Succeeded(out error))
            return false;
        Span<byte> uncompressed = stackalloc byte[Secp256k1.UncompressedLength];
        if (!Secp256k1.TryDecompress(bytes.AsSpan(publicKey), uncompressed))
        {
            error = DecodeError.InvalidValue;
            return false;
        }
        if (!isVerified)
        {
            Span<byte> hash = stackalloc byte[Keccak256.Length];
            HashOf(content[..length], hash);
            error = DecodeError.InvalidSignature;
            if (!Secp256k1.Verify(bytes.AsSpan(publicKey), hash, signature))
                return false;
        }
        error = DecodeError.None;
        record = new NodeRecord(bytes, [.. entries], sequence, publicKey, NodeId.FromPoint(uncompressed[1..]));
        return true;
    }

    static void HashOf(ReadOnlySpan<byte> content, Span<byte> hash)
    {
        Span<byte> signed = stackalloc byte[MaxLength + 3];
        var writer = new RlpWriter(signed);
        writer.List(content.Length);
        writer.Raw(content);
        Keccak256.Hash(signed[..writer.Written], hash);
    }

    static Range RangeOf(byte[] bytes, ReadOnlySpan<byte> part)
    {
        bytes.AsSpan().Overlaps(part, out var offset);
        return offset..(offset + part.Length);
    }

    static PeerId PeerOf(ReadOnlySpan<byte> publicKey) =>
        Libp2p.Identity.PublicKey.TryImport(KeyType.Secp256k1, publicKey, out var key, out var error)
            ? PeerId.FromPublicKey(key)
            : throw new InvalidOperationException($"A verified record has a key that is none: {error}.");

    sealed record Entry(string Key, Range Item);
}
