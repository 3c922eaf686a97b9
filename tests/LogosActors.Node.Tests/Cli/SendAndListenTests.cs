using System.Text.Json;

namespace LogosActors.Node.Tests.Cli;

public sealed class SendAndListenTests
{
    const string Lobby = "/chat/1/lobby/proto";

    [Fact]
    public async Task Who_listens_at_a_node_sees_what_is_sent_through_it_though_it_has_no_peers()
    {
        await using var node = await RunningNode.StartAsync();
        await using var listener = CommandRun.Start("listen", Lobby, "--count", "1", "--node", $"{node.Rest}");
        await listener.Error.WaitForAsync("Listening to", listener.Exit);

        var (exit, output, _) = await CommandRun.ToEndAsync("send", Lobby, "hello", "--node", $"{node.Rest}");

        Assert.Equal(0, exit);
        Assert.Matches("^accepted [0-9a-f]{32}$", output);
        Assert.Equal($"{Lobby}: hello", await listener.Output.WaitForAsync("hello"));
        Assert.Equal(0, await listener.Exit);
    }

    [Fact]
    public async Task Every_listener_at_a_node_sees_every_message()
    {
        await using var node = await RunningNode.StartAsync();
        await using var one = CommandRun.Start("listen", Lobby, "--node", $"{node.Rest}");
        await using var other = CommandRun.Start("listen", Lobby, "/chat/1/kitchen/proto", "--node", $"{node.Rest}");
        await one.Error.WaitForAsync("Listening to", one.Exit);
        await other.Error.WaitForAsync("Listening to", other.Exit);

        await CommandRun.ToEndOfInputAsync("first", "send", Lobby, "-", "--node", $"{node.Rest}");
        await CommandRun.ToEndAsync("send", "/chat/1/kitchen/proto", "second", "--node", $"{node.Rest}");

        Assert.Equal($"{Lobby}: first", await one.Output.WaitForAsync("first"));
        Assert.Equal($"{Lobby}: first", await other.Output.WaitForAsync("first"));
        Assert.Equal("/chat/1/kitchen/proto: second", await other.Output.WaitForAsync("second"));
        Assert.DoesNotContain("second", one.Output.Text, StringComparison.Ordinal);
        Assert.Equal(0, await one.StopAsync());
    }

    [Theory]
    [InlineData("@alice hello")]
    [InlineData("@/etc/hostname")]
    [InlineData("--")]
    [InlineData("%PATH% $HOME *")]
    public async Task A_message_is_sent_as_it_was_written(string text)
    {
        await using var node = await RunningNode.StartAsync();
        await using var listener = CommandRun.Start("listen", Lobby, "--count", "1", "--node", $"{node.Rest}");
        await listener.Error.WaitForAsync("Listening to", listener.Exit);

        string[] send = text == "--" ? ["send", "--node", $"{node.Rest}", Lobby, "--", text] : ["send", Lobby, text, "--node", $"{node.Rest}"];
        var (exit, _, error) = await CommandRun.ToEndAsync(send);

        Assert.True(exit == 0, error);
        Assert.Equal($"{Lobby}: {text}", await listener.Output.WaitForAsync(Lobby));
    }

    [Theory]
    [InlineData("fffe0080")]
    [InlineData("610a0a")]
    [InlineData("0d0a")]
    public async Task Standard_input_is_sent_byte_for_byte(string hex)
    {
        await using var node = await RunningNode.StartAsync();
        await using var listener = CommandRun.Start("listen", Lobby, "--count", "1", "--json", "--node", $"{node.Rest}");
        var received = await SendUntilHeardAsync(listener, Convert.FromHexString(hex), "send", Lobby, "-", "--node", $"{node.Rest}");

        Assert.Equal(hex, Convert.ToHexStringLower(received.GetProperty("message").GetProperty("payload").GetBytesFromBase64()));
    }

    [Fact]
    public async Task Messages_go_from_one_node_to_the_other()
    {
        await using var first = await RunningNode.StartAsync();
        await using var second = await RunningNode.StartAsync("--staticnode", first.Address.Split("/p2p/")[0]);
        await using var listener = CommandRun.Start("listen", Lobby, "--json", "-n", "1", "--node", $"{second.Rest}");
        await second.AwaitPeerOnEveryShardAsync();
        await first.AwaitPeerOnEveryShardAsync();

        var received = await SendUntilHeardAsync(listener, "send", Lobby, "over there", "--node", $"{first.Rest}", "--json");

        Assert.Equal(Lobby, received.GetProperty("message").GetProperty("contentTopic").GetString());
        Assert.Equal("over there"u8.ToArray(), received.GetProperty("message").GetProperty("payload").GetBytesFromBase64());
        Assert.Equal("/waku/2/rs/0/0", received.GetProperty("pubsubTopic").GetString());
    }

    [Fact]
    public async Task A_command_can_bring_a_node_of_its_own()
    {
        await using var node = await RunningNode.StartAsync();
        await using var listener = CommandRun.Start("listen", Lobby, "--node", $"{node.Rest}");
        await listener.Error.WaitForAsync("Listening to", listener.Exit);

        var (exit, output, error) = await CommandRun.ToEndAsync("send", Lobby, "from afar", "--entry-node", node.Address, "--wait", "60");

        Assert.True(exit == 0, error);
        Assert.Matches("^(propagated|sent) 0x[0-9a-f]{64}$", output);
        Assert.Equal($"{Lobby}: from afar", await listener.Output.WaitForAsync("from afar"));
    }

    [Fact]
    public async Task What_is_no_text_cannot_take_over_the_terminal()
    {
        await using var node = await RunningNode.StartAsync();
        await using var listener = CommandRun.Start("listen", Lobby, "--node", $"{node.Rest}");
        await listener.Error.WaitForAsync("Listening to", listener.Exit);

        await CommandRun.ToEndAsync("send", Lobby, "\u001b[2Jgone\n/chat/1/other/proto: forged", "--node", $"{node.Rest}");
        await node.PostAsync("messaging/v1/messages", new { contentTopic = Lobby, payload = "/w==" });

        Assert.Equal($"{Lobby}: ␛[2Jgone␊/chat/1/other/proto: forged", await listener.Output.WaitForAsync("gone"));
        Assert.Equal($"{Lobby}: /w==", await listener.Output.WaitForAsync("/w=="));
    }

    /// <summary>Sends until a listener has ended: its stream may open only after the first message.</summary>
    static Task<JsonElement> SendUntilHeardAsync(CommandRun listener, params string[] send) => SendUntilHeardAsync(listener, [], send);

    static async Task<JsonElement> SendUntilHeardAsync(CommandRun listener, byte[] input, params string[] send)
    {
        while (!listener.Exit.IsCompleted)
        {
            var (exit, _, error) = await CommandRun.ToEndOfInputAsync(input, send);
            Assert.True(exit == 0, error);
        }
        Assert.Equal(0, await listener.Exit);
        return JsonDocument.Parse(listener.Output.Text).RootElement;
    }
}
