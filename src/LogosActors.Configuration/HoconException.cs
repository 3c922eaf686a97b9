namespace LogosActors.Configuration;

/// <summary>A HOCON document cannot be read. The message begins with the place: <c>config/core.conf:12:7: …</c>.</summary>
public sealed class HoconException : FormatException
{
    /// <summary>Creates the error for a place in a document.</summary>
    /// <param name="origin">Where the document goes wrong.</param>
    /// <param name="problem">What is wrong and what is accepted instead.</param>
    /// <param name="innerException">The I/O error behind it, if there is one.</param>
    public HoconException(ConfigurationOrigin origin, string problem, Exception? innerException = null)
        : base($"{origin}: {problem}", innerException)
    {
        Origin = origin;
    }

    /// <summary>The place as one value.</summary>
    public ConfigurationOrigin Origin { get; }

    /// <summary>The file, as the operator named it, or the name given to a text.</summary>
    public string File => Origin.Source;

    /// <summary>The line, counted from 1; 0 when the whole file is meant (it does not exist, it is too large).</summary>
    public int Line => Origin.Line;

    /// <summary>The column in UTF-16 units, counted from 1; 0 when the whole file is meant.</summary>
    public int Column => Origin.Column;
}
