namespace LogosActors.Actors;

/// <summary>Files and directories that only their owner can read: keys, journals, archives. On Windows they have the rights of their directory.</summary>
public static class PrivateFiles
{
    const UnixFileMode OfOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const UnixFileMode OfOthers =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Makes a directory, mode 0700, unless it is there; one that is there keeps its mode.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OfOwner | UnixFileMode.UserExecute);
    }

    /// <summary>Opens a file, which has mode 0600 if this makes it; one that is there keeps its mode.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">Whether it is made.</param>
    /// <param name="share">What others may do meanwhile.</param>
    /// <exception cref="IOException">It cannot be opened, or is in use.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public static FileStream Open(string path, FileMode mode, FileShare share = FileShare.None)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = mode is FileMode.CreateNew ? FileAccess.Write : FileAccess.ReadWrite,
            Share = share,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OfOwner;
        return new FileStream(path, options);
    }

    /// <summary>Writes a line to a new file, mode 0600; a file that cannot be written whole is not left behind.</summary>
    /// <exception cref="IOException">It is there already, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public static void WriteNew(string path, string line)
    {
        var file = Open(path, FileMode.CreateNew);
        try
        {
            using var writer = new StreamWriter(file);
            writer.WriteLine(line);
            writer.Flush();
            file.Flush(flushToDisk: true);
        }
        catch (ArgumentOutOfRangeException e)
        {
            // How .NET says that the process may not write as large a file (EFBIG).
            File.Delete(path);
            throw new IOException(e.Message, e);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>A warning, for people, about a key file that others than its owner may read or change.</summary>
    /// <param name="path">The file; null: there is none.</param>
    /// <returns>Null: there is nothing to warn about, or the file's mode is not known.</returns>
    public static string? WarningOf(string? path) => path is not null && IsOpenToOthers(path)
        ? $"The key file '{path}' can be read or changed by other users of this machine: chmod 600 '{path}'"
        : null;

    static bool IsOpenToOthers(string path)
    {
        try
        {
            return !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & OfOthers) != UnixFileMode.None;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
