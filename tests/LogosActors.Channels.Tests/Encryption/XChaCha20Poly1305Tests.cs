using System.Security.Cryptography;
using Geralt;

namespace LogosActors.Channels.Tests.Encryption;

/// <summary>The cipher that channels are encrypted with is the one of the draft.</summary>
public sealed class XChaCha20Poly1305Tests
{
    /// <summary>draft-irtf-cfrg-xchacha-03 appendix A.3.1.</summary>
    [Fact]
    public void A_message_is_encrypted_as_in_the_draft()
    {
        var plaintext = "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."u8;
        var associated = Convert.FromHexString("50515253c0c1c2c3c4c5c6c7");
        var key = Convert.FromHexString("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
        var nonce = Convert.FromHexString("404142434445464748494a4b4c4d4e4f5051525354555657");
        var ciphertext = new byte[plaintext.Length + XChaCha20Poly1305.TagSize];

        XChaCha20Poly1305.Encrypt(ciphertext, plaintext, nonce, key, associated);

        Assert.Equal(
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52e"
            + "c0875924c1c7987947deafd8780acf49",
            Convert.ToHexStringLower(ciphertext));
        var read = new byte[plaintext.Length];
        XChaCha20Poly1305.Decrypt(read, ciphertext, nonce, key, associated);
        Assert.Equal(plaintext.ToArray(), read);
    }

    [Fact]
    public void What_was_changed_is_not_read()
    {
        var (key, nonce, ciphertext) = (new byte[XChaCha20Poly1305.KeySize], new byte[XChaCha20Poly1305.NonceSize], new byte[26]);
        XChaCha20Poly1305.Encrypt(ciphertext, new byte[10], nonce, key);

        ciphertext[3] ^= 1;

        Assert.ThrowsAny<CryptographicException>(() => XChaCha20Poly1305.Decrypt(new byte[10], ciphertext, nonce, key));
    }
}
