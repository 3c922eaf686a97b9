namespace LogosActors.Documentation.Tests;

/// <summary>The files of the repository that the tests run in.</summary>
static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Everything that a stranger reads: the README and what it links.</summary>
    public static IEnumerable<string> Documents =>
        [
            .. Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md").Append(File("README.md")).Append(File("benchmarks/README.md")),
            .. Packages.Select(static package => Path.Combine(package, "README.md")),
        ];

    /// <summary>The folders of the packages.</summary>
    public static IEnumerable<string> Packages => Directory.EnumerateDirectories(File("src"));

    public static string File(string path) => Path.Combine(Root, path);

    static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(directory.FullName, "LogosActors.sln")))
            directory = directory.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        return directory.FullName;
    }
}
