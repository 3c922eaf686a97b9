using System.Security.Cryptography;
using LogosActors.Channels.Encryption;

namespace LogosActors.Channels.Tests.Encryption;

public sealed class SymmetricEncryptionTests
{
    static readonly byte[] Text = "a secret"u8.ToArray();

    [Fact]
    public async Task What_one_participant_writes_another_with_the_same_key_reads()
    {
        using var key = ChannelKey.Generate(1);
        using var alice = new SymmetricEncryption(key);
        using var bob = new SymmetricEncryption(new ChannelKey(1, key.Export()));

        var written = await alice.EncryptAsync(Text, default);

        Assert.Equal(Text.Length + SymmetricEncryption.Overhead, written.Length);
        Assert.Equal(Text, (await bob.DecryptAsync(written, default)).ToArray());
    }

    // Histories keep what earlier versions wrote: this is the output of 0.1.
    [Fact]
    public async Task What_an_earlier_version_wrote_is_read()
    {
        using var alice = new SymmetricEncryption(new ChannelKey(0x01020304, [.. Enumerable.Range(0, ChannelKey.Size).Select(i => (byte)i)]));
        var written = Convert.FromHexString("01010203045ad9e1a4a17fcf04238a044eb04857c9e9abff07e173e0858cc5f610b73c3d3f8f19a5df9ed142cff47b78d1448fd249");

        Assert.Equal(Text, (await alice.DecryptAsync(written, default)).ToArray());
    }

    [Fact]
    public async Task The_same_text_is_never_the_same_twice()
    {
        using var alice = new SymmetricEncryption(ChannelKey.Generate(1));

        Assert.NotEqual((await alice.EncryptAsync(Text, default)).ToArray(), (await alice.EncryptAsync(Text, default)).ToArray());
    }

    [Fact]
    public async Task Keys_are_changed_without_losing_what_is_on_its_way()
    {
        using var first = ChannelKey.Generate(1);
        using var second = ChannelKey.Generate(2);
        using var alice = new SymmetricEncryption(new ChannelKey(1, first.Export()));
        using var bob = new SymmetricEncryption(new ChannelKey(1, first.Export()));
        var before = await alice.EncryptAsync(Text, default);

        bob.Add(new ChannelKey(2, second.Export()));
        alice.Add(new ChannelKey(2, second.Export()));
        alice.Use(2);
        var after = await alice.EncryptAsync(Text, default);

        Assert.Equal(Text, (await bob.DecryptAsync(before, default)).ToArray());
        Assert.Equal(Text, (await bob.DecryptAsync(after, default)).ToArray());
        bob.Use(2);
        bob.Remove(1);
        await Assert.ThrowsAsync<CryptographicException>(async () => await bob.DecryptAsync(before, default));
        Assert.Equal(2u, bob.CurrentKey);
    }

    [Fact]
    public async Task Another_key_of_the_same_id_reads_nothing()
    {
        using var alice = new SymmetricEncryption(ChannelKey.Generate(1));
        using var eve = new SymmetricEncryption(ChannelKey.Generate(1));

        var written = await alice.EncryptAsync(Text, default);

        await Assert.ThrowsAsync<AuthenticationTagMismatchException>(async () => await eve.DecryptAsync(written, default));
    }

    [Fact]
    public async Task Whatever_comes_is_read_or_refused()
    {
        using var alice = new SymmetricEncryption(ChannelKey.Generate(1));
        var written = (await alice.EncryptAsync(Text, default)).ToArray();

        for (var i = 0; i < written.Length; i++)
        {
            var cut = written[..i];
            await Assert.ThrowsAnyAsync<CryptographicException>(async () => await alice.DecryptAsync(cut, default));
            var changed = written.ToArray();
            changed[i] ^= 0x10;
            await Assert.ThrowsAnyAsync<CryptographicException>(async () => await alice.DecryptAsync(changed, default));
        }
    }

    [Fact]
    public async Task Whatever_is_added_used_and_removed_meanwhile_nothing_is_written_with_another_key_than_it_names()
    {
        const int Rounds = 2_000;
        using var alice = new SymmetricEncryption(ChannelKey.Generate(0));
        var keys = new System.Collections.Concurrent.ConcurrentDictionary<uint, byte[]>();
        for (uint id = 1; id <= Rounds; id++)
        {
            using var key = ChannelKey.Generate(id);
            keys[id] = key.Export();
        }
        alice.Add(new ChannelKey(1, keys[1]));
        alice.Use(1);
        var isOver = false;
        var sealing = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            for (var count = 0; !Volatile.Read(ref isOver) || count == 0; count++)
            {
                var written = (await alice.EncryptAsync(Text, default)).ToArray();
                var id = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(written.AsSpan(1));
                using var reader = new SymmetricEncryption(new ChannelKey(id, keys[id]));
                Assert.Equal(Text, (await reader.DecryptAsync(written, default)).ToArray());
                try
                {
                    Assert.Equal(Text, (await alice.DecryptAsync(written, default)).ToArray());
                }
                catch (CryptographicException e) when (e is not AuthenticationTagMismatchException)
                {
                    // Its key was removed meanwhile.
                }
            }
        })).ToArray();

        for (uint id = 2; id <= Rounds; id++)
        {
            alice.Add(new ChannelKey(id, keys[id]));
            alice.Use(id);
            alice.Remove(id - 1);
        }
        Volatile.Write(ref isOver, true);
        await Task.WhenAll(sealing);
    }

    [Fact]
    public async Task A_key_that_its_owner_has_disposed_of_lives_as_long_as_an_encryption_uses_it()
    {
        var key = ChannelKey.Generate(1);
        using var bob = new SymmetricEncryption(new ChannelKey(1, key.Export()));
        var alice = new SymmetricEncryption(key);
        var carol = new SymmetricEncryption(key);

        key.Dispose();
        Assert.Equal(Text, (await bob.DecryptAsync(await alice.EncryptAsync(Text, default), default)).ToArray());
        alice.Dispose();
        Assert.Equal(Text, (await bob.DecryptAsync(await carol.EncryptAsync(Text, default), default)).ToArray());
        carol.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.Export());
        Assert.Throws<ObjectDisposedException>(() => new SymmetricEncryption(key));
        using var dave = new SymmetricEncryption(ChannelKey.Generate(2));
        Assert.Throws<ObjectDisposedException>(() => dave.Add(key));
    }

    [Fact]
    public async Task What_is_disposed_of_refuses()
    {
        var key = ChannelKey.Generate(1);
        var alice = new SymmetricEncryption(key);
        var written = await alice.EncryptAsync(Text, default);

        alice.Dispose();
        alice.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await alice.EncryptAsync(Text, default));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await alice.DecryptAsync(written, default));
        Assert.Throws<ObjectDisposedException>(() => alice.Use(1));
        Assert.Throws<ObjectDisposedException>(() => alice.Add(ChannelKey.Generate(2)));
        Assert.Throws<ObjectDisposedException>(() => alice.Remove(2));
        // It belonged to the encryption.
        Assert.Throws<ObjectDisposedException>(() => key.Export());
    }

    [Fact]
    public void A_key_that_was_removed_is_gone_for_its_owner_too()
    {
        using var alice = new SymmetricEncryption(ChannelKey.Generate(1));
        var second = ChannelKey.Generate(2);
        alice.Add(second);

        alice.Remove(2);

        Assert.Throws<ObjectDisposedException>(() => second.Export());
    }

    [Fact]
    public void The_key_that_is_written_with_cannot_be_removed_nor_one_added_twice()
    {
        using var alice = new SymmetricEncryption(ChannelKey.Generate(1));

        Assert.Throws<InvalidOperationException>(() => alice.Remove(1));
        Assert.Throws<ArgumentException>(() => alice.Add(ChannelKey.Generate(1)));
        Assert.Throws<ArgumentException>(() => alice.Use(7));
    }
}
