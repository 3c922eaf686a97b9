namespace LogosActors.Configuration.Hocon;

/// <summary>Where in the document the parser stands.</summary>
/// <param name="Path">The path of the object being read, from the root of the document; <see langword="null"/> inside an array, which no path reaches.</param>
/// <param name="Roots">The paths at which a substitution may begin, nearest first.</param>
/// <param name="Depth">Levels opened so far, in this file and those that include it.</param>
internal sealed record HoconScope(string[]? Path, string[][] Roots, int Depth)
{
    public static readonly HoconScope Document = new([], [[]], 0);

    public HoconScope Field(string[] path, HoconScanner at) => Deeper(path.Length, at) with { Path = Path is null ? null : [.. Path, .. path] };

    public HoconScope Element(HoconScanner at) => Deeper(1, at) with { Path = null };

    /// <summary>The scope of a file included here: its substitutions look below this object first.</summary>
    public HoconScope Include(HoconScanner at)
    {
        var deeper = Deeper(1, at);
        return Path is null || Path.Length == Roots[0].Length ? deeper : deeper with { Roots = [Path, .. Roots] };
    }

    HoconScope Deeper(int levels, HoconScanner at) => Depth + levels <= HoconLimits.Depth
        ? this with { Depth = Depth + levels }
        : throw at.Error($"values nest deeper than {HoconLimits.Depth} levels.");
}
