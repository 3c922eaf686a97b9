using System.Security.Cryptography;

namespace LogosActors.Interop.Tests.Peers;

/// <summary>What went one way over a stream.</summary>
/// <param name="Bytes">How many bytes.</param>
/// <param name="Sha256">Their digest, in lower-case hexadecimals.</param>
internal sealed record Transfer(long Bytes, string Sha256);

/// <summary>Counts and digests what goes one way over a stream.</summary>
internal sealed class Tally : IDisposable
{
    readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public long Bytes { get; private set; }

    public byte[] Digest => _hash.GetCurrentHash();

    public Transfer Transfer => new(Bytes, Convert.ToHexStringLower(Digest));

    public void Add(ReadOnlySpan<byte> bytes)
    {
        Bytes += bytes.Length;
        _hash.AppendData(bytes);
    }

    public void Dispose() => _hash.Dispose();
}

/// <summary>The bytes that every test sends: byte i is i mod 251 (peers/byte-stream.mjs).</summary>
internal static class Pattern
{
    // A prime, so that blocks that are lost, doubled or swapped change the digest.
    const int Period = 251;

    const int Block = 64 * 1024;

    static readonly byte[] Bytes = [.. Enumerable.Range(0, Block + Period).Select(i => (byte)(i % Period))];

    /// <summary>The next bytes behind those of <paramref name="offset"/>: as many as wanted, at most 64 KiB.</summary>
    public static ReadOnlyMemory<byte> At(long offset, long wanted)
        => Bytes.AsMemory((int)(offset % Period), (int)Math.Min(Block, wanted));

    /// <summary>What a transfer of so many bytes must be.</summary>
    public static Transfer Of(long count)
    {
        using var tally = new Tally();
        while (tally.Bytes < count)
            tally.Add(At(tally.Bytes, count - tally.Bytes).Span);
        return tally.Transfer;
    }
}
