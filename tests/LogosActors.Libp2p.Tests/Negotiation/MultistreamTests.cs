using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using LogosActors.Libp2p.Negotiation;
using LogosActors.Libp2p.Tests.Fuzzing;

namespace LogosActors.Libp2p.Tests.Negotiation;

public sealed class MultistreamTests
{
    static byte[] Lines(params string[] lines)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var line in lines)
            MultistreamLine.Write(output, System.Text.Encoding.UTF8.GetBytes(line));
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Runs both sides to their end, in fragments of the given size.</summary>
    static void Run(MultistreamDialer dialer, MultistreamListener listener, int fragment = int.MaxValue)
    {
        while (dialer.Output.Length > 0 || listener.Output.Length > 0)
        {
            var request = dialer.Output.ToArray();
            dialer.Sent();
            foreach (var part in request.Chunk(fragment))
            {
                ReadOnlySpan<byte> source = part;
                listener.Read(ref source);
            }
            var answer = listener.Output.ToArray();
            listener.Sent();
            foreach (var part in answer.Chunk(fragment))
            {
                ReadOnlySpan<byte> source = part;
                dialer.Read(ref source);
            }
        }
    }

    static NegotiationError DialerErrorAfter(byte[] answer)
    {
        var dialer = new MultistreamDialer("/noise");
        ReadOnlySpan<byte> source = answer;
        dialer.Read(ref source);
        return dialer.Error;
    }

    static MultistreamListener ListenerAfter(byte[] request)
    {
        var listener = new MultistreamListener(new SupportedProtocols("/noise", "/ipfs/ping/1.0.0"));
        ReadOnlySpan<byte> source = request;
        listener.Read(ref source);
        return listener;
    }

    [Fact]
    public void The_dialer_begins_with_the_header_and_its_first_proposal_in_one_piece() =>
        Assert.Equal("\x13/multistream/1.0.0\n\a/noise\n", System.Text.Encoding.ASCII.GetString(new MultistreamDialer("/noise").Output.Span));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public void Both_sides_agree_on_the_first_proposal_that_the_listener_speaks(int fragment)
    {
        var dialer = new MultistreamDialer("/tls/1.0.0", "/plaintext/2.0.0", "/noise");
        var listener = new MultistreamListener(new SupportedProtocols("/noise", "/other"));
        Run(dialer, listener, fragment);
        Assert.Equal("/noise", dialer.Protocol);
        Assert.Equal("/noise", listener.Protocol);
    }

    [Fact]
    public void A_dialer_whose_every_proposal_is_refused_says_so()
    {
        var dialer = new MultistreamDialer("/a", "/b");
        var listener = new MultistreamListener(new SupportedProtocols("/c"));
        Run(dialer, listener);
        Assert.Equal(NegotiationError.NotSupported, dialer.Error);
        Assert.Null(listener.Protocol);
        Assert.Equal(NegotiationError.None, listener.Error);
    }

    [Fact]
    public void Data_that_follows_the_proposal_at_once_is_left_for_the_protocol()
    {
        var listener = new MultistreamListener(new SupportedProtocols("/noise"));
        ReadOnlySpan<byte> source = [.. new MultistreamDialer("/noise").Output.Span, 1, 2, 3];
        Assert.True(listener.Read(ref source));
        Assert.Equal("/noise", listener.Protocol);
        Assert.Equal([1, 2, 3], source.ToArray());

        var dialer = new MultistreamDialer("/noise");
        source = [.. listener.Output.Span, 4, 5];
        Assert.True(dialer.Read(ref source));
        Assert.Equal([4, 5], source.ToArray());
    }

    [Fact]
    public void The_list_of_protocols_is_answered_as_messages_in_a_message()
    {
        var listener = ListenerAfter(Lines("/multistream/1.0.0", "ls"));
        byte[] inner = Lines("/noise", "/ipfs/ping/1.0.0");
        byte[] expected = [.. Lines("/multistream/1.0.0"), (byte)(inner.Length + 1), .. inner, (byte)'\n'];
        Assert.Equal(expected, listener.Output.ToArray());
        Assert.Null(listener.Protocol);
    }

    [Fact]
    public void A_listener_hears_only_so_many_proposals()
    {
        var refused = Enumerable.Repeat("/x", MultistreamListener.MaxMessages - 1).Prepend("/multistream/1.0.0");
        Assert.Equal(NegotiationError.None, ListenerAfter(Lines([.. refused])).Error);
        Assert.Equal(NegotiationError.TooManyProposals, ListenerAfter(Lines([.. refused, "/noise"])).Error);
    }

    [Fact]
    public void A_peer_that_does_not_keep_to_the_protocol_is_refused_with_the_reason()
    {
        Assert.Equal(NegotiationError.UnsupportedVersion, DialerErrorAfter(Lines("/multistream/2.0.0")));
        Assert.Equal(NegotiationError.UnexpectedAnswer, DialerErrorAfter(Lines("/multistream/1.0.0", "/tls/1.0.0")));
        Assert.Equal(NegotiationError.MalformedMessage, DialerErrorAfter([0]));
        Assert.Equal(NegotiationError.MalformedMessage, DialerErrorAfter([3, (byte)'n', (byte)'a', (byte)'x']));
        Assert.Equal(NegotiationError.MessageTooLong, DialerErrorAfter([0x81, 0x08]));
        Assert.Equal(NegotiationError.UnsupportedVersion, ListenerAfter(Lines("/noise")).Error);
        Assert.Equal(NegotiationError.None, DialerErrorAfter([0x80, 0x08]));
    }

    [Fact]
    public void A_written_message_is_read_back() => Prop.ForAll<string>(text =>
    {
        text = text is null ? "" : text[..Math.Min(text.Length, 200)];
        var bytes = Lines(text);
        return MultistreamLine.TryRead(bytes, out var line, out var consumed, out _)
            && consumed == bytes.Length && line.SequenceEqual(System.Text.Encoding.UTF8.GetBytes(text));
    }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Hostile_bytes_end_at_most_in_a_typed_error()
    {
        Mutations.Check(
            bytes => ListenerAfter(bytes).Output.Length <= 64 + (bytes.Length * 16),
            Lines("/multistream/1.0.0", "/x", "ls", "/noise"));
        Mutations.Check(
            bytes => Enum.IsDefined(DialerErrorAfter(bytes)),
            Lines("/multistream/1.0.0", "na"),
            Lines("/multistream/1.0.0", "/noise"));
    }
}
