using LogosActors.Libp2p.Cryptography;
using LogosActors.Libp2p.Identity;

namespace LogosActors.LoadTests.Libp2p;

/// <summary>The curve operations of a Noise XX handshake, both ends together, and nothing else.</summary>
/// <remarks>Each end makes an ephemeral key, agrees three times (ee, es, se) and verifies one signature. Its own signature is made once in its life.</remarks>
internal sealed class Curves : IDisposable
{
    const int Ends = 2, Agreements = 3;

    readonly X25519 _key = X25519.Generate();
    readonly PrivateKey _identity = PrivateKey.Generate(KeyType.Ed25519);
    readonly byte[] _signed = new byte[24 + X25519.KeyLength];
    readonly byte[] _signature;

    public Curves() => _signature = _identity.Sign(_signed);

    /// <summary>The operations of so many handshakes.</summary>
    public Task<TimeSpan> RunAsync(int handshakes) => Processor.TimeAsync(() => Task.Run(() => Run(handshakes)));

    public void Dispose()
    {
        _key.Dispose();
        _identity.Dispose();
    }

    void Run(int handshakes)
    {
        Span<byte> secret = stackalloc byte[X25519.KeyLength];
        for (var i = 0; i < handshakes * Ends; i++)
        {
            using var ephemeral = X25519.Generate();
            for (var j = 0; j < Agreements; j++)
            {
                if (!ephemeral.TryAgree(_key.PublicKey, secret))
                    throw new InvalidOperationException("They did not agree.");
            }
            if (!_identity.PublicKey.Verify(_signed, _signature))
                throw new InvalidOperationException("The signature was not recognised.");
        }
    }
}
