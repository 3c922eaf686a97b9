using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LogosActors.Channels;
using LogosActors.Delivery;
using LogosActors.Node.Files;

namespace LogosActors.Node.Tests.Channels;

/// <summary>What the parts of files become, honest and forged ones.</summary>
public sealed class IncomingFilesTests : IDisposable
{
    const long MaxSize = 8 << 20;
    const int DigestAt = 20;

    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("logos-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Parts_make_a_file_in_any_order_however_often_they_come_and_whoever_takes_them()
    {
        var content = RandomNumberGenerator.GetBytes(3 << 20);
        using var file = await FileOf(content, "film.bin");

        Assert.Equal(4, file.Parts);
        foreach (var part in (int[])[2, 0, 2, 3])
            Assert.Null(Take(file.Read(part)));
        var whole = Take(file.Read(1));

        Assert.Equal(("film.bin", content.Length, file.Description.Digest, "alice"), (whole!.Name, whole.Size, whole.Sha256, whole.Sender));
        Assert.Equal(content, await File.ReadAllBytesAsync(Assert.Single(Names())));
        // As after a kill between the name and the telling.
        Assert.Equal(whole, Take(file.Read(1)));
        Assert.Single(Names());
    }

    [Fact]
    public async Task A_name_that_is_taken_is_not_overwritten()
    {
        using var first = await FileOf("first"u8.ToArray(), "notes.txt");
        using var second = await FileOf("second"u8.ToArray(), "notes.txt");

        Take(first.Read(0));
        var other = Take(second.Read(0));

        Assert.Equal($"notes.{second.Description.Digest[..8]}.txt", other!.Name);
        Assert.Equal(["first", "second"], Names().Select(File.ReadAllText).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_file_that_is_not_what_its_digest_says_is_dropped()
    {
        using var file = await FileOf("content"u8.ToArray(), "notes.txt");
        var forged = file.Read(0).ToArray();
        forged[DigestAt] ^= 1;

        Assert.Null(Take(forged, out var problem));

        Assert.Contains("digest", problem, StringComparison.Ordinal);
        Assert.Empty(Names());
        Assert.Empty(Directory.GetFiles(Path.Combine(_directory.FullName, IncomingFiles.PartialDirectory)));
    }

    [Fact]
    public async Task A_file_that_is_too_large_leaves_nothing()
    {
        using var file = await FileOf(new byte[(int)MaxSize + 1], "film.bin");

        Assert.Null(Take(file.Read(0), out var problem));

        Assert.Contains("at most", problem, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(_directory.FullName, IncomingFiles.PartialDirectory)));
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData(".partial")]
    [InlineData("c:\\windows")]
    [InlineData("clear\u001b[2J")]
    [InlineData("")]
    public void A_name_that_is_none_of_a_file_names_nothing(string name)
    {
        var forged = Forge(name, size: 4, offset: 0, "data"u8);

        var kept = Take(forged);

        Assert.Matches("^[0-9a-f]{32}\\.message$", kept!.Name);
        Assert.Equal(forged, File.ReadAllBytes(Assert.Single(Names())));
    }

    [Theory]
    [InlineData(4L, 1L)]
    [InlineData(3L, 0L)]
    [InlineData(long.MaxValue, 1L)]
    [InlineData(long.MaxValue, long.MaxValue)]
    [InlineData(-1L, 0L)]
    [InlineData(5L, -1L)]
    public void A_part_that_does_not_belong_where_it_says_is_none(long size, long offset) =>
        Assert.False(FilePart.TryDecode(Forge("notes.txt", size, offset, "data"u8), out _));

    [Fact]
    public async Task No_message_makes_the_reader_throw()
    {
        using var file = await FileOf("content"u8.ToArray(), "notes.txt");
        var message = file.Read(0).ToArray();
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var changed = message.AsSpan(0, random.Next(message.Length + 1)).ToArray();
            for (var flips = random.Next(4); flips > 0 && changed.Length > 0; flips--)
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            Assert.True(!FilePart.TryDecode(changed, out var part) || part.Offset + part.Content.Length <= part.File.Size, $"seed {seed}");
        }
    }

    [Fact]
    public async Task As_many_files_are_incomplete_as_are_allowed()
    {
        for (var i = 0; i < IncomingFiles.MaxPartial + 3; i++)
        {
            using var file = await FileOf(RandomNumberGenerator.GetBytes(FilePart.MaxContent("x") + 1), "x");
            Take(file.Read(1));
        }

        Assert.Equal(IncomingFiles.MaxPartial, Directory.GetFiles(Path.Combine(_directory.FullName, IncomingFiles.PartialDirectory), "*.parts").Length);
    }

    ReceivedFile? Take(ReadOnlyMemory<byte> message) => Take(message, out _);

    // Another object each time, as after a restart.
    ReceivedFile? Take(ReadOnlyMemory<byte> message, out string? problem)
    {
        var files = new IncomingFiles(_directory.FullName, MaxSize);
        files.Open();
        return files.Take(new ReliableMessageReceived("lobby", new RequestId("../request"), "alice", "/test/1/files/proto", message), out problem);
    }

    static Task<OutgoingFile> FileOf(byte[] content, string name) => OutgoingFile.TakeAsync(new MemoryStream(content), name, CancellationToken.None);

    string[] Names() => Directory.GetFiles(_directory.FullName);

    static byte[] Forge(string name, long size, long offset, ReadOnlySpan<byte> content)
    {
        var message = new byte[53 + Encoding.UTF8.GetByteCount(name) + content.Length];
        "LCF1"u8.CopyTo(message);
        BinaryPrimitives.WriteInt64BigEndian(message.AsSpan(4), size);
        BinaryPrimitives.WriteInt64BigEndian(message.AsSpan(12), offset);
        SHA256.HashData(content, message.AsSpan(DigestAt, 32));
        message[52] = (byte)Encoding.UTF8.GetBytes(name, message.AsSpan(53));
        content.CopyTo(message.AsSpan(message.Length - content.Length));
        return message;
    }
}
