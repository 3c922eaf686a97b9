using FsCheck;
using FsCheck.Fluent;

namespace LogosActors.Libp2p.Tests.Fuzzing;

/// <summary>Hostile bytes for the property "a decoder returns a value or an error, and never throws".</summary>
/// <remarks>FsCheck shrinks what fails and prints the seed to replay.</remarks>
internal static class Mutations
{
    const int MaxSteps = 4;

    // Bytes with a meaning to a length, a tag or a varint.
    static readonly Gen<byte> Telling = Gen.Elements<byte>(0, 1, 2, 0x0a, 0x12, 0x7f, 0x80, 0x81, 0xfe, 0xff);

    static readonly Gen<byte> AnyByte = Gen.OneOf(Telling, Gen.Choose(0, 255).Select(b => (byte)b));

    /// <summary>Random bytes with no structure, 0 – <paramref name="maxLength"/> of them.</summary>
    public static Arbitrary<byte[]> Noise(int maxLength = 128) =>
        Arb.From(Gen.Choose(0, maxLength).SelectMany(length => AnyByte.ArrayOf(length)), Shorter);

    /// <summary>Real messages after one to four changes each: cut, flipped, overwritten, inserted, removed, repeated, spliced.</summary>
    /// <param name="captures">Valid encodings, as they are seen on the wire.</param>
    public static Arbitrary<byte[]> Of(params byte[][] captures) => Arb.From(
        from capture in Gen.Elements(captures)
        from steps in Gen.Choose(1, MaxSteps)
        from mutated in Mutate(capture, steps, captures)
        select mutated,
        Shorter);

    /// <summary>Checks the property for mutations of <paramref name="captures"/>, for noise, and for every prefix of every capture.</summary>
    /// <param name="survives">Decodes, and says whether what came out is consistent; an exception fails the property.</param>
    /// <param name="captures">Valid encodings.</param>
    public static void Check(Func<byte[], bool> survives, params byte[][] captures)
    {
        var runs = Config.QuickThrowOnFailure.WithMaxTest(1000);
        Prop.ForAll(Of(captures), survives).Check(runs);
        Prop.ForAll(Noise(), survives).Check(runs);
        foreach (var capture in captures)
            for (var length = 0; length <= capture.Length; length++)
                Assert.True(survives(capture[..length]), $"prefix of {length} bytes of {Convert.ToHexString(capture)}");
    }

    static Gen<byte[]> Mutate(byte[] bytes, int steps, byte[][] captures) =>
        steps is 0 ? Gen.Constant(bytes) : Once(bytes, captures).SelectMany(next => Mutate(next, steps - 1, captures));

    static Gen<byte[]> Once(byte[] bytes, byte[][] captures)
    {
        var position = Gen.Choose(0, Math.Max(0, bytes.Length - 1));
        var slice = from start in Gen.Choose(0, bytes.Length)
                    from length in Gen.Choose(0, Math.Min(16, bytes.Length - start))
                    select start..(start + length);
        var insert = from at in Gen.Choose(0, bytes.Length)
                     from length in Gen.Choose(1, 8)
                     from added in AnyByte.ArrayOf(length)
                     select (byte[])[.. bytes[..at], .. added, .. bytes[at..]];
        var splice = from other in Gen.Elements(captures)
                     from at in Gen.Choose(0, bytes.Length)
                     from tail in Gen.Choose(0, other.Length)
                     select (byte[])[.. bytes[..at], .. other[tail..]];
        if (bytes.Length is 0)
            return Gen.OneOf(insert, splice);
        return Gen.OneOf(
            from at in position from bit in Gen.Choose(0, 7) select Replace(bytes, at, (byte)(bytes[at] ^ (1 << bit))),
            from at in position from value in AnyByte select Replace(bytes, at, value),
            from at in position from delta in Gen.Elements(-1, 1) select Replace(bytes, at, (byte)(bytes[at] + delta)),
            from length in Gen.Choose(0, bytes.Length) select bytes[..length],
            from range in slice select (byte[])[.. bytes[..range.Start], .. bytes[range.End..]],
            from range in slice select (byte[])[.. bytes[..range.End], .. bytes[range], .. bytes[range.End..]],
            insert,
            splice);
    }

    static byte[] Replace(byte[] bytes, int at, byte value)
    {
        var copy = (byte[])bytes.Clone();
        copy[at] = value;
        return copy;
    }

    static IEnumerable<byte[]> Shorter(byte[] bytes)
    {
        for (var length = bytes.Length; length > 0; length /= 2)
            for (var start = 0; start + length <= bytes.Length; start += length)
                yield return [.. bytes[..start], .. bytes[(start + length)..]];
    }
}
