using System.Runtime.CompilerServices;

namespace LogosActors.Libp2p;

/// <summary>Checks an option once, when it is set.</summary>
public static class OptionRange
{
    /// <summary>Checks a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="least">The least that is allowed.</param>
    /// <param name="most">The most that is allowed.</param>
    /// <param name="name">The option.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside of its documented range.</exception>
    public static T Check<T>(T value, T least, T most, [CallerMemberName] string name = "")
        where T : IComparable<T> =>
        value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be between {least} and {most}.");
}
