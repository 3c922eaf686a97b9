using System.Runtime.CompilerServices;

namespace LogosActors.Libp2p;

/// <summary>Checks an option once, when it is set.</summary>
internal static class OptionRange
{
    /// <exception cref="ArgumentOutOfRangeException">The value is outside of its documented range.</exception>
    public static T Check<T>(T value, T least, T most, [CallerMemberName] string name = "")
        where T : IComparable<T> =>
        value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be between {least} and {most}.");
}
