namespace LogosActors.Actors.Persistence.Journals;

/// <summary>Checks an option once, at start.</summary>
static class OptionRange
{
    /// <exception cref="ArgumentOutOfRangeException">The value is outside of its documented range.</exception>
    public static void Check<T>(T value, T least, T most, string name)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be between {least} and {most}.");
    }
}
