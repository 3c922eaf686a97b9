using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace LogosActors.Delivery;

/// <summary>Names one request to send; events about it carry it.</summary>
/// <param name="Value">32 hexadecimal digits, when the node has made it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RequestId(string Value)
{
    /// <summary>Makes an id that no other request has.</summary>
    public static RequestId New() => new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));

    /// <summary>The id.</summary>
    public override string ToString() => Value;
}
