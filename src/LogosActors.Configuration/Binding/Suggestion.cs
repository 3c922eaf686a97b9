namespace LogosActors.Configuration.Binding;

/// <summary>Guesses which name was meant.</summary>
public static class Suggestion
{
    /// <summary>The accepted name that is closest to the written one, if it is close enough to be a slip.</summary>
    public static string? For(string written, IEnumerable<string> accepted)
    {
        if (written.Length > 64)
            return null;
        var (name, distance) = accepted.Select(name => (name, Distance(written, name))).DefaultIfEmpty(("", int.MaxValue)).MinBy(pair => pair.Item2);
        return distance <= Math.Max(2, written.Length / 4) ? name : null;
    }

    /// <summary>Levenshtein's distance, upper and lower case alike.</summary>
    static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        foreach (var c in a)
        {
            var diagonal = row[0]++;
            for (var j = 1; j < row.Length; j++)
            {
                var same = char.ToUpperInvariant(c) == char.ToUpperInvariant(b[j - 1]);
                var next = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1));
                (diagonal, row[j]) = (row[j], next);
            }
        }
        return row[^1];
    }
}
