using System.Runtime.InteropServices;

namespace LogosActors.Configuration;

/// <summary>Where a setting was written: a place in a file, or an environment variable.</summary>
/// <param name="Source">The file as it was named by the operator, or a description such as <c>environment variable LOGOS_X</c>.</param>
/// <param name="Line">The line, counted from 1; 0 when the source has no lines.</param>
/// <param name="Column">The column in UTF-16 units, counted from 1; 0 when the source has no lines.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ConfigurationOrigin(string Source, int Line = 0, int Column = 0)
{
    /// <summary>The origin as compilers write it: <c>config/core.conf:12:7</c>.</summary>
    public override string ToString() => Line == 0 ? Source : $"{Source}:{Line}:{Column}";
}

/// <summary>A configuration provider that remembers where each of its keys was written.</summary>
public interface IOriginAware
{
    /// <summary>Where a key was written; false if this provider does not know.</summary>
    /// <param name="key">The key, levels separated by colons.</param>
    /// <param name="origin">The place.</param>
    bool TryGetOrigin(string key, out ConfigurationOrigin origin);
}
