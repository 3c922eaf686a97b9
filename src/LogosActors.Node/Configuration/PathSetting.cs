namespace LogosActors.Node.Configuration;

/// <summary>Checks settings that name files and directories.</summary>
internal static class PathSetting
{
    /// <summary>Why no file system has such a path; null: one may have it.</summary>
    public static string? ProblemOf(string? path) =>
        path is null ? null
        : path.Length == 0 ? "the path is empty."
        : path.Contains('\0', StringComparison.Ordinal) ? "the path has a NUL in it."
        : null;
}
