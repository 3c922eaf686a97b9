namespace LogosActors.Configuration;

/// <summary>Something about a setting that an operator has to change.</summary>
/// <param name="Key">The full name of the setting as HOCON writes it: <c>actors.shutdown-timeout</c>.</param>
/// <param name="Message">What is wrong and what is accepted.</param>
/// <param name="Origin">Where the setting was written, if that is known.</param>
public sealed record OptionsProblem(string Key, string Message, ConfigurationOrigin? Origin)
{
    /// <summary>The problem in one line: <c>config/core.conf:12:7: actors.shutdown-timeout: …</c>.</summary>
    public override string ToString() => $"{(Origin is { } origin ? $"{origin}: " : "")}{(Key.Length > 0 ? $"{Key}: " : "")}{Message}";
}

/// <summary>The configuration is not accepted. Names every problem at once, one per line.</summary>
/// <param name="problems">What has to be changed; at least one.</param>
public sealed class OptionsException(IReadOnlyList<OptionsProblem> problems) : Exception(string.Join('\n', problems))
{
    /// <summary>What has to be changed.</summary>
    public IReadOnlyList<OptionsProblem> Problems { get; } = problems;
}
