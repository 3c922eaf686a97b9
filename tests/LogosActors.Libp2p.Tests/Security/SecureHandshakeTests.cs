using FsCheck;
using FsCheck.Fluent;
using LogosActors.Libp2p.Cryptography;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Security.Noise;
using LogosActors.Libp2p.Tests.Fuzzing;

namespace LogosActors.Libp2p.Tests.Security;

public sealed class SecureHandshakeTests : IDisposable
{
    const string Yamux = "/yamux/1.0.0", Mplex = "/mplex/6.7.0";

    readonly PrivateKey _alice = PrivateKey.Generate(KeyType.Ed25519);
    readonly PrivateKey _bob = PrivateKey.Generate(KeyType.Secp256k1);

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
    }

    /// <summary>Runs a handshake in fragments of the given size.</summary>
    static void Run(SecureHandshake initiator, SecureHandshake responder, int fragment = int.MaxValue)
    {
        while (initiator.Output.Length > 0 || responder.Output.Length > 0)
        {
            Carry(initiator, responder, fragment);
            Carry(responder, initiator, fragment);
        }
    }

    static void Carry(SecureHandshake from, SecureHandshake to, int fragment)
    {
        var bytes = from.Output.ToArray();
        from.Sent();
        foreach (var part in bytes.Chunk(fragment))
        {
            ReadOnlySpan<byte> source = part;
            to.Read(ref source);
        }
    }

    (SecureHandshake Initiator, SecureHandshake Responder) Handshake(
        string[]? initiatorMuxers = null, string[]? responderMuxers = null, PeerId? expected = null, int fragment = int.MaxValue)
    {
        var initiator = new SecureHandshake(isInitiator: true, new NoiseIdentity(_alice, initiatorMuxers ?? []), expected);
        var responder = new SecureHandshake(isInitiator: false, new NoiseIdentity(_bob, responderMuxers ?? []));
        Run(initiator, responder, fragment);
        return (initiator, responder);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    public void Both_sides_know_each_other_and_share_ciphers_that_nobody_else_has(int fragment)
    {
        var (initiator, responder) = Handshake(fragment: fragment);
        Assert.Equal(_bob.PublicKey, initiator.RemoteKey);
        Assert.Equal(_alice.PublicKey, responder.RemoteKey);

        var frame = new byte[3 + NoiseTransport.Overhead];
        Assert.True(initiator.Transport!.TryEncrypt([1, 2, 3], frame));
        var plaintext = new byte[3];
        Assert.True(responder.Transport!.TryDecrypt(frame.AsSpan(NoiseTransport.PrefixSize), plaintext, out _, out _));
        Assert.Equal([1, 2, 3], plaintext);
    }

    [Fact]
    public void The_dialer_accepts_only_the_peer_that_it_dialed()
    {
        Assert.NotNull(Handshake(expected: PeerId.FromPublicKey(_bob.PublicKey)).Initiator.Transport);
        var (initiator, responder) = Handshake(expected: PeerId.FromPublicKey(_alice.PublicKey));
        Assert.Equal(NoiseError.UnexpectedPeer, initiator.Error);
        Assert.Null(initiator.Transport);
        Assert.Null(initiator.RemoteKey);
        Assert.Null(responder.Transport);
    }

    [Theory]
    [InlineData(Yamux + " " + Mplex, Mplex + " " + Yamux, Yamux)]
    [InlineData(Mplex, Yamux + " " + Mplex, Mplex)]
    [InlineData("", Yamux, null)]
    [InlineData(Yamux, "", null)]
    public void The_muxer_is_the_initiators_first_that_both_speak(string initiator, string responder, string? expected)
    {
        static string[] Muxers(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (here, there) = Handshake(Muxers(initiator), Muxers(responder));
        Assert.NotNull(there.Transport);
        Assert.Equal(expected, here.Muxer);
        Assert.Equal(expected, there.Muxer);
    }

    [Fact]
    public void Sides_without_a_common_muxer_part() =>
        Assert.Equal(NoiseError.NoCommonMuxer, Handshake([Yamux], [Mplex]).Initiator.Error);

    [Fact]
    public void A_static_key_that_another_identity_signed_is_refused()
    {
        using var staticKey = X25519.Generate();
        using var other = X25519.Generate();
        var signature = _bob.Sign(NoiseIdentity.Signed(other.PublicKey));
        Assert.Equal(NoiseError.InvalidSignature, AnswerWith(staticKey, new NoisePayload(_bob.PublicKey.Encode(), signature, []).Encode()));
        signature = _alice.Sign(NoiseIdentity.Signed(staticKey.PublicKey));
        Assert.Equal(NoiseError.InvalidSignature, AnswerWith(staticKey, new NoisePayload(_bob.PublicKey.Encode(), signature, []).Encode()));
        Assert.Equal(NoiseError.MalformedPayload, AnswerWith(staticKey, []));
        Assert.Equal(NoiseError.MalformedPayload, AnswerWith(staticKey, new NoisePayload([1, 2], signature, []).Encode()));
        Assert.Equal(NoiseError.None, AnswerWith(staticKey, new NoisePayload(_alice.PublicKey.Encode(), signature, []).Encode()));
    }

    /// <summary>What a dialer says to a responder with that static key and payload.</summary>
    NoiseError AnswerWith(X25519 staticKey, byte[] payload)
    {
        using var initiator = new SecureHandshake(isInitiator: true, new NoiseIdentity(_alice));
        using var responder = new NoiseHandshake(isInitiator: false, staticKey);
        Assert.True(responder.TryRead(initiator.Output.Span[2..], new byte[64], out _, out _));
        var message = new byte[payload.Length + responder.Overhead];
        responder.Write(payload, message, out _);
        ReadOnlySpan<byte> source = [(byte)(message.Length >> 8), (byte)message.Length, .. message];
        initiator.Read(ref source);
        return initiator.Error;
    }

    [Fact]
    public void What_follows_the_handshake_is_left_for_the_ciphers()
    {
        using var initiator = new SecureHandshake(isInitiator: true, new NoiseIdentity(_alice));
        using var responder = new SecureHandshake(isInitiator: false, new NoiseIdentity(_bob));
        Carry(initiator, responder, int.MaxValue);
        Carry(responder, initiator, int.MaxValue);
        ReadOnlySpan<byte> source = [.. initiator.Output.Span, 1, 2, 3];
        Assert.True(responder.Read(ref source));
        Assert.Equal([1, 2, 3], source.ToArray());
    }

    [Fact]
    public void A_stranger_makes_no_large_buffers()
    {
        using var responder = new SecureHandshake(isInitiator: false, new NoiseIdentity(_bob));
        ReadOnlySpan<byte> source = [0xff, 0xff];
        Assert.True(responder.Read(ref source));
        Assert.Equal(NoiseError.MessageTooLong, responder.Error);
    }

    [Fact]
    public void A_payload_is_read_back() => Prop.ForAll<byte[], byte[], string[]>((key, signature, muxers) =>
    {
        muxers = [.. muxers.Take(NoisePayload.MaxMuxers).Select(muxer => string.Concat((muxer ?? "").Where(char.IsAscii).Take(200)))];
        var payload = new NoisePayload(key, signature, muxers);
        return NoisePayload.TryDecode(payload.Encode(), out var read, out _)
            && read.IdentityKey.SequenceEqual(key) && read.Signature.SequenceEqual(signature) && read.StreamMuxers.SequenceEqual(muxers);
    }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Hostile_bytes_end_at_most_in_a_typed_error()
    {
        var payload = new NoisePayload(_alice.PublicKey.Encode(), new byte[64], [Yamux, Mplex]).Encode();
        Mutations.Check(
            bytes => !NoisePayload.TryDecode(bytes, out var read, out _) || read.StreamMuxers.Count <= NoisePayload.MaxMuxers,
            payload);
        using var identity = new NoiseIdentity(_bob);
        using var initiator = new SecureHandshake(isInitiator: true, identity);
        Mutations.Check(
            bytes =>
            {
                using var victim = new SecureHandshake(isInitiator: false, identity);
                ReadOnlySpan<byte> source = bytes;
                victim.Read(ref source);
                return victim.Transport is null;
            },
            initiator.Output.ToArray());
    }
}
