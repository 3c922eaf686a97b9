using System.Text;
using LogosActors.Actors;

namespace LogosActors.Node.Files;

/// <summary>A file of lines that survive: each is on the disk before <see cref="Append"/> returns. A line that was cut short by a crash is dropped.</summary>
internal sealed class LineJournal : IDisposable
{
    readonly FileStream _file;

    LineJournal(FileStream file, IReadOnlyList<string> lines) => (_file, Lines) = (file, lines);

    /// <summary>What was there when it was opened.</summary>
    public IReadOnlyList<string> Lines { get; }

    /// <summary>Opens a journal, or makes one.</summary>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public static LineJournal Open(string path)
    {
        PrivateFiles.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var file = PrivateFiles.Open(path, FileMode.OpenOrCreate, FileShare.Read);
        try
        {
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            var whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
            file.SetLength(whole);
            file.Position = whole;
            return new LineJournal(file, Encoding.UTF8.GetString(bytes.AsSpan(0, whole)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Adds a line.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public void Append(string line)
    {
        _file.Write(Encoding.UTF8.GetBytes(line + '\n'));
        _file.Flush(flushToDisk: true);
    }

    public void Dispose() => _file.Dispose();
}
