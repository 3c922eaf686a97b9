using System.Security.Cryptography;
using LogosActors.Channels.Encryption;

namespace LogosActors.Channels.Tests.Encryption;

public sealed class XChaCha20Poly1305Tests
{
    /// <summary>draft-irtf-cfrg-xchacha-03 §2.2.1.</summary>
    [Fact]
    public void A_subkey_is_that_of_the_draft()
    {
        var key = Convert.FromHexString("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
        var nonce = Convert.FromHexString("000000090000004a0000000031415927");
        var subkey = new byte[32];

        XChaCha20Poly1305.Subkey(key, nonce, subkey);

        Assert.Equal("82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc", Convert.ToHexStringLower(subkey));
    }

    /// <summary>draft-irtf-cfrg-xchacha-03 appendix A.3.1.</summary>
    [Fact]
    public void A_message_is_encrypted_as_in_the_draft()
    {
        var plaintext = "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."u8;
        var associated = Convert.FromHexString("50515253c0c1c2c3c4c5c6c7");
        var key = Convert.FromHexString("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
        var nonce = Convert.FromHexString("404142434445464748494a4b4c4d4e4f5051525354555657");
        var (ciphertext, tag) = (new byte[plaintext.Length], new byte[16]);

        XChaCha20Poly1305.Encrypt(key, nonce, plaintext, ciphertext, tag, associated);

        Assert.Equal(
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52e",
            Convert.ToHexStringLower(ciphertext));
        Assert.Equal("c0875924c1c7987947deafd8780acf49", Convert.ToHexStringLower(tag));
        var read = new byte[plaintext.Length];
        XChaCha20Poly1305.Decrypt(key, nonce, ciphertext, tag, read, associated);
        Assert.Equal(plaintext.ToArray(), read);
    }

    [Fact]
    public void What_was_changed_is_not_read()
    {
        var (key, nonce) = (new byte[32], new byte[24]);
        var (ciphertext, tag) = (new byte[10], new byte[16]);
        XChaCha20Poly1305.Encrypt(key, nonce, new byte[10], ciphertext, tag, default);

        ciphertext[3] ^= 1;

        Assert.Throws<AuthenticationTagMismatchException>(() => XChaCha20Poly1305.Decrypt(key, nonce, ciphertext, tag, new byte[10], default));
    }
}
