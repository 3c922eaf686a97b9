using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace LogosActors.Node.Tests.Channels;

/// <summary><c>logos channel</c> as a user has it.</summary>
public sealed class ChannelCommandTests : IDisposable
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("logos-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_file_comes_through_an_encrypted_channel_and_both_sides_print_its_digest()
    {
        var (file, key) = (FileWith("notes.txt", RandomNumberGenerator.GetBytes(5000)), At("lobby.key"));
        Assert.Equal(0, (await CommandRun.ToEndAsync("channel", "key", key)).Exit);
        var (listener, address) = await ListenAsync("--key", key, "--count", "1");
        await using var listening = listener;

        var (exit, output, error) = await CommandRun.ToEndAsync("channel", "send", "lobby", file, "--key", key, "--entry-node", address);

        Assert.True(exit == 0, error);
        var digest = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file)));
        Assert.Equal($"delivered notes.txt, 5000 bytes, sha256 {digest}", output);
        var received = Json(await listener.Output.WaitForAsync("\"received\"", listener.Exit));
        Assert.Equal(("notes.txt", 5000, digest), (received.GetProperty("name").GetString(), received.GetProperty("size").GetInt32(), received.GetProperty("sha256").GetString()));
        Assert.Equal(await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(At("inbox", "notes.txt")));
        Assert.Equal(0, await listener.Exit.WaitAsync(TimeSpan.FromSeconds(90)));
    }

    [Fact]
    public async Task What_is_larger_than_a_message_goes_in_several_and_is_not_sent_again_once_it_is_delivered()
    {
        var (file, data) = (FileWith("film.bin", RandomNumberGenerator.GetBytes((2 << 20) + 1)), At("data"));
        var (listener, address) = await ListenAsync();
        string[] send = ["channel", "send", "lobby", file, "--json", "--data", data];

        var first = await CommandRun.ToEndAsync([.. send, "--entry-node", address]);
        await listener.Output.WaitForAsync("film.bin", listener.Exit);
        await listener.DisposeAsync();
        var second = await CommandRun.ToEndAsync(send);
        var status = await CommandRun.ToEndAsync("channel", "status", "lobby", "--json", "--data", data);

        Assert.True(first.Exit == 0, first.Error);
        Assert.Equal((3, 0), PartsOf(first.Output));
        Assert.Equal(await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(At("inbox", "film.bin")));
        // There is nobody any more to whom it could be sent.
        Assert.True(second.Exit == 0, second.Error);
        Assert.Equal((3, 3), PartsOf(second.Output));
        Assert.True(status.Exit == 0, status.Error);
        var shown = Json(status.Output);
        Assert.Equal((0, 0), (shown.GetProperty("unfinishedRequests").GetInt32(), shown.GetProperty("unacknowledgedChunks").GetInt32()));
    }

    [Fact]
    public async Task Lines_are_delivered_and_a_listener_keeps_each_as_a_file()
    {
        var (listener, address) = await ListenAsync();
        await using var listening = listener;

        var (exit, _, error) = await CommandRun.ToEndOfInputAsync("first\nsecond\n", "channel", "open", "lobby", "--entry-node", address);

        Assert.True(exit == 0, error);
        Assert.Equal(2, error.Split('\n').Count(line => line.Contains("delivered", StringComparison.Ordinal)));
        Assert.Equal(["first", "second"], Directory.GetFiles(At("inbox"), "*.message").Select(File.ReadAllText).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_file_that_nobody_takes_is_8_and_says_what_to_look_at()
    {
        var (file, data) = (FileWith("notes.txt", "hello"u8.ToArray()), At("data"));

        var (exit, output, error) = await CommandRun.ToEndAsync("channel", "send", "lobby", file, "--wait", "0.1", "--data", data);

        Assert.Equal((8, ""), (exit, output));
        Assert.Contains("--entry-node", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_sent_is_2_and_says_why()
    {
        var empty = FileWith("empty", []);

        Assert.Equal(2, (await CommandRun.ToEndAsync("channel", "send", "lobby", empty)).Exit);
        Assert.Equal(2, (await CommandRun.ToEndAsync("channel", "send", "lobby", At("nowhere"))).Exit);
        Assert.Equal(2, (await CommandRun.ToEndAsync("channel", "send", "lobby", empty, "--name", "../up")).Exit);
        Assert.Equal(2, (await CommandRun.ToEndAsync("channel", "send", new string('x', 257), FileWith("notes.txt", [1]))).Exit);
    }

    [Fact]
    public async Task Settings_and_keys_that_are_none_are_3_and_4()
    {
        var file = FileWith("notes.txt", [1]);

        var topic = await CommandRun.ToEndAsync("channel", "send", "lobby", file, "--content-topic", "lobby");
        var key = await CommandRun.ToEndAsync("channel", "send", "lobby", file, "--key", file);

        Assert.Equal(3, topic.Exit);
        Assert.Contains("/application/version/name/encoding", topic.Error, StringComparison.Ordinal);
        Assert.Equal(4, key.Exit);
        Assert.Contains("logos channel key", key.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_status_of_a_channel_without_history_is_9_and_makes_nothing()
    {
        var (exit, _, error) = await CommandRun.ToEndAsync("channel", "status", "lobby", "--data", At("data"));

        Assert.Equal(9, exit);
        Assert.Contains("no history", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("data")));
    }

    /// <summary>Starts a listener, and says where it is reached.</summary>
    async Task<(CommandRun Listener, string Address)> ListenAsync(params string[] flags)
    {
        var listener = CommandRun.Start(["channel", "listen", "lobby", "--json", "--out", At("inbox"), "--listen-address=127.0.0.1", .. flags]);
        var listening = Json(await listener.Output.WaitForAsync("\"listening\"", listener.Exit));
        return (listener, listening.GetProperty("addresses")[0].GetString()!);
    }

    static (int Parts, int Resumed) PartsOf(string output)
    {
        var delivered = Json(output.Split('\n')[^1]);
        return (delivered.GetProperty("parts").GetInt32(), delivered.GetProperty("resumed").GetInt32());
    }

    string At(params string[] names) => Path.Combine([_directory.FullName, .. names]);

    string FileWith(string name, byte[] content)
    {
        File.WriteAllBytes(At(name), content);
        return At(name);
    }

    static JsonElement Json(string line) => JsonDocument.Parse(line).RootElement;
}
