namespace LogosActors.Actors;

/// <summary>The room that is left on a file's disk.</summary>
public static class DiskSpace
{
    /// <summary>With less room than this a disk counts as full.</summary>
    /// <value>256 KiB: the largest message of the network, 150 KiB, with what a database writes beside it.</value>
    public const long Least = 256 * 1024;

    /// <summary>Whether a file's disk has room; true if that is not known.</summary>
    public static bool IsLeft(string path)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(path))!).AvailableFreeSpace >= Least;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return true;
        }
    }
}
