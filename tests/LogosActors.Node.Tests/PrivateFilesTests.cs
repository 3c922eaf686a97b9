using System.Runtime.Versioning;
using LogosActors.Actors;

namespace LogosActors.Node.Tests;

/// <summary>Who else on the machine can read what the program keeps.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PrivateFilesTests : IDisposable
{
    const UnixFileMode Others = ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("logos-");

    public void Dispose() => _directory.Delete(recursive: true);

    string this[string name] => Path.Combine(_directory.FullName, name);

    [Fact]
    public async Task Nobody_else_can_read_what_a_node_keeps()
    {
        await using (var node = await RunningNode.StartAsync("--data", this["data"], "--store", "true", "--store-message-db-url", $"sqlite://{this["archive"]}/store.db"))
        {
            Assert.Equal(200, (await node.PostAsync("messaging/v1/messages", new { payload = "aGVsbG8=", contentTopic = "/chat/1/lobby/proto" })).Status);
            AssertPrivate("data", "archive");
        }

        AssertPrivate("data", "archive");
        Assert.Contains(Directory.GetFiles(this["archive"]), file => file.EndsWith("store.db", StringComparison.Ordinal));
        Assert.Contains(Directory.GetFiles(this["data"]), file => file.EndsWith("journal.db", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nobody_else_can_read_what_a_channel_keeps()
    {
        await CommandRun.ToEndAsync("channel", "key", this["channel.key"]);
        await File.WriteAllTextAsync(this["notes.txt"], "notes");

        // Nobody is there to have it: what it keeps is for the next time.
        await CommandRun.ToEndAsync("channel", "send", "lobby", this["notes.txt"], "--wait", "0.1", "--data", this["data"], "--key", this["channel.key"]);

        AssertPrivate("data");
        Assert.True(File.Exists(Path.Combine(this["data"], "channels.db")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(this["channel.key"]));
    }

    [Theory]
    [InlineData("--nodekey-file", "node.key")]
    [InlineData("--data", "data")]
    public async Task A_key_file_that_others_can_read_is_warned_about_by_its_name(string flag, string value)
    {
        var key = flag == "--nodekey-file" ? this[value] : Path.Combine(this[value], "node.key");
        PrivateFiles.CreateDirectory(this["data"]);
        await CommandRun.ToEndAsync("id", "new", key);
        await using (var quiet = await RunningNode.StartAsync(flag, this[value]))
            Assert.DoesNotContain("other users", quiet.Log.Text, StringComparison.Ordinal);
        MakePublic(key);

        await using var node = await RunningNode.StartAsync(flag, this[value]);

        Assert.Contains($"The key file '{key}' can be read or changed by other users", await node.Log.WaitForAsync("other users"), StringComparison.Ordinal);
        var (_, _, shown) = await CommandRun.ToEndAsync("id", "show", key);
        Assert.Contains($"The key file '{key}'", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_channels_key_that_others_can_read_is_warned_about_by_its_name()
    {
        await CommandRun.ToEndAsync("channel", "key", this["channel.key"]);
        MakePublic(this["channel.key"]);

        await File.WriteAllTextAsync(this["notes.txt"], "notes");

        var (_, _, error) = await CommandRun.ToEndAsync("channel", "send", "lobby", this["notes.txt"], "--wait", "0.1", "--key", this["channel.key"]);

        Assert.Contains($"The key file '{this["channel.key"]}' can be read or changed by other users", error, StringComparison.Ordinal);
    }

    static void MakePublic(string path) => File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

    void AssertPrivate(params string[] directories)
    {
        foreach (var directory in directories.Select(name => new DirectoryInfo(this[name])))
            Assert.All(directory.EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Prepend(directory), entry => Assert.True((entry.UnixFileMode & Others) == UnixFileMode.None, $"{entry} has mode {entry.UnixFileMode}."));
    }
}
