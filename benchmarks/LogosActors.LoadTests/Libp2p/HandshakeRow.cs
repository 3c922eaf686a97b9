using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Security.Noise;

namespace LogosActors.LoadTests.Libp2p;

/// <summary>Noise XX with identities and the muxer, both ends on one thread and without a network, against its curve operations.</summary>
internal sealed class HandshakeRow : Row
{
    const int MostAtOnce = 200;

    public override string Name => "Noise handshakes, both ends";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        using var identity = new NoiseIdentity(key, ConnectionOptions.YamuxProtocol, ConnectionOptions.MplexProtocol);
        using var curves = new Curves();
        var (ours, ceiling) = await Rounds.PairAsync(
            budget, MostAtOnce, handshakes => Processor.TimeAsync(() => Task.Run(() => Shake(identity, handshakes))), curves.RunAsync);
        return new(ours, "/CPU s", new("its X25519 and Ed25519 alone", ceiling), new Target.TimesPeer(0.9));
    }

    static void Shake(NoiseIdentity identity, int handshakes)
    {
        for (var i = 0; i < handshakes; i++)
        {
            using var here = new SecureHandshake(isInitiator: true, identity);
            using var there = new SecureHandshake(isInitiator: false, identity);
            while (here.Transport is null || there.Transport is null)
            {
                Move(here, there);
                Move(there, here);
            }
            here.Transport.Dispose();
            there.Transport.Dispose();
        }
    }

    static void Move(SecureHandshake from, SecureHandshake to)
    {
        var bytes = from.Output.Span;
        if (!bytes.IsEmpty)
            to.Read(ref bytes);
        from.Sent();
    }
}
