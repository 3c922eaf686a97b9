using System.Security.Cryptography;
using LogosActors.Libp2p.Cryptography;

namespace LogosActors.LoadTests.Channels;

/// <summary>Keccak-256 over 1 MiB on one thread, against SHA3-256 of OpenSSL, which is the same permutation in assembly.</summary>
internal sealed class KeccakRow : Row
{
    const double Megabyte = 1e6;
    const int MostAtOnce = 40;

    public override string Name => "Keccak-256, 1 MiB";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        var source = Work.Bytes(1 << 20);
        var hash = new byte[Keccak256.Length];
        var ours = Work.Repeat(() => Keccak256.Hash(source, hash));
        var ceiling = SHA3_256.IsSupported ? Work.Repeat(() => SHA3_256.HashData(source, hash)) : Work.Repeat(() => SHA256.HashData(source, hash));
        var (rate, ceilingRate) = await Rounds.PairAsync(budget, MostAtOnce, ours, ceiling);
        var perSecond = source.Length / Megabyte;
        return new(rate * perSecond, "MB/s", new(SHA3_256.IsSupported ? "SHA3-256 of OpenSSL" : "SHA-256 of OpenSSL", ceilingRate * perSecond), new Target.AtLeast(100));
    }
}
