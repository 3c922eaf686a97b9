using System.Runtime.InteropServices;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Archive;

/// <summary>A place in the order of messages: by time, and those of the same time by hash.</summary>
/// <param name="Time">The message's time, in nanoseconds since 1970 UTC.</param>
/// <param name="Hash">The message's hash.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ArchivePosition(long Time, MessageHash Hash) : IComparable<ArchivePosition>
{
    /// <inheritdoc/>
    public int CompareTo(ArchivePosition other) =>
        Time != other.Time ? Time.CompareTo(other.Time) : Hash.CompareTo(other.Hash);

    /// <summary>Whether a position is before another.</summary>
    public static bool operator <(ArchivePosition left, ArchivePosition right) => left.CompareTo(right) < 0;

    /// <summary>Whether a position is after another.</summary>
    public static bool operator >(ArchivePosition left, ArchivePosition right) => left.CompareTo(right) > 0;

    /// <summary>Whether a position is not after another.</summary>
    public static bool operator <=(ArchivePosition left, ArchivePosition right) => left.CompareTo(right) <= 0;

    /// <summary>Whether a position is not before another.</summary>
    public static bool operator >=(ArchivePosition left, ArchivePosition right) => left.CompareTo(right) >= 0;
}

/// <summary>The positions between which messages are wanted.</summary>
/// <param name="First">The earliest.</param>
/// <param name="IncludesFirst">Whether a message there is wanted, too.</param>
/// <param name="Last">The latest.</param>
/// <param name="IncludesLast">Whether a message there is wanted, too.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ArchiveRange(ArchivePosition First, bool IncludesFirst, ArchivePosition Last, bool IncludesLast)
{
    static readonly MessageHash Highest = new([.. Enumerable.Repeat(byte.MaxValue, MessageHash.Length)]);

    /// <summary>All messages.</summary>
    public static readonly ArchiveRange All = new(new(long.MinValue, default), true, new(long.MaxValue, Highest), true);

    /// <summary>The range that a query asks for.</summary>
    /// <param name="query">The query.</param>
    /// <param name="cursor">Where its cursor's message is.</param>
    public static ArchiveRange Of(ArchiveQuery query, ArchivePosition? cursor)
    {
        var range = All with
        {
            First = All.First with { Time = query.Start ?? long.MinValue },
            Last = All.Last with { Time = query.End ?? long.MaxValue },
        };
        if (cursor is not { } position)
            return range;
        if (query.IsForward)
            return position >= range.First ? range with { First = position, IncludesFirst = false } : range;
        return position <= range.Last ? range with { Last = position, IncludesLast = false } : range;
    }

    /// <summary>Whether a position is within the range.</summary>
    public bool Contains(ArchivePosition position) =>
        (IncludesFirst ? position >= First : position > First) && (IncludesLast ? position <= Last : position < Last);
}
