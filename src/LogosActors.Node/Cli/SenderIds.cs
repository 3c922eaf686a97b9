using System.Security.Cryptography;
using LogosActors.Actors;

namespace LogosActors.Node.Cli;

/// <summary>The name that a participant has when it is given none: the same as long as its data directory is.</summary>
internal static class SenderIds
{
    const string FileName = "sender-id";
    const int Length = 16;

    /// <summary>The name that a data directory keeps; null: none.</summary>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public static string? Find(string directory)
    {
        try
        {
            return Read(Path.Combine(directory, FileName));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Data, "data", $"The data directory '{directory}' cannot be used: {e.Message}");
        }
    }

    /// <summary>The name that a data directory keeps, which is made when it has none; without a directory a new one.</summary>
    /// <exception cref="CommandException">It can be neither read nor kept.</exception>
    public static string Of(string? directory)
    {
        var made = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Length));
        if (directory is null)
            return made;
        var path = Path.Combine(directory, FileName);
        try
        {
            if (Read(path) is { } kept)
                return kept;
            PrivateFiles.CreateDirectory(directory);
            var temporary = $"{path}.{made}";
            using (var file = PrivateFiles.Open(temporary, FileMode.CreateNew))
            {
                file.Write(System.Text.Encoding.ASCII.GetBytes(made));
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
            return made;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Data, "data", $"The data directory '{directory}' cannot be used: {e.Message}");
        }
    }

    static string? Read(string path) => File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } kept ? kept : null;
}
