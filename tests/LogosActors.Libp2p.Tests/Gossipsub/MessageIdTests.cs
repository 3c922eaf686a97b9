using System.Security.Cryptography;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Libp2p.Tests.Gossipsub;

public sealed class MessageIdTests
{
    [Fact]
    public void An_id_of_any_length_up_to_47_bytes_comes_back_as_it_went_in()
    {
        for (var length = 1; length <= MessageId.MaxLength; length++)
        {
            var bytes = RandomNumberGenerator.GetBytes(length);

            Assert.True(MessageId.TryCreate(bytes, out var id));

            Assert.Equal(bytes, id.Bytes.ToArray());
            Assert.Equal(Convert.ToHexStringLower(bytes), id.ToString());
        }
    }

    [Fact]
    public void An_empty_or_longer_id_belongs_to_no_message()
    {
        Assert.False(MessageId.TryCreate([], out _));
        Assert.False(MessageId.TryCreate(new byte[48], out _));
    }

    [Fact]
    public void Ids_that_differ_in_any_byte_or_in_length_only_are_different()
    {
        var bytes = new byte[47];
        MessageId.TryCreate(bytes, out var id);
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = 1;
            MessageId.TryCreate(bytes, out var other);
            Assert.NotEqual(id, other);
            bytes[i] = 0;
            MessageId.TryCreate(bytes.AsSpan(0, Math.Max(1, i)), out var shorter);
            Assert.NotEqual(id, shorter);
        }
    }

    [Fact]
    public void The_relay_id_is_the_sha_256_of_the_data() =>
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", MessageId.OfData("abc"u8).ToString());
}
