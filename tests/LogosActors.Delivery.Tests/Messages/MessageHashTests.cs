using System.Security.Cryptography;
using System.Text;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Tests.Messages;

public sealed class MessageHashTests
{
    const string PubsubTopic = "/waku/2/default-waku/proto";
    const string Meta12 = "73757065722d736563726574";
    const string Meta64 =
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f";

    [Theory] // 14/WAKU2-MESSAGE §Test vectors
    [InlineData("010203045445535405060708", Meta12, "0x64cce733fed134e83da02b02c6f689814872b1a0ac97ea56b76095c3c72bfe05")]
    [InlineData("010203045445535405060708", Meta64, "0x7158b6498753313368b9af8f6e0a0a05104f68f972981da42a43bc53fb0c1b27")]
    [InlineData("010203045445535405060708", "", "0xa2554498b31f5bcdfcbf7fa58ad1c2d45f0254f3f8110a85588ec3cf10720fd8")]
    [InlineData("", Meta12, "0x483ea950cb63f9b9d6926b262bb36194d3f40a0463ce8446228350bd44e96de4")]
    public void The_published_vectors_hold(string payload, string meta, string hash)
    {
        var message = new WakuMessage
        {
            ContentTopic = "/waku/2/default-content/proto",
            Payload = Convert.FromHexString(payload),
            Meta = Convert.FromHexString(meta),
            Timestamp = 0x175789bfa23f8400,
        };

        Assert.Equal(hash, MessageHash.Compute(PubsubTopic, message).ToString());
    }

    [Fact]
    public void What_does_not_identify_a_message_does_not_change_its_hash()
    {
        var message = new WakuMessage { ContentTopic = "/a/1/b/proto", Timestamp = 1 };
        var other = message with { Version = 1, IsEphemeral = true, RateLimitProof = new byte[] { 1 } };

        Assert.Equal(MessageHash.Compute(PubsubTopic, message), MessageHash.Compute(PubsubTopic, other));
        Assert.NotEqual(MessageHash.Compute(PubsubTopic, message), MessageHash.Compute("/waku/2/rs/0/0", message));
        Assert.NotEqual(MessageHash.Compute(PubsubTopic, message), MessageHash.Compute(PubsubTopic, message with { Timestamp = 2 }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4 * 1024)]
    [InlineData(WakuMessageLimits.MessageSize)]
    public void A_hash_covers_every_part_and_costs_no_memory(int payload)
    {
        var message = new WakuMessage
        {
            ContentTopic = "/a/1/ä/proto",
            Payload = RandomNumberGenerator.GetBytes(payload),
            Meta = new byte[] { 1, 2 },
            Timestamp = -2,
        };
        byte[] parts =
        [
            .. Encoding.UTF8.GetBytes(PubsubTopic),
            .. message.Payload.Span,
            .. Encoding.UTF8.GetBytes(message.ContentTopic),
            .. message.Meta.Span,
            .. Convert.FromHexString("fffffffffffffffe"),
        ];

        Assert.Equal(new MessageHash(SHA256.HashData(parts)), MessageHash.Compute(PubsubTopic, message));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            MessageHash.Compute(PubsubTopic, message);
        // The pool may lose an array to the collector meanwhile, hardly a hundred.
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 50 * Math.Max(payload, 64));
    }

    [Fact]
    public void A_hash_is_the_same_after_text_and_bytes()
    {
        var hash = new MessageHash([.. Enumerable.Range(100, 32).Select(i => (byte)i)]);

        Assert.True(MessageHash.TryParse(hash.ToString(), out var parsed));
        Assert.Equal(hash, parsed);
        Assert.True(MessageHash.TryParse(hash.ToString()[2..].ToUpperInvariant(), out parsed));
        Assert.Equal(hash, parsed);
        Assert.Equal(hash, new MessageHash(hash.ToArray()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("0x64cce733fed134e83da02b02c6f689814872b1a0ac97ea56b76095c3c72bfe")]
    [InlineData("0xg4cce733fed134e83da02b02c6f689814872b1a0ac97ea56b76095c3c72bfe05")]
    public void What_is_no_hash_is_refused(string text) => Assert.False(MessageHash.TryParse(text, out _));

    [Fact]
    public void Hashes_are_ordered_as_their_bytes_are()
    {
        for (var i = 0; i < MessageHash.Length; i++)
        {
            var (low, high) = (new byte[MessageHash.Length], new byte[MessageHash.Length]);
            (low[i], high[i]) = (1, 0x80);
            low.AsSpan(i + 1).Fill(0xff);

            Assert.True(new MessageHash(low) < new MessageHash(high));
            Assert.True(new MessageHash(high) >= new MessageHash(low));
        }
    }
}
