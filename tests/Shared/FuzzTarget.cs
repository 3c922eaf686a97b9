namespace LogosActors.Tests;

/// <summary>Decodes an input, and asserts that what came out is consistent.</summary>
/// <param name="input">Hostile bytes.</param>
/// <param name="cut">Where a decoder of a stream gets its input cut in two.</param>
internal delegate void Decode(ReadOnlySpan<byte> input, int cut);

/// <summary>A decoder, what it is fed with, and what it may cost.</summary>
/// <param name="Name">What is decoded.</param>
/// <param name="Inputs">How many mutations it gets.</param>
/// <param name="Fixed">The most bytes that an input may make it allocate, whatever its length.</param>
/// <param name="PerByte">How many bytes more for each byte of input.</param>
/// <param name="Decode">The decoder.</param>
/// <param name="Captures">What a correct peer sends.</param>
internal sealed record FuzzTarget(string Name, int Inputs, int Fixed, int PerByte, Decode Decode, params byte[][] Captures)
{
    /// <summary>Runs all inputs.</summary>
    /// <returns>The most that an input allocated, in bytes.</returns>
    public long Run(int seed)
    {
        var mutator = new Mutator(seed);
        foreach (var capture in Captures)
            Decode(capture, capture.Length / 2);
        var most = 0L;
        for (var i = 0; i < Inputs; i++)
        {
            var input = mutator.Next(Captures);
            var cut = mutator.Cut(input.Length);
            try
            {
                var allowed = Fixed + ((long)PerByte * input.Length);
                var allocated = Cost(input, cut);
                // Statics are filled once, and pools after each collection that has emptied them; what an input costs, it costs again.
                for (var again = 0; allocated > allowed && again < 5; again++)
                    allocated = Cost(input, cut);
                Assert.True(allocated <= allowed, $"{allocated} bytes were allocated, {allowed} are allowed.");
                most = Math.Max(most, allocated);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{Name}, seed {seed}, input {i}, cut at {cut}: {Convert.ToHexStringLower(input)}", e);
            }
        }
        return most;
    }

    long Cost(ReadOnlySpan<byte> input, int cut)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Decode(input, cut);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
