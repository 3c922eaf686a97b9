using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LogosActors.Channels;
using LogosActors.Delivery;

namespace LogosActors.Node.Files;

/// <summary>How far the sending of a file has come, where it survives: which part goes by which request, and which have been delivered.</summary>
/// <remarks>A request is written down before it is sent, so that after a <c>kill -9</c> the channel can be asked whether it has it.</remarks>
internal sealed class TransferRecord : IDisposable
{
    readonly LineJournal? _journal;
    readonly Dictionary<int, RequestId> _requests = [];
    readonly HashSet<int> _delivered = [];

    TransferRecord(LineJournal? journal)
    {
        _journal = journal;
        foreach (var line in journal?.Lines ?? [])
            Read(line.Split(' '));
    }

    /// <summary>The requests of parts that are not known to be delivered.</summary>
    public IReadOnlyDictionary<int, RequestId> Requests => _requests;

    /// <summary>Opens the record of a transfer.</summary>
    /// <param name="directory">Where records are kept; null: nothing is.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="file">The file.</param>
    /// <param name="isNew">Whether what is recorded is forgotten: the file is sent once more.</param>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public static TransferRecord Open(string? directory, ReliableChannel channel, FileDescription file, bool isNew)
    {
        if (directory is null)
            return new TransferRecord(null);
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{channel.ChannelId}\0{channel.SenderId}\0{file.Name}\0{file.Size}\0{file.Digest}"))))[..32];
        var path = Path.Combine(directory, $"{key}.transfer");
        if (isNew)
            File.Delete(path);
        return new TransferRecord(LineJournal.Open(path));
    }

    /// <summary>Whether a part has been delivered.</summary>
    public bool IsDelivered(int part) => _delivered.Contains(part);

    /// <summary>A part is going to be sent.</summary>
    public void Begin(int part, RequestId request) => Write("sending", part, request.Value);

    /// <summary>A part has been delivered.</summary>
    public void Deliver(int part) => Write("delivered", part);

    /// <summary>A part was not delivered, and has to be sent again.</summary>
    public void Fail(int part) => Write("failed", part);

    public void Dispose() => _journal?.Dispose();

    void Write(string what, int part, string request = "")
    {
        string[] words = [what, part.ToString(CultureInfo.InvariantCulture), .. request.Length > 0 ? new[] { request } : []];
        _journal?.Append(string.Join(' ', words));
        Read(words);
    }

    void Read(string[] words)
    {
        if (words.Length < 2 || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var part))
            return;
        _requests.Remove(part);
        if (words is ["sending", _, var request])
            _requests[part] = new RequestId(request);
        else if (words[0] is "delivered")
            _delivered.Add(part);
    }
}
