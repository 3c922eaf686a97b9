namespace LogosActors.Actors;

/// <summary>Checks an option once, when it is set or at start.</summary>
static class OptionRange
{
    /// <summary>The value, if it is within its documented range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static T Check<T>(T value, T least, T most, string name)
        where T : IComparable<T> =>
        value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be between {least} and {most}.");
}
