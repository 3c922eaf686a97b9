namespace LogosActors.Documentation.Tests;

/// <summary>Code between <c>// sample: name</c> and <c>// end sample</c> in the <c>*Samples.cs</c> of the tests, each compiled and run with its own project, and
/// the whole programs in <c>Programs</c>, which <see cref="ProgramTests"/> runs.</summary>
static class Samples
{
    const string Begin = "// sample: ";
    const string End = "// end sample";

    public static IReadOnlyDictionary<string, string> All { get; } =
        Directory.EnumerateDirectories(Repository.File("tests"))
            .Select(project => Path.Combine(project, "Documentation"))
            .Where(Directory.Exists)
            .Append(Repository.File("tests/LogosActors.Documentation.Tests"))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*Samples.cs"))
            .SelectMany(file => Read(File.ReadAllLines(file)))
            .Concat(Directory.EnumerateFiles(Repository.File("tests/LogosActors.Documentation.Tests/Programs")).Select(static file => (Name: Path.GetFileNameWithoutExtension(file), Code: File.ReadAllText(file).TrimEnd())))
            .ToDictionary(sample => sample.Name, sample => sample.Code, StringComparer.Ordinal);

    static IEnumerable<(string Name, string Code)> Read(string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].TrimStart().StartsWith(Begin, StringComparison.Ordinal))
                continue;
            var name = lines[i].Trim()[Begin.Length..];
            string[] code = [.. lines.Skip(i + 1).TakeWhile(line => line.Trim() is not End)];
            i += code.Length;
            yield return (name, Dedent(code));
        }
    }

    static string Dedent(string[] code)
    {
        var indent = code.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', code.Select(line => line.Length == 0 ? line : line[indent..]));
    }
}
