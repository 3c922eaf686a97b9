using System.Runtime.CompilerServices;

namespace LogosActors.TestKit.Running;

/// <summary>Hashes that are the same in every process, unlike <see cref="string.GetHashCode()"/>.</summary>
internal static class StableHash
{
    public const ulong Seed = 14695981039346656037;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong hash, ulong value)
    {
        var mixed = (hash ^ value) * 0x9E3779B97F4A7C15;
        return mixed ^ (mixed >> 29);
    }

    public static ulong Of(string text)
    {
        var hash = Seed;
        foreach (var c in text)
            hash = (hash ^ c) * 1099511628211;
        return Mix(hash, (ulong)text.Length);
    }
}
