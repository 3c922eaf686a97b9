using System.Runtime.InteropServices;

namespace LogosActors.Channels.Segmentation;

/// <summary>Some of the positions 0 – 255 of a message's chunks. Immutable.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PositionSet(ulong First, ulong Second, ulong Third, ulong Fourth)
{
    /// <summary>Whether a position is among them.</summary>
    public bool Contains(int position) => (Word(position >> 6) & Bit(position)) != 0;

    /// <summary>These and one more.</summary>
    public PositionSet With(int position) => (position >> 6) switch
    {
        0 => this with { First = First | Bit(position) },
        1 => this with { Second = Second | Bit(position) },
        2 => this with { Third = Third | Bit(position) },
        _ => this with { Fourth = Fourth | Bit(position) },
    };

    static ulong Bit(int position) => 1UL << (position & 63);

    ulong Word(int index) => index switch
    {
        0 => First,
        1 => Second,
        2 => Third,
        _ => Fourth,
    };
}
