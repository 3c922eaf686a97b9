using System.Text;

namespace LogosActors.Node.Files;

/// <summary>Which names a stranger may give to a file here.</summary>
internal static class FileName
{
    /// <summary>The longest, in bytes of UTF-8: what file systems take, with room for a mark that distinguishes two of one name.</summary>
    public const int MaxLength = 200;

    /// <summary>Whether a name is one of a file, not of a path, of something hidden or of something that takes over a terminal.</summary>
    public static bool IsSafe(string name) =>
        name.Length > 0 && name[0] is not ('.' or ' ') && name[^1] is not ('.' or ' ') && Encoding.UTF8.GetByteCount(name) <= MaxLength
        && !name.Any(static letter => char.IsControl(letter) || char.GetUnicodeCategory(letter) is System.Globalization.UnicodeCategory.Format
            || letter is '/' or '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|');

    /// <summary>The same name with a mark before its ending.</summary>
    public static string Marked(string name, string mark) => $"{Path.GetFileNameWithoutExtension(name)}.{mark}{Path.GetExtension(name)}";
}
