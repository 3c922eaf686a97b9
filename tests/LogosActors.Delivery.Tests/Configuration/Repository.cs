namespace LogosActors.Delivery.Tests.Configuration;

/// <summary>The repository that the tests run in.</summary>
internal static class Repository
{
    public static string File(string path)
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(directory.FullName, "LogosActors.sln")))
            directory = directory.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        return Path.Combine(directory.FullName, path);
    }
}
