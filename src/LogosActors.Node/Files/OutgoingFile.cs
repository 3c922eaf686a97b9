using System.Security.Cryptography;
using LogosActors.Channels;

namespace LogosActors.Node.Files;

/// <summary>A file that is sent: what it is, and its parts.</summary>
internal sealed class OutgoingFile : IDisposable
{
    readonly FileStream _content;
    readonly int _partSize;

    OutgoingFile(FileDescription description, FileStream content) =>
        (Description, _content, _partSize) = (description, content, FilePart.MaxContent(description.Name));

    /// <summary>What receivers learn of it.</summary>
    public FileDescription Description { get; }

    /// <summary>How many messages it takes.</summary>
    public int Parts => (int)((Description.Size + _partSize - 1) / _partSize);

    /// <summary>Opens a file, and reads all of it once for its digest.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<OutgoingFile> OpenAsync(string path, string name, CancellationToken cancellation) =>
        await DescribeAsync(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read), name, cancellation);

    /// <summary>Takes what a stream holds, by way of a temporary file.</summary>
    /// <exception cref="IOException">It cannot be kept.</exception>
    public static async Task<OutgoingFile> TakeAsync(Stream input, string name, CancellationToken cancellation)
    {
        var spool = new FileStream(
            Path.GetTempFileName(), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose });
        try
        {
            await input.CopyToAsync(spool, cancellation);
            spool.Position = 0;
        }
        catch
        {
            await spool.DisposeAsync();
            throw;
        }
        return await DescribeAsync(spool, name, cancellation);
    }

    /// <summary>The message that carries a part.</summary>
    /// <exception cref="IOException">The file cannot be read, or has become shorter.</exception>
    public ReadOnlyMemory<byte> Read(int part)
    {
        var offset = (long)part * _partSize;
        return FilePart.Encode(Description, offset, LengthOf(part), bytes =>
        {
            _content.Position = offset;
            _content.ReadExactly(bytes.Span);
        });
    }

    /// <summary>How long the message is that carries a part.</summary>
    public int MessageLengthOf(int part) => LengthOf(part) + SegmentationOptions.MaxMessageSize - _partSize;

    public void Dispose() => _content.Dispose();

    int LengthOf(int part) => (int)Math.Min(_partSize, Description.Size - ((long)part * _partSize));

    static async Task<OutgoingFile> DescribeAsync(FileStream content, string name, CancellationToken cancellation)
    {
        try
        {
            var digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation));
            return new OutgoingFile(new FileDescription(name, content.Length, digest), content);
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
    }
}
