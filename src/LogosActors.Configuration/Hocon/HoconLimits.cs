namespace LogosActors.Configuration.Hocon;

/// <summary>What a document may cost. A configuration file is small; whatever exceeds these is an accident or an attack.</summary>
internal static class HoconLimits
{
    /// <summary>Bytes of one file (1 MiB).</summary>
    public const int FileSize = 1024 * 1024;

    /// <summary>Files that one document may pull in, repetitions included.</summary>
    public const int Includes = 256;

    /// <summary>Levels of objects, arrays, path elements and includes together.</summary>
    public const int Depth = 64;

    /// <summary>Substitutions that may wait for one another; keeps the resolver's recursion well inside a 1 MiB stack.</summary>
    public const int Substitutions = 200;

    /// <summary>Characters and values that concatenation may produce: each file of a chain <c>a = ${b}${b}</c> would double it.</summary>
    public const int Produced = 16 * 1024 * 1024;

    /// <summary>Values of the finished document.</summary>
    public const int Settings = 100_000;
}
