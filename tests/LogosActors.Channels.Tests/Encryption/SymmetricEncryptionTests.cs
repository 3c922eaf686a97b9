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
    public void The_key_that_is_written_with_cannot_be_removed_nor_one_added_twice()
    {
        using var alice = new SymmetricEncryption(ChannelKey.Generate(1));

        Assert.Throws<InvalidOperationException>(() => alice.Remove(1));
        Assert.Throws<ArgumentException>(() => alice.Add(ChannelKey.Generate(1)));
        Assert.Throws<ArgumentException>(() => alice.Use(7));
    }
}
