namespace LogosActors.Configuration;

/// <summary>Bounds the value of a setting, or each element of a list; checked when options are bound.</summary>
[AttributeUsage(AttributeTargets.Property)]
public abstract class SettingRangeAttribute : Attribute
{
    /// <summary>Whether the value lies within the bounds.</summary>
    /// <param name="value">The bound value, never null.</param>
    /// <returns><see langword="true"/> when it is accepted.</returns>
    public abstract bool Contains(object value);

    /// <summary>The bounds as an operator would write them: <c>100 ms to 1 h</c>.</summary>
    public abstract override string ToString();
}

/// <summary>Bounds a number, both ends included.</summary>
/// <param name="minimum">The smallest accepted number.</param>
/// <param name="maximum">The largest accepted number; without one there is no upper end.</param>
public sealed class NumberRangeAttribute(double minimum, double maximum = double.PositiveInfinity) : SettingRangeAttribute
{
    /// <summary>The smallest accepted number.</summary>
    public double Minimum { get; } = minimum;

    /// <summary>The largest accepted number.</summary>
    public double Maximum { get; } = maximum;

    /// <inheritdoc/>
    public override bool Contains(object value) => Convert.ToDouble(value, null) is var number && number >= Minimum && number <= Maximum;

    /// <inheritdoc/>
    public override string ToString() => double.IsPositiveInfinity(Maximum) ? $"{Minimum} or more" : $"{Minimum} to {Maximum}";
}

/// <summary>Bounds a <see cref="TimeSpan"/>, both ends included: <c>[DurationRange("100 ms", "1 h")]</c>.</summary>
/// <param name="minimum">The shortest accepted duration, as in configuration.</param>
/// <param name="maximum">The longest accepted duration, as in configuration.</param>
public sealed class DurationRangeAttribute(string minimum, string maximum) : SettingRangeAttribute
{
    /// <summary>The shortest accepted duration.</summary>
    public string Minimum { get; } = minimum;

    /// <summary>The longest accepted duration.</summary>
    public string Maximum { get; } = maximum;

    /// <inheritdoc/>
    public override bool Contains(object value) =>
        value is TimeSpan duration && duration >= HoconDuration.Parse(Minimum) && duration <= HoconDuration.Parse(Maximum);

    /// <inheritdoc/>
    public override string ToString() => $"{HoconDuration.Format(HoconDuration.Parse(Minimum))} to {HoconDuration.Format(HoconDuration.Parse(Maximum))}";
}

/// <summary>Bounds a <see cref="DataSize"/>, both ends included: <c>[SizeRange("1 KiB", "1 MiB")]</c>.</summary>
/// <param name="minimum">The smallest accepted size, as in configuration.</param>
/// <param name="maximum">The largest accepted size, as in configuration.</param>
public sealed class SizeRangeAttribute(string minimum, string maximum) : SettingRangeAttribute
{
    /// <summary>The smallest accepted size.</summary>
    public string Minimum { get; } = minimum;

    /// <summary>The largest accepted size.</summary>
    public string Maximum { get; } = maximum;

    /// <inheritdoc/>
    public override bool Contains(object value) => value is DataSize size && size >= DataSize.Parse(Minimum) && size <= DataSize.Parse(Maximum);

    /// <inheritdoc/>
    public override string ToString() => $"{DataSize.Parse(Minimum)} to {DataSize.Parse(Maximum)}";
}

/// <summary>Marks a setting whose value must never be shown: errors and references leave it out.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretSettingAttribute : Attribute;

/// <summary>Options with rules that concern several settings at once.</summary>
public interface IValidatedOptions
{
    /// <summary>Checks the settings against each other. Called when every one of them is valid by itself.</summary>
    /// <returns>One sentence for each broken rule; nothing when all is well. One that begins with the name of a setting and a colon or a
    /// space, such as <c>store.enabled requires relay</c>, is reported where that setting was set.</returns>
    IEnumerable<string> Validate();
}
