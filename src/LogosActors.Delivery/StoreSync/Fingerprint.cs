using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.StoreSync;

/// <summary>The XOR of the hashes of a set of messages: equal sets have equal ones (WAKU-STORE-SYNC §Reconciliation, fingerprint).</summary>
/// <remarks>It finds differences that nobody made on purpose. Whoever can choose hashes can make two sets look the same.</remarks>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Fingerprint(Vector256<byte> Value)
{
    /// <summary>The length, in bytes.</summary>
    public const int Length = MessageHash.Length;

    /// <summary>That of a set of one message.</summary>
    public static Fingerprint Of(MessageHash hash)
    {
        Span<byte> bytes = stackalloc byte[Length];
        hash.CopyTo(bytes);
        return Read(bytes);
    }

    /// <summary>Reads one from the first <see cref="Length"/> bytes of a span.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The span is shorter.</exception>
    public static Fingerprint Read(ReadOnlySpan<byte> bytes) => new(Vector256.Create(bytes));

    /// <summary>Writes it to the first <see cref="Length"/> bytes of a span.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The span is shorter.</exception>
    public void CopyTo(Span<byte> destination) => Value.CopyTo(destination);

    /// <summary>Adds what is in one of two sets to, or removes it from, the other.</summary>
    public static Fingerprint operator ^(Fingerprint left, Fingerprint right) => new(left.Value ^ right.Value);

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
