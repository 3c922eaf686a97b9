using FsCheck;
using FsCheck.Fluent;
using LogosActors.Libp2p.Security.Noise;

namespace LogosActors.Libp2p.Tests.Security;

public sealed class NoiseTransportTests
{
    static readonly byte[] First = [.. Enumerable.Range(1, CipherState.KeySize).Select(i => (byte)i)];
    static readonly byte[] Second = [.. First.Reverse()];

    static (NoiseTransport Here, NoiseTransport There) Connect(ulong nonce = 0) => (
        new NoiseTransport(new CipherState(First, nonce), new CipherState(Second, nonce)),
        new NoiseTransport(new CipherState(Second, nonce), new CipherState(First, nonce)));

    static byte[] Encrypt(NoiseTransport sender, byte[] plaintext)
    {
        var frame = new byte[plaintext.Length + NoiseTransport.Overhead];
        Assert.True(sender.TryEncrypt(plaintext, frame));
        return frame;
    }

    static NoiseError Decrypt(NoiseTransport receiver, ReadOnlySpan<byte> frame, out byte[] plaintext)
    {
        var room = new byte[frame.Length];
        var isDecrypted = receiver.TryDecrypt(frame[NoiseTransport.PrefixSize..], room, out var length, out var error);
        plaintext = isDecrypted ? room[..length] : [];
        return error;
    }

    [Fact]
    public void What_one_side_encrypts_the_other_decrypts_in_both_directions() => Prop.ForAll<byte[][]>(messages =>
    {
        var (here, there) = Connect();
        return messages.All(message =>
            Decrypt(there, Encrypt(here, message), out var received) == NoiseError.None && received.SequenceEqual(message)
            && Decrypt(here, Encrypt(there, message), out received) == NoiseError.None && received.SequenceEqual(message));
    }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void The_largest_frame_holds_65519_bytes()
    {
        var (here, there) = Connect();
        var frame = Encrypt(here, new byte[NoiseTransport.MaxPlaintext]);
        Assert.Equal(65519, NoiseTransport.MaxPlaintext);
        Assert.Equal([0xff, 0xff], frame[..2]);
        Assert.Equal(NoiseTransport.MaxFrame, frame.Length);
        Assert.Equal(NoiseError.None, Decrypt(there, frame, out _));
    }

    [Fact]
    public void A_frame_is_found_only_when_all_of_it_is_there()
    {
        var frame = Encrypt(Connect().Here, [1, 2, 3]);
        for (var length = 0; length < frame.Length; length++)
            Assert.False(NoiseTransport.TryFrame(frame.AsSpan(0, length), out _));
        Assert.True(NoiseTransport.TryFrame([.. frame, 9], out var messageLength));
        Assert.Equal(frame.Length - NoiseTransport.PrefixSize, messageLength);
    }

    [Fact]
    public void A_message_may_be_decrypted_in_its_place()
    {
        var (here, there) = Connect();
        var frame = Encrypt(here, [1, 2, 3]);
        var message = frame.AsSpan(NoiseTransport.PrefixSize);
        Assert.True(there.TryDecrypt(message, message, out var length, out _));
        Assert.Equal([1, 2, 3], message[..length].ToArray());
    }

    [Fact]
    public void Replayed_reordered_forged_and_truncated_messages_are_refused_and_end_the_direction()
    {
        var (here, there) = Connect();
        var (first, second, third) = (Encrypt(here, [1]), Encrypt(here, [2]), Encrypt(here, [3]));
        Assert.Equal(NoiseError.None, Decrypt(there, first, out _));
        Assert.Equal(NoiseError.DecryptionFailed, Decrypt(there, first, out _));
        Assert.Equal(NoiseError.DecryptionFailed, Decrypt(there, second, out _));

        Assert.Equal(NoiseError.DecryptionFailed, Decrypt(Connect().There, second, out _));
        Assert.Equal(NoiseError.MessageTruncated, Decrypt(Connect().There, first.AsSpan(0, 17), out _));
        for (var i = NoiseTransport.PrefixSize; i < first.Length; i++)
        {
            var forged = (byte[])first.Clone();
            forged[i] ^= 1;
            Assert.Equal(NoiseError.DecryptionFailed, Decrypt(Connect().There, forged, out _));
        }
        Assert.NotEqual(second, third);
    }

    [Fact]
    public void A_direction_ends_when_its_nonces_are_used_up()
    {
        var (here, there) = Connect(ulong.MaxValue - 1);
        var last = Encrypt(here, [1]);
        Assert.False(here.TryEncrypt([2], new byte[1 + NoiseTransport.Overhead]));
        Assert.Equal(NoiseError.None, Decrypt(there, last, out _));
        Assert.Equal(NoiseError.NonceExhausted, Decrypt(there, last, out _));
    }

    [Fact]
    public void Nothing_is_allocated_for_a_message()
    {
        var (here, there) = Connect();
        var (plaintext, frame) = (new byte[1000], new byte[1000 + NoiseTransport.Overhead]);
        void Exchange()
        {
            here.TryEncrypt(plaintext, frame);
            there.TryDecrypt(frame.AsSpan(NoiseTransport.PrefixSize), plaintext, out _, out _);
        }
        for (var i = 0; i < 100; i++)
            Exchange();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Exchange();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }
}
