using System.Runtime.InteropServices;
using System.Text;

namespace LogosActors.Channels.Sds.Bloom;

/// <summary>What a bloom filter knows of a message's id: its hashes, computed once and good for every filter.</summary>
/// <remarks>The hash of an id and that of the id followed by " b" make all others (Kirsch and Mitzenmacher 2008, as in <c>hashN</c> of js-waku and nim-sds).</remarks>
[StructLayout(LayoutKind.Auto)]
internal readonly struct BloomKey
{
    const int StackLimit = 512;

    readonly uint _murmur;
    readonly uint _murmurStep;
    readonly ulong _farm;
    readonly ulong _farmStep;

    BloomKey(ReadOnlySpan<byte> id, ReadOnlySpan<byte> idAndSuffix)
    {
        _murmur = NimMurmurHash.MagnitudeOf(id);
        _murmurStep = NimMurmurHash.MagnitudeOf(idAndSuffix);
        _farm = NimFarmHash.MagnitudeOf(id);
        _farmStep = NimFarmHash.MagnitudeOf(idAndSuffix);
    }

    /// <summary>The key of an id, which is read as UTF-8.</summary>
    public static BloomKey Of(string messageId)
    {
        ArgumentNullException.ThrowIfNull(messageId);
        ReadOnlySpan<byte> suffix = " b"u8;
        var length = Encoding.UTF8.GetByteCount(messageId);
        var text = length + suffix.Length <= StackLimit ? stackalloc byte[StackLimit] : new byte[length + suffix.Length];
        Encoding.UTF8.GetBytes(messageId, text);
        suffix.CopyTo(text[length..]);
        return new BloomKey(text[..length], text[..(length + suffix.Length)]);
    }

    /// <summary>Whether all bits that stand for the id are set.</summary>
    public bool IsIn(ReadOnlySpan<ulong> words, BloomShape shape)
    {
        var (bit, step) = Begin(shape);
        for (var i = 0; i < shape.Hashes; i++, bit = Next(bit, step, shape))
        {
            if ((words[(int)(bit / 64)] & (1UL << (int)(bit % 64))) == 0)
                return false;
        }
        return true;
    }

    /// <summary>Sets the bits that stand for the id.</summary>
    public void AddTo(Span<ulong> words, BloomShape shape)
    {
        var (bit, step) = Begin(shape);
        for (var i = 0; i < shape.Hashes; i++, bit = Next(bit, step, shape))
            words[(int)(bit / 64)] |= 1UL << (int)(bit % 64);
    }

    // Hash i is (first + i × second) modulo the bits; both remainders are below 2^20, so sums do not overflow.
    (uint First, uint Step) Begin(BloomShape shape)
    {
        var bits = (uint)shape.Bits;
        return shape.Hash is BloomHash.Farm ? ((uint)(_farm % bits), (uint)(_farmStep % bits)) : (_murmur % bits, _murmurStep % bits);
    }

    static uint Next(uint bit, uint step, BloomShape shape)
    {
        var next = bit + step;
        return next < (uint)shape.Bits ? next : next - (uint)shape.Bits;
    }
}
