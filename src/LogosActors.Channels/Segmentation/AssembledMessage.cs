using LogosActors.Libp2p.Cryptography;

namespace LogosActors.Channels.Segmentation;

/// <summary>A message that is put together from chunks and verified (segmentation §Receiving).</summary>
internal sealed record AssembledMessage(ReadOnlyMemory<byte> Payload, IReadOnlyList<CompletedChunk> Chunks)
{
    /// <summary>How many zeros at the end of a message are distinguished from padding, when its chunks do not carry its length.</summary>
    const int MaxAmbiguousZeros = 4096;

    /// <summary>Puts chunks together.</summary>
    /// <param name="key">Their message.</param>
    /// <param name="chosen">By position; null: lost. As many as the message has data chunks, neighbours linked where they carry linkage.</param>
    /// <returns>Null when they are not that message.</returns>
    public static AssembledMessage? TryAssemble(MessageKey key, ReadOnlySpan<StoredChunk?> chosen)
    {
        var parts = new ReadOnlyMemory<byte>?[key.DataCount];
        var isWhole = true;
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = chosen[i]?.Segment.Payload;
            isWhole &= parts[i] is not null;
        }
        if (!isWhole && !TryRebuild(chosen[key.DataCount..], parts))
            return null;
        var length = 0L;
        foreach (var part in parts)
            length += part!.Value.Length;
        var lastLength = LastLength(key, parts, length);
        if (lastLength is null || length - parts[^1]!.Value.Length + lastLength > SegmentationOptions.MaxMessageSize)
            return null;
        parts[^1] = parts[^1]!.Value[..lastLength.Value];
        return Name(key, chosen, parts) is { } chunks ? new AssembledMessage(Join(parts), chunks) : null;
    }

    static bool TryRebuild(ReadOnlySpan<StoredChunk?> chosenParity, ReadOnlyMemory<byte>?[] parts)
    {
        var parity = new ReadOnlyMemory<byte>?[chosenParity.Length];
        for (var i = 0; i < parity.Length; i++)
            parity[i] = chosenParity[i]?.Segment.Payload;
        if (ReedSolomon.Rebuild(parts, parity, out var rebuilt) is not ReedSolomonError.None)
            return false;
        for (var i = 0; i < parts.Length; i++)
            parts[i] ??= rebuilt[i];
        return true;
    }

    /// <summary>How much of the last part is of the message, which is padded when parity has rebuilt it; null: the hash is another.</summary>
    static int? LastLength(MessageKey key, ReadOnlyMemory<byte>?[] parts, long length)
    {
        var last = parts[^1]!.Value.Span;
        var hash = default(Keccak256);
        foreach (var part in parts.AsSpan(0, parts.Length - 1))
            hash.Append(part!.Value.Span);
        if (key.IsLinked)
        {
            var own = key.MessageLength - (length - last.Length);
            return own >= 0 && own <= last.Length && IsHash(key, hash, last[..(int)own]) ? (int)own : null;
        }
        if (IsHash(key, hash, last))
            return last.Length;
        if (key.ParityCount == 0)
            return null;
        var candidate = last.TrimEnd((byte)0).Length;
        hash.Append(last[..candidate]);
        for (var tries = 0; tries <= MaxAmbiguousZeros && candidate < last.Length; tries++, candidate++)
        {
            if (IsHash(key, hash, []))
                return candidate;
            hash.Append([0]);
        }
        return null;
    }

    // The hash is a copy: the caller goes on with its own.
    static bool IsHash(MessageKey key, Keccak256 hash, ReadOnlySpan<byte> rest)
    {
        hash.Append(rest);
        return KeccakHash.Finish(ref hash) == key.MessageHash;
    }

    /// <summary>Names the data chunks, and computes the names of those that were lost; null when a chunk names another one before it.</summary>
    static CompletedChunk[]? Name(MessageKey key, ReadOnlySpan<StoredChunk?> chosen, ReadOnlyMemory<byte>?[] parts)
    {
        var chunks = new CompletedChunk[parts.Length];
        KeccakHash? previous = null;
        for (var i = 0; i < parts.Length; i++)
        {
            var chunk = chosen[i];
            if (key.IsLinked && chunk is not null && chunk.Segment.Linkage!.PreviousChunkId != previous)
                return null;
            if (key.IsLinked)
                previous = chunk?.Id ?? IdOf(key, i, parts[i]!.Value, previous);
            chunks[i] = new CompletedChunk(chunk?.MessageId ?? previous?.ToString(), chunk is null);
        }
        var isLinkedToParity = chosen.Length == parts.Length || chosen[parts.Length] is not { Segment.Linkage: { } linkage } || linkage.PreviousChunkId == previous;
        return isLinkedToParity ? chunks : null;
    }

    static KeccakHash IdOf(MessageKey key, int index, ReadOnlyMemory<byte> payload, KeccakHash? previous) =>
        ChunkId.Compute(key.SenderId, key.Timestamp, SegmentCodec.Encode(new SegmentMessage
        {
            MessageHash = key.MessageHash,
            DataCount = key.DataCount,
            ParityCount = key.ParityCount,
            Index = index,
            Payload = payload,
            Linkage = new ChunkLinkage(key.RequestId, key.Timestamp, key.MessageLength, previous),
        }));

    static ReadOnlyMemory<byte> Join(ReadOnlyMemory<byte>?[] parts)
    {
        if (parts.Length == 1)
            return parts[0]!.Value;
        var payload = new byte[parts.Sum(part => part!.Value.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part!.Value.CopyTo(payload.AsMemory(at));
            at += part.Value.Length;
        }
        return payload;
    }
}
