using System.Security.Cryptography;
using System.Text.Json;

namespace LogosActors.Node.Tests.Channels;

/// <summary><c>logos channel</c> moves a file of 1 MiB between two processes, of which one is killed midway and started again.</summary>
public sealed class KilledTransferTests : IDisposable
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("logos-");

    string Inbox => Path.Combine(_directory.FullName, "inbox");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_sender_that_is_killed_midway_goes_on_and_one_whole_file_comes()
    {
        var (path, digest) = MakeFile();
        await using var relay = await RunningNode.StartAsync();
        await using var receiver = await ListenAsync(relay);
        // All of it cannot go out today.
        await using (var killed = Send(relay, path, "--every-segment", "--messages-per-epoch=6", "--epoch-seconds=86400"))
        {
            await MidwayAsync(killed);
            await killed.KillAsync();
        }
        Assert.Empty(Directory.GetFiles(Inbox));

        await using var sender = Send(relay, path, "--no-rate-limit");

        var delivered = Json(await sender.Output.WaitForAsync("\"delivered\"", sender.Exit));
        Assert.Equal(0, await sender.Exit);
        Assert.NotEqual(0, delivered.GetProperty("resumed").GetInt32());
        await AssertReceivedAsync(receiver, delivered, path, digest);
    }

    [Fact]
    public async Task A_receiver_that_is_killed_midway_goes_on_and_one_whole_file_comes()
    {
        var (path, digest) = MakeFile();
        await using var relay = await RunningNode.StartAsync();
        await using var killed = await ListenAsync(relay);
        // All of it takes five epochs.
        await using var sender = Send(relay, path, "--every-segment", "--messages-per-epoch=4", "--epoch-seconds=2");
        await MidwayAsync(sender);
        await killed.KillAsync();
        Assert.Empty(Directory.GetFiles(Inbox));

        await using var receiver = await ListenAsync(relay);

        var delivered = Json(await sender.Output.WaitForAsync("\"delivered\"", sender.Exit));
        Assert.Equal(0, await sender.Exit);
        await AssertReceivedAsync(receiver, delivered, path, digest);
    }

    async Task<LogosProcess> ListenAsync(RunningNode relay)
    {
        var receiver = LogosProcess.Start(
            "channel", "listen", "files", "--json", "--out", Inbox, "--data", Path.Combine(_directory.FullName, "receiver"),
            "--staticnode", relay.Address, "--listen-address=127.0.0.1");
        await receiver.Output.WaitForAsync("\"listening\"", receiver.Exit);
        return receiver;
    }

    LogosProcess Send(RunningNode relay, string path, params string[] limit) => LogosProcess.Start(
    [
        "channel", "send", "files", path, "--json", "--data", Path.Combine(_directory.FullName, "sender"), "--staticnode", relay.Address,
        "--listen-address=127.0.0.1", "--chunk-size=64KiB", .. limit,
    ]);

    static async Task MidwayAsync(LogosProcess sender) => await sender.Output.WaitForAsync(
        line => line.Contains("\"progress\"", StringComparison.Ordinal) && Json(line).GetProperty("acknowledged").GetInt32() > 0, "Progress", sender.Exit);

    async Task AssertReceivedAsync(LogosProcess receiver, JsonElement delivered, string path, string digest)
    {
        var received = Json(await receiver.Output.WaitForAsync("\"received\"", receiver.Exit));
        Assert.Equal((digest, digest), (delivered.GetProperty("sha256").GetString(), received.GetProperty("sha256").GetString()));
        Assert.Equal(Path.GetFileName(path), received.GetProperty("name").GetString());
        var file = Assert.Single(Directory.GetFiles(Inbox));
        Assert.Equal(await File.ReadAllBytesAsync(path), await File.ReadAllBytesAsync(file));
        Assert.Empty(Directory.GetFiles(Path.Combine(Inbox, ".partial")));
    }

    (string Path, string Digest) MakeFile()
    {
        var content = RandomNumberGenerator.GetBytes(1 << 20);
        var path = Path.Combine(_directory.FullName, "photo.jpg");
        File.WriteAllBytes(path, content);
        return (path, Convert.ToHexStringLower(SHA256.HashData(content)));
    }

    static JsonElement Json(string line) => JsonDocument.Parse(line).RootElement;
}
