using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace LogosActors.Node.Tests.Cli;

public sealed class ExitCodeTests : IDisposable
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("logos-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_command_line_that_is_not_understood_is_2_and_says_where_help_is()
    {
        var (exit, output, error) = await CommandRun.ToEndAsync("send", "/chat/1/lobby/proto");

        Assert.Equal(2, exit);
        Assert.Empty(output);
        Assert.Contains("logos send --help", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_that_is_not_accepted_is_3_and_names_the_flag()
    {
        var (exit, _, error) = await CommandRun.ToEndAsync("run", "--tcp-port", "99999");

        Assert.Equal(3, exit);
        Assert.Contains("--tcp-port: node.tcp-port: '99999'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_without_peer_id_is_3_and_says_what_is_missing()
    {
        var (exit, _, error) = await CommandRun.ToEndAsync("run", "--storenode", "/ip4/127.0.0.1/tcp/60000");

        Assert.Equal(3, exit);
        Assert.Contains("does not name the peer; add /p2p/", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_with_an_unknown_setting_is_3_and_says_where()
    {
        var file = FileWith("node.conf", "node {\n  tcp-prot = 1\n}\n");

        var (exit, _, error) = await CommandRun.ToEndAsync("config", "show", "--config-file", file);

        Assert.Equal(3, exit);
        Assert.Contains($"{file}:2:", error, StringComparison.Ordinal);
        Assert.Contains("Did you mean tcp-port?", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--data", "run")]
    [InlineData("--nodekey-file", "run")]
    [InlineData("--config-file", "run")]
    [InlineData("--data", "channel", "status", "room")]
    [InlineData("--key", "channel", "status", "room")]
    public async Task An_empty_path_is_3_and_names_the_flag(string flag, params string[] command)
    {
        var (exit, _, error) = await CommandRun.ToEndAsync([.. command, flag, ""]);

        Assert.Equal(3, exit);
        Assert.Contains(flag, error, StringComparison.Ordinal);
        Assert.Contains("the path is empty", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--out", "channel", "listen", "room", "--out", "")]
    [InlineData("--rest-address", "run", "--rest-address", "--rest-port", "1")]
    public async Task A_flag_without_its_value_is_2_and_named(string flag, params string[] arguments)
    {
        var (exit, _, error) = await CommandRun.ToEndAsync(arguments);

        Assert.Equal(2, exit);
        Assert.Contains(flag, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(9, "node.data-directory", "--data", "/dev/null/x")]
    [InlineData(9, "node.store.db-url", "--store", "--store-message-db-url", "sqlite:///dev/null/x")]
    [InlineData(9, "node.journal", "--journal", "postgres://user@127.0.0.1:1/none")]
    [InlineData(4, "node.node-key-file", "--nodekey-file", "/nowhere/node.key")]
    [InlineData(5, "--listen-address", "--listen-address", "192.0.2.1")]
    public async Task What_cannot_be_used_at_the_start_is_refused_with_the_setting_that_named_it(int code, string setting, params string[] flags)
    {
        var (exit, _, error) = await CommandRun.ToEndAsync(["run", "--tcp-port=0", "--rest-port=0", .. flags]);

        Assert.Equal(code, exit);
        Assert.Contains(setting, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--rln-relay=true", "RLN")]
    [InlineData("--quic-support", "QUIC")]
    public async Task What_the_node_must_not_pretend_to_have_is_3(string flag, string reason)
    {
        var (exit, _, error) = await CommandRun.ToEndAsync("run", flag);

        Assert.Equal(3, exit);
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no key at all")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task A_key_file_that_holds_no_key_is_4(string content)
    {
        var (exit, _, error) = await CommandRun.ToEndAsync("run", "--nodekey-file", FileWith("node.key", content));

        Assert.Equal(4, exit);
        Assert.Contains("holds no key", error, StringComparison.Ordinal);
        Assert.DoesNotContain(content, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_file_that_is_not_there_is_4_and_says_how_to_make_one()
    {
        var (exit, _, error) = await CommandRun.ToEndAsync("run", "--nodekey-file", "/nowhere/node.key");

        Assert.Equal(4, exit);
        Assert.Contains("logos id new", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--tcp-port")]
    [InlineData("--rest-port")]
    [InlineData("--metrics-server-port")]
    public async Task A_port_in_use_is_5_and_names_the_flag(string flag)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        string[] free = ["--tcp-port=0", "--rest-port=0", "--metrics-server", "--metrics-server-port=0", "--listen-address=127.0.0.1"];

        var (exit, _, error) = await CommandRun.ToEndAsync(["run", .. free.Where(other => !other.StartsWith(flag + "=", StringComparison.Ordinal)), flag, $"{port}"]);

        Assert.Equal(5, exit);
        Assert.Contains($"{port}", error, StringComparison.Ordinal);
        Assert.Contains(flag, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_directory_in_use_is_9_and_named()
    {
        var directory = Path.Combine(_directory.FullName, "data");
        await using var node = await RunningNode.StartAsync("--data", directory);

        var (exit, _, error) = await CommandRun.ToEndAsync("run", "--tcp-port=0", "--rest-port=0", "--data", directory);

        Assert.Equal(9, exit);
        Assert.Contains(directory, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_node_is_6_and_says_how_to_start_one()
    {
        var (exit, _, error) = await CommandRun.ToEndAsync("send", "/chat/1/lobby/proto", "x", "--node", "http://127.0.0.1:1", "--json");

        Assert.Equal(6, exit);
        var failure = JsonDocument.Parse(error).RootElement;
        Assert.Equal("unreachable", failure.GetProperty("error").GetString());
        Assert.Contains("logos run", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_malformed_content_topic_is_7_and_says_its_form()
    {
        await using var node = await RunningNode.StartAsync();

        foreach (var command in (string[][])[["send", "lobby", "x"], ["listen", "lobby"]])
        {
            var (exit, _, error) = await CommandRun.ToEndAsync([.. command, "--node", $"{node.Rest}"]);

            Assert.Equal(7, exit);
            Assert.Contains("/application/version/name/encoding", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_peer_that_is_not_there_is_8()
    {
        var nobody = "/ip4/127.0.0.1/tcp/1/p2p/16Uiu2HAkvdAuQpozwi72ZB5EqhezQ4foG8JAPTUB7KDmNPNK36YY";

        var (exit, _, error) = await CommandRun.ToEndAsync("send", "/chat/1/lobby/proto", "x", "--entry-node", nobody, "--wait", "0.5");

        Assert.Equal(8, exit);
        Assert.Contains("--entry-node", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_is_0_and_names_every_exit_code()
    {
        var (exit, output, _) = await CommandRun.ToEndAsync("--help");

        Assert.Equal(0, exit);
        foreach (var (code, meaning) in LogosActors.Node.Cli.ExitCode.All)
            Assert.Contains($"{code} {meaning}", output, StringComparison.Ordinal);
    }

    string FileWith(string name, string content)
    {
        var path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }
}
