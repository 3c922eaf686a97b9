namespace LogosActors.LoadTests;

/// <summary>What is to be measured.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Only">The text that their names hold; null: any.</param>
/// <param name="IsQuick">Whether rounds are short.</param>
/// <param name="IsList">Whether only the names are printed.</param>
/// <param name="Collector">The garbage collection; null: as the program that ships.</param>
internal sealed record Arguments(IReadOnlyList<Row> Rows, string? Only, bool IsQuick, bool IsList, Collector? Collector)
{
    static readonly string Usage =
        $"""
        usage: benchmarks/run [{string.Join('|', Areas.All.Keys)}]… [--quick] [--only text] [--list] [--gc concurrent|non-concurrent]
          --quick   shorter rounds, for a first look
          --only    the row of that name, or all whose names hold that text
          --list    print the names of the rows
          --gc      with another garbage collection than the program that ships
        """;

    /// <summary>Reads the command line; null and an error if that fails.</summary>
    public static Arguments? TryParse(string[] words, out string? error)
    {
        error = Usage;
        var (areas, only, collector, isQuick, isList) = (new List<string>(), (string?)null, (Collector?)null, false, false);
        for (var i = 0; i < words.Length; i++)
        {
            switch (words[i])
            {
                case "--quick":
                    isQuick = true;
                    break;
                case "--list":
                    isList = true;
                    break;
                case "--only" when i + 1 < words.Length:
                    only = words[++i];
                    break;
                case "--gc" when i + 1 < words.Length && GarbageCollector.Named(words[i + 1]) is { } named:
                    (collector, i) = (named, i + 1);
                    break;
                case var area when Areas.All.ContainsKey(area):
                    areas.Add(area);
                    break;
                default:
                    return null;
            }
        }
        error = null;
        return new Arguments(Select(areas.Count == 0 ? Areas.All.Keys : areas, only), only, isQuick, isList, collector);
    }

    static Row[] Select(IEnumerable<string> areas, string? only)
    {
        var rows = areas.SelectMany(area => Areas.All[area]()).ToArray();
        if (only is null)
            return rows;
        Row[] named = [.. rows.Where(row => string.Equals(row.Name, only, StringComparison.OrdinalIgnoreCase))];
        return named.Length > 0 ? named : [.. rows.Where(row => row.Name.Contains(only, StringComparison.OrdinalIgnoreCase))];
    }
}
