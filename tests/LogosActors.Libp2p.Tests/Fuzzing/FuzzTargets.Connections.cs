using System.Buffers.Binary;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Connections.WebSocket;
using LogosActors.Libp2p.Multiplexing;
using LogosActors.Libp2p.Multiplexing.Mplex;
using LogosActors.Libp2p.Multiplexing.Yamux;
using LogosActors.Libp2p.Negotiation;
using LogosActors.Libp2p.Security.Noise;
using LogosActors.Libp2p.Tests.Multiplexing;
using LogosActors.Tests;

namespace LogosActors.Libp2p.Tests.Fuzzing;

/// <summary>What runs on a connection: negotiation, handshake, secure frames, multiplexers.</summary>
internal sealed partial class FuzzTargets
{
    const int Frame = 1000;

    static readonly SupportedProtocols Supported = new("/noise", "/ipfs/id/1.0.0", "/meshsub/1.2.0");

    NoiseIdentity? _noise;
    NoiseTransport? _sender;
    NoiseTransport? _receiver;

    static void Feed(INegotiation negotiation, ReadOnlySpan<byte> input, int cut)
    {
        var first = input[..cut];
        if (negotiation.Read(ref first))
            return;
        Assert.True(first.IsEmpty);
        var second = input[cut..];
        negotiation.Read(ref second);
    }

    IEnumerable<FuzzTarget> OfHandshakes()
    {
        var identity = _noise = new NoiseIdentity(_key, ConnectionOptions.YamuxProtocol, ConnectionOptions.MplexProtocol);
        using var initiator = new SecureHandshake(isInitiator: true, identity);
        using var responder = new SecureHandshake(isInitiator: false, identity);
        var hello = initiator.Output.ToArray();
        Feed(responder, hello, 0);
        var answer = responder.Output.ToArray();
        initiator.Sent();
        Feed(initiator, answer, 0);
        Feed(responder, initiator.Output.Span, 0);
        (_sender, _receiver) = (initiator.Transport!, responder.Transport!);
        var frame = new byte[Frame + NoiseTransport.Overhead];
        _sender.TryEncrypt(new byte[Frame], frame);
        var plaintext = new byte[64 * 1024];
        return
        [
            new("noise payload", 60_000, 2048, 16, (input, cut) =>
            {
                if (!NoisePayload.TryDecode(input, out var payload, out var error))
                    Refuses(error);
                else
                    Assert.True(payload.StreamMuxers.Count <= NoisePayload.MaxMuxers);
            }, identity.Payload.ToArray()),
            new("noise handshake, as listener", 3_000, 24 * 1024, 2, (input, cut) =>
            {
                using var victim = new SecureHandshake(isInitiator: false, identity);
                Feed(victim, input, cut);
                Assert.Null(victim.Transport);
            }, hello),
            new("noise handshake, as dialer", 3_000, 24 * 1024, 2, (input, cut) =>
            {
                using var victim = new SecureHandshake(isInitiator: true, identity);
                Feed(victim, input, cut);
                Assert.Null(victim.Transport);
            }, answer),
            new("noise handshake of a liar who encrypts well", 3_000, 32 * 1024, 16, (input, cut) => Lie(identity, input), identity.Payload.ToArray()),
            new("noise frame", 50_000, 0, 0, (input, cut) =>
            {
                // The one frame that the peer has made is the capture, which opens once.
                if (NoiseTransport.TryFrame(input, out var length)
                    && _receiver.TryDecrypt(input.Slice(NoiseTransport.PrefixSize, length), plaintext, out var read, out _) && read != Frame)
                    Assert.Fail("a frame that nobody encrypted");
            }, frame),
        ];
    }

    /// <summary>A listener whose frames are those of the protocol, and whose payload is not.</summary>
    static void Lie(NoiseIdentity identity, ReadOnlySpan<byte> payload)
    {
        if (payload.Length > SecureHandshake.MaxMessage - 200)
            return;
        using var victim = new SecureHandshake(isInitiator: true, identity);
        using var liar = new NoiseHandshake(isInitiator: false, identity.StaticKey);
        Span<byte> scratch = stackalloc byte[SecureHandshake.MaxMessage];
        liar.TryRead(victim.Output.Span[NoiseTransport.PrefixSize..], scratch, out _, out _);
        var length = liar.Write(payload, scratch[NoiseTransport.PrefixSize..], out _);
        BinaryPrimitives.WriteUInt16BigEndian(scratch, (ushort)length);
        ReadOnlySpan<byte> source = scratch[..(NoiseTransport.PrefixSize + length)];
        Assert.True(victim.Read(ref source));
        Assert.Equal(victim.Error == NoiseError.None, victim.Transport is not null);
        victim.Transport?.Dispose();
    }

    static IEnumerable<FuzzTarget> OfStreams() =>
    [
        new("websocket upgrade", 40_000, 1024, 8, (input, cut) =>
        {
            var request = UpgradeRequest.Read(input);
            Assert.True(request.Status is UpgradeRequest.SwitchingProtocols ? request.Key.Length == 24 : request is { Status: >= 400 and < 500, Key: "" });
        }, Ascii("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Forwarded-For: 192.0.2.1\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")),
        // The dialer answers each line; 64 lines are the most.
        new("multistream, as listener", 80_000, 12 * 1024, 16, (input, cut) =>
        {
            var victim = new MultistreamListener(Supported);
            Feed(victim, input, cut);
            Assert.True(victim.Output.Length <= 64 + (MultistreamListener.MaxMessages * 64));
        }, Lines("/multistream/1.0.0", "/x", "ls", "/noise"), Lines("/multistream/1.0.0", "/meshsub/1.1.0", "/meshsub/1.2.0")),
        new("multistream, as dialer", 80_000, 4096, 4, (input, cut) =>
        {
            var victim = new MultistreamDialer("/meshsub/1.2.0", "/noise");
            Feed(victim, input, cut);
            Assert.True(Enum.IsDefined(victim.Error) && (victim.Protocol is null || victim.Error == NegotiationError.None));
        }, Lines("/multistream/1.0.0", "na", "/noise"), Lines("/multistream/1.0.0", "/meshsub/1.2.0")),
        new("yamux", 70_000, 4096, 64, (input, cut) => Feed(new YamuxSession(isClient: false, new YamuxOptions(), default), input, cut), Muxed(new YamuxSession(true, new YamuxOptions(), default))),
        new("mplex", 70_000, 4096, 256, (input, cut) => Feed(new MplexSession(new MplexOptions()), input, cut), Muxed(new MplexSession(new MplexOptions()))),
    ];

    static byte[] Lines(params string[] lines) => Written(output =>
    {
        foreach (var line in lines)
            MultistreamLine.Write(output, Ascii(line));
    });

    static void Feed(IMultiplexer session, ReadOnlySpan<byte> input, int cut)
    {
        Span<byte> control = stackalloc byte[256];
        var held = 0L;
        for (var part = 0; part < 2; part++)
        {
            var source = part == 0 ? input[..cut] : input[cut..];
            for (var kind = MuxSignalKind.Opened; kind is not (MuxSignalKind.None or MuxSignalKind.Failed);)
            {
                var signal = session.Read(ref source, default);
                kind = signal.Kind;
                held += signal.Payload.Length;
                if (kind is MuxSignalKind.Opened)
                    session.Accept(signal.Stream!);
            }
            Assert.True(source.IsEmpty);
            while (session.WriteControl(control, default) > 0)
                continue;
        }
        Assert.True(held <= input.Length && session.StreamCount <= input.Length && Enum.IsDefined(session.Failure));
    }

    static byte[] Muxed(IMultiplexer session)
    {
        var client = new MuxEnd(session);
        for (var i = 0; i < 3; i++)
            client.Write(client.Open(), 10);
        client.Write(client.Streams[0], 5, finish: true);
        client.Session.Reset(client.Streams[1].Mux);
        return client.TakeWire();
    }
}
