using System.Security.Cryptography;
using System.Text;
using LogosActors.Delivery.Discovery.Records;
using LogosActors.Libp2p.Cryptography;

namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>The keys of a session, and how both sides come to them (discv5 theory §Sessions).</summary>
/// <param name="InitiatorKey">With which the one encrypts who has answered a WHOAREYOU, 16 bytes.</param>
/// <param name="RecipientKey">With which the other encrypts, 16 bytes.</param>
internal sealed record SessionKeys(byte[] InitiatorKey, byte[] RecipientKey)
{
    /// <summary>The length of a key, in bytes (AES-128).</summary>
    public const int Length = 16;

    /// <summary>The length of the tag behind a message, in bytes (AES-GCM).</summary>
    public const int TagLength = 16;

    const string AgreementText = "discovery v5 key agreement";
    const string ProofText = "discovery v5 identity proof";

    /// <summary>Derives the keys.</summary>
    /// <param name="sharedPoint">The compressed point of the key agreement, 33 bytes.</param>
    /// <param name="challenge">IV and header of the WHOAREYOU.</param>
    /// <param name="initiator">Who answers it.</param>
    /// <param name="recipient">Who has sent it.</param>
    public static SessionKeys Derive(ReadOnlySpan<byte> sharedPoint, ReadOnlySpan<byte> challenge, NodeId initiator, NodeId recipient)
    {
        Span<byte> info = stackalloc byte[AgreementText.Length + (2 * NodeId.Length)];
        Encoding.ASCII.GetBytes(AgreementText, info);
        initiator.CopyTo(info[AgreementText.Length..]);
        recipient.CopyTo(info[(AgreementText.Length + NodeId.Length)..]);
        Span<byte> keys = stackalloc byte[2 * Length];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, sharedPoint, keys, challenge, info);
        var derived = new SessionKeys(keys[..Length].ToArray(), keys[Length..].ToArray());
        CryptographicOperations.ZeroMemory(keys);
        return derived;
    }

    /// <summary>The hash that an initiator signs, to prove who it is.</summary>
    public static void ProofOf(ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> ephemeralKey, NodeId recipient, Span<byte> hash)
    {
        Span<byte> text = stackalloc byte[ProofText.Length + Packet.IvLength + Packet.StaticHeaderLength + Packet.WhoAreYouDataLength + 33 + NodeId.Length];
        Encoding.ASCII.GetBytes(ProofText, text);
        var rest = text[ProofText.Length..];
        challenge.CopyTo(rest);
        ephemeralKey.CopyTo(rest = rest[challenge.Length..]);
        recipient.CopyTo(rest[ephemeralKey.Length..]);
        SHA256.HashData(text[..(ProofText.Length + challenge.Length + ephemeralKey.Length + NodeId.Length)], hash);
    }

    /// <summary>Whether an initiator has proven who it is.</summary>
    public static bool Verify(
        ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> ephemeralKey, NodeId recipient)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        ProofOf(challenge, ephemeralKey, recipient, hash);
        return Secp256k1.Verify(publicKey, hash, signature);
    }

    /// <summary>Encrypts a message; the tag comes behind it.</summary>
    public static byte[] Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> message, ReadOnlySpan<byte> head)
    {
        var encrypted = new byte[message.Length + TagLength];
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(nonce, message, encrypted.AsSpan(0, message.Length), encrypted.AsSpan(message.Length), head);
        return encrypted;
    }

    /// <summary>Decrypts a message.</summary>
    /// <returns>Null when it was encrypted with another key, or changed.</returns>
    public static byte[]? Decrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> message, ReadOnlySpan<byte> head)
    {
        if (message.Length < TagLength)
            return null;
        var decrypted = new byte[message.Length - TagLength];
        using var aes = new AesGcm(key, TagLength);
        try
        {
            aes.Decrypt(nonce, message[..decrypted.Length], message[decrypted.Length..], decrypted, head);
            return decrypted;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>Wipes the keys.</summary>
    public void Wipe()
    {
        CryptographicOperations.ZeroMemory(InitiatorKey);
        CryptographicOperations.ZeroMemory(RecipientKey);
    }
}
