using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using LogosActors.Configuration;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Tests.Fuzzing;

namespace LogosActors.Libp2p.Tests.Gossipsub;

public sealed class GossipsubCodecTests
{
    static readonly GossipsubLimits Small = new()
    {
        MessageSize = DataSize.FromKibibytes(1),
        RpcSize = DataSize.FromKibibytes(8),
        TopicLength = 8,
        MessagesPerRpc = 2,
        SubscriptionsPerRpc = 2,
        ControlEntriesPerRpc = 3,
        MessageIdsPerRpc = 4,
    };

    // Encoded by hand from the .proto of gossipsub v1.0, v1.1 and v1.2.
    [Theory]
    [InlineData("0a05 0801 1201 74", "subscribe t")]
    [InlineData("0a05 0800 1201 74", "unsubscribe t")]
    [InlineData("1207 1202 abcd 2201 74", "message t abcd")]
    [InlineData("120f 0a02 0102 1202 abcd 1a02 0304 2201 74", "message t abcd from 0102")]
    [InlineData("1a09 0a07 0a01 74 1202 beef", "ihave t beef")]
    [InlineData("1a09 1207 0a01 aa 0a02 bbcc", "iwant aa bbcc")]
    [InlineData("1a05 1a03 0a01 74", "graft t")]
    [InlineData("1a07 2205 0a01 74 183c", "prune t 60 s")]
    [InlineData("1a0e 220c 0a01 74 1205 0a01 01 1200 183c", "prune t 60 s [01 ]")]
    [InlineData("1a06 2a04 0a02 cafe", "idontwant cafe")]
    public void An_rpc_of_the_specification_is_read(string hex, string expected)
    {
        var rpc = Hex(hex);

        Assert.True(GossipsubCodec.TryCheck(rpc, new GossipsubLimits(), out var error), error.ToString());
        Assert.Equal(expected, Assert.Single(RpcText.Read(rpc)));
    }

    [Fact]
    public void An_rpc_is_written_as_the_specification_has_it()
    {
        var rpc = new GossipsubRpc();
        rpc.Subscription("t", subscribe: true);
        rpc.Message(Message("t", [0xab, 0xcd]));
        rpc.IHave("t", new[] { Id(0xbe, 0xef) });
        rpc.IWant(Id(0xaa));
        rpc.Graft("t");
        rpc.Prune("t", TimeSpan.FromSeconds(60), [new ExchangedPeer(new byte[] { 1 }, new byte[] { 2 })]);
        rpc.IDontWant(Id(0xca, 0xfe));

        Assert.Equal(
            Hex("0a05 0801 1201 74 1207 1202 abcd 2201 74 1a28 0a07 0a01 74 1202 beef 1203 0a01 aa 1a03 0a01 74"
                + "220d 0a01 74 1206 0a01 01 1201 02 183c 2a04 0a02 cafe"),
            Written(rpc));
    }

    [Theory]
    [InlineData("0a", DecodeError.Truncated)]
    [InlineData("0a05 0801 12", DecodeError.Truncated)]
    [InlineData("0801", DecodeError.InvalidField)]
    [InlineData("1a02 0801", DecodeError.InvalidField)]
    [InlineData("1a05 2203 12 01 0a", DecodeError.Truncated)]
    [InlineData("0a00 0a00 0a00", DecodeError.LimitExceeded)]
    [InlineData("1200 1200 1200", DecodeError.LimitExceeded)]
    [InlineData("1a08 1a00 1a00 1a00 1a00", DecodeError.LimitExceeded)]
    [InlineData("1a02 1a00 1a02 1a00 1a04 1a00 1a00", DecodeError.LimitExceeded)]
    [InlineData("1a0c 120a 0a00 0a00 0a00 0a00 0a00", DecodeError.LimitExceeded)]
    public void An_rpc_beyond_a_limit_or_out_of_form_is_refused_with_the_reason(string hex, DecodeError expected)
    {
        Assert.False(GossipsubCodec.TryCheck(Hex(hex), Small, out var error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void A_long_message_or_topic_does_not_make_an_rpc_malformed()
    {
        var rpc = new GossipsubRpc();
        rpc.Message(Message("t", new byte[Small.MessageSize.Bytes + 1]));
        rpc.Subscription(new string('t', Small.TopicLength + 1), subscribe: true);

        Assert.True(GossipsubCodec.TryCheck(Written(rpc), Small, out var error), error.ToString());
    }

    [Fact]
    public void Fields_of_later_versions_are_passed_over()
    {
        // RPC field 10 (a later extension), control field 6, message field 9.
        var rpc = Hex("5202 abcd 1a09 3202 0a00 1a03 0a01 74 1207 2201 74 4a02 0000");

        Assert.True(GossipsubCodec.TryCheck(rpc, new GossipsubLimits(), out _));
        Assert.Equal(["graft t", "message t "], RpcText.Read(rpc));
    }

    [Fact]
    public void What_is_written_is_what_is_read()
    {
        var topic = Gen.Elements("t", "topic", "/waku/2/rs/1/0", "ä∂");
        var bytes = Gen.Choose(0, 300).SelectMany(length => Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(length));
        var id = Gen.Choose(1, 47).SelectMany(length => Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(length)).Select(b => Id(b));
        var peer = from key in bytes from record in bytes select new ExchangedPeer(key, record);
        var part = Gen.OneOf(
            from t in topic from joins in Gen.Elements(true, false) select Part(rpc => rpc.Subscription(t, joins), $"{(joins ? "subscribe" : "unsubscribe")} {t}"),
            from t in topic from data in bytes select Part(rpc => rpc.Message(Message(t, data)), $"message {t} {Convert.ToHexStringLower(data)}"),
            from t in topic from ids in id.ListOf() select Part(rpc => rpc.IHave(t, ids.ToArray()), $"ihave {t}{string.Concat(ids.Select(i => $" {i}"))}"),
            from t in topic select Part(rpc => rpc.Graft(t), $"graft {t}"),
            from t in topic
            from seconds in Gen.Choose(0, 100_000)
            from peers in peer.ListOf()
            select Part(
                rpc => rpc.Prune(t, TimeSpan.FromSeconds(seconds), [.. peers]),
                $"prune {t} {seconds} s{string.Concat(peers.Select(p => $" [{Convert.ToHexStringLower(p.PeerId.Span)} {Convert.ToHexStringLower(p.SignedRecord.Span)}]"))}"));

        Prop.ForAll(part.ListOf().ToArbitrary(), parts =>
        {
            var rpc = new GossipsubRpc();
            foreach (var (write, _) in parts)
                write(rpc);
            var written = Written(rpc);
            return written.Length == rpc.TotalSize
                && GossipsubCodec.TryCheck(written, new GossipsubLimits(), out _)
                && RpcText.Read(written).Order(StringComparer.Ordinal).SequenceEqual(parts.Select(p => p.Text).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void Ids_of_iwant_and_idontwant_share_one_entry()
    {
        var rpc = new GossipsubRpc();
        rpc.IWant(Id(1));
        rpc.IDontWant(Id(2));
        rpc.IWant(Id(3));

        Assert.Equal(["iwant 01 03", "idontwant 02"], RpcText.Read(Written(rpc)));
    }

    [Fact]
    public void Hostile_bytes_are_refused_or_read_but_never_throw()
    {
        var rpc = new GossipsubRpc();
        rpc.Subscription("topic", subscribe: true);
        rpc.Message(Message("topic", [1, 2, 3]));
        rpc.IHave("topic", new[] { Id(1, 2, 3), Id(4) });
        rpc.IWant(Id(5));
        rpc.Graft("topic");
        rpc.Prune("topic", TimeSpan.FromSeconds(60), [new ExchangedPeer(new byte[38], new byte[100])]);
        rpc.IDontWant(Id(6));
        var signed = Hex("1212 0a02 0102 1202 abcd 1a02 0304 2201 74 2a01 05");

        Mutations.Check(bytes => !GossipsubCodec.TryCheck(bytes, Small, out _) || RpcText.Read(bytes) is not null, Written(rpc), signed);
    }

    [Fact]
    public void A_message_keeps_its_known_fields_and_no_others()
    {
        Assert.True(MessageView.TryRead(Hex("2a01 05 1202 abcd 4a02 ffff 0a02 0102 2201 74"), out var view, out _));

        var message = GossipMessage.Create(view, "t", Id(1));

        Assert.Equal(Hex("0a02 0102 1202 abcd 2201 74 2a01 05"), message.Encoded.ToArray());
        Assert.Equal(new byte[] { 0xab, 0xcd }, message.Data.ToArray());
        Assert.Equal(new byte[] { 1, 2 }, message.View().From.ToArray());
    }

    static (Action<GossipsubRpc> Write, string Text) Part(Action<GossipsubRpc> write, string text) => (write, text);

    static GossipMessage Message(string topic, byte[] data)
    {
        var utf8 = System.Text.Encoding.UTF8.GetBytes(topic);
        return GossipMessage.Create(new MessageView { Data = data, Topic = utf8 }, topic, MessageId.OfData(data));
    }

    static MessageId Id(params byte[] bytes) => MessageId.TryCreate(bytes, out var id) ? id : throw new ArgumentException("length", nameof(bytes));

    static byte[] Written(GossipsubRpc rpc)
    {
        var output = new ArrayBufferWriter<byte>();
        rpc.WriteTo(output);
        return output.WrittenSpan.ToArray();
    }

    static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
