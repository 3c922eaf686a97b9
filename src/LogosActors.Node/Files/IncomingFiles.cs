using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LogosActors.Actors;
using LogosActors.Channels;

namespace LogosActors.Node.Files;

/// <summary>A file that is whole.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Name">How it is called there.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Sha256">Its digest, in hexadecimal.</param>
/// <param name="Sender">Who says to have sent it.</param>
internal sealed record ReceivedFile(string Path, string Name, long Size, string Sha256, string Sender);

/// <summary>Puts files together from the messages of a channel, in a directory that may be taken up again after a <c>kill -9</c>.</summary>
/// <remarks>
/// What is not whole is in <see cref="PartialDirectory"/> below the directory: a file of bytes, and a journal of the parts that are in it, each
/// written after its bytes are on the disk. A whole file is on the disk, and its digest right, before it gets its name. Nothing is overwritten: a
/// file whose name is taken gets a part of its digest into its name. Bounds: <see cref="MaxPartial"/> files that are not whole, of which the
/// one that was longest without a part makes way, and the largest size. One caller at a time.
/// </remarks>
/// <param name="directory">Where files go.</param>
/// <param name="maxSize">The largest file, in bytes.</param>
internal sealed class IncomingFiles(string directory, long maxSize)
{
    /// <summary>Where files are that are not whole.</summary>
    public const string PartialDirectory = ".partial";

    /// <summary>How many files may be incomplete at a time.</summary>
    public const int MaxPartial = 64;

    const int CopyBufferSize = 1 << 16;

    string Partial { get; } = Path.Combine(directory, PartialDirectory);

    /// <summary>Makes the directory.</summary>
    /// <exception cref="IOException">It cannot be made or written to.</exception>
    public void Open()
    {
        Directory.CreateDirectory(directory);
        PrivateFiles.CreateDirectory(Partial);
    }

    /// <summary>Takes a message; what it has brought is on the disk when this returns.</summary>
    /// <param name="message">The message: a part of a file, or any other, which becomes a file of its own.</param>
    /// <param name="problem">Why it is of no use; null: nothing is wrong.</param>
    /// <returns>The file that is whole now; null: none.</returns>
    /// <exception cref="IOException">It could not be stored.</exception>
    public ReceivedFile? Take(ReliableMessageReceived message, out string? problem)
    {
        if (!FilePart.TryDecode(message.Payload, out var part))
        {
            var digest = Convert.ToHexStringLower(SHA256.HashData(message.Payload.Span));
            part = new FilePart(new FileDescription(NameOf(message), message.Payload.Length, digest), 0, message.Payload);
        }
        problem = part.File.Size > maxSize
            ? $"'{part.File.Name}' of {message.SenderId} would have {part.File.Size} bytes; at most {maxSize} are taken."
            : null;
        return problem is null ? Take(message.SenderId, part, out problem) : null;
    }

    ReceivedFile? Take(string sender, FilePart part, out string? problem)
    {
        problem = null;
        var file = part.File;
        var bytes = Path.Combine(Partial, KeyOf(sender, file));
        var journal = bytes + ".parts";
        if (!File.Exists(bytes))
        {
            // Its bytes have their name already, or never came.
            File.Delete(journal);
            // A part that comes again after a restart, or from a sender that was killed, is of a file that is whole.
            if (FindWhole(file) is { } path)
                return new ReceivedFile(path, Path.GetFileName(path), file.Size, file.Digest, sender);
            MakeRoom();
        }
        if (!Write(bytes, journal, part))
            return null;
        if (!string.Equals(DigestOf(bytes), file.Digest, StringComparison.Ordinal))
        {
            Forget(bytes, journal);
            problem = $"'{file.Name}' of {sender} is not what its digest says; it was dropped.";
            return null;
        }
        var whole = FindWhole(file) ?? Name(bytes, file);
        Forget(bytes, journal);
        return new ReceivedFile(whole, Path.GetFileName(whole), file.Size, file.Digest, sender);
    }

    /// <summary>Stores a part.</summary>
    /// <returns>Whether all parts are there.</returns>
    static bool Write(string bytes, string journal, FilePart part)
    {
        using var parts = LineJournal.Open(journal);
        var there = parts.Lines.Select(ReadLine).ToDictionary(line => line.Offset, line => line.Length);
        if (!there.ContainsKey(part.Offset))
        {
            using (var content = new FileStream(bytes, FileMode.OpenOrCreate, FileAccess.Write))
            {
                content.Position = part.Offset;
                content.Write(part.Content.Span);
                content.Flush(flushToDisk: true);
            }
            parts.Append(string.Create(CultureInfo.InvariantCulture, $"{part.Offset} {part.Content.Length}"));
            there.Add(part.Offset, part.Content.Length);
        }
        return there.Values.Sum() >= part.File.Size;
    }

    string Name(string bytes, FileDescription file)
    {
        var path = Path.Combine(directory, file.Name);
        if (File.Exists(path) || Directory.Exists(path))
            path = Path.Combine(directory, FileName.Marked(file.Name, file.Digest[..8]));
        File.Move(bytes, path);
        return path;
    }

    string? FindWhole(FileDescription file) =>
        new[] { file.Name, FileName.Marked(file.Name, file.Digest[..8]) }.Select(name => Path.Combine(directory, name))
            .FirstOrDefault(path => new FileInfo(path) is { Exists: true } found && found.Length == file.Size && string.Equals(DigestOf(path), file.Digest, StringComparison.Ordinal));

    void MakeRoom()
    {
        var journals = new DirectoryInfo(Partial).GetFiles("*.parts").OrderByDescending(journal => journal.LastWriteTimeUtc).ToList();
        foreach (var oldest in journals.Skip(MaxPartial - 1))
            Forget(Path.ChangeExtension(oldest.FullName, null), oldest.FullName);
    }

    static void Forget(string bytes, string journal)
    {
        File.Delete(bytes);
        File.Delete(journal);
    }

    static (long Offset, long Length) ReadLine(string line)
    {
        var words = line.Split(' ');
        return (long.Parse(words[0], CultureInfo.InvariantCulture), long.Parse(words[1], CultureInfo.InvariantCulture));
    }

    static string DigestOf(string path)
    {
        using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, CopyBufferSize, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }

    // The request is the sender's word, and may be anything.
    static string NameOf(ReliableMessageReceived message) =>
        $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{message.SenderId}\0{message.RequestId.Value}")))[..32]}.message";

    static string KeyOf(string sender, FileDescription file) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{sender}\0{file.Name}\0{file.Size}\0{file.Digest}"))))[..32];
}
