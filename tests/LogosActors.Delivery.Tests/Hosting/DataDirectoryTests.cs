using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Tests.Hosting;

public sealed class DataDirectoryTests : IDisposable
{
    readonly string _path = Directory.CreateTempSubdirectory("logos-").FullName;

    NodeOptions Options => Node.Options with { DataDirectory = _path };

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Fact]
    public async Task A_node_is_the_same_after_a_restart()
    {
        PeerId before;
        await using (var node = await Node.StartAsync(Options))
            before = node.PeerId;

        await using var again = await Node.StartAsync(Options);

        Assert.Equal(before, again.PeerId);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_path, "node.key")));
    }

    [Fact]
    public async Task A_node_without_one_is_another_each_time()
    {
        await using var first = await MessagingNode.CreateAsync(Node.Options);
        await using var second = await MessagingNode.CreateAsync(Node.Options);

        Assert.NotEqual(first.PeerId, second.PeerId);
    }

    [Fact]
    public async Task One_node_at_a_time_has_it()
    {
        await using (await MessagingNode.CreateAsync(Options))
        {
            var refused = await Assert.ThrowsAsync<NodeStartException>(() => MessagingNode.CreateAsync(Options));
            Assert.Equal(NodeStartFailure.DataDirectoryInUse, refused.Failure);
        }

        await using var after = await MessagingNode.CreateAsync(Options);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no key")]
    [InlineData("0011")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task A_key_file_that_holds_no_key_is_refused_and_left_alone(string content)
    {
        var file = Path.Combine(_path, "node.key");
        await File.WriteAllTextAsync(file, content);

        var refused = await Assert.ThrowsAsync<NodeStartException>(() => MessagingNode.CreateAsync(Options));

        Assert.Equal(NodeStartFailure.KeyFile, refused.Failure);
        Assert.Equal(content, await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task A_path_that_is_a_file_is_refused()
    {
        var file = Path.Combine(_path, "file");
        await File.WriteAllTextAsync(file, "");

        var refused = await Assert.ThrowsAsync<NodeStartException>(() => MessagingNode.CreateAsync(Options with { DataDirectory = file }));

        Assert.Equal(NodeStartFailure.DataDirectory, refused.Failure);
    }

    [Fact]
    public async Task A_journal_that_is_none_is_refused()
    {
        await File.WriteAllTextAsync(Path.Combine(_path, "journal.db"), "something else entirely, and long enough to be taken for a header of pages");

        var refused = await Assert.ThrowsAsync<NodeStartException>(() => MessagingNode.CreateAsync(Options));

        Assert.Equal(NodeStartFailure.DataDirectory, refused.Failure);
    }

    [Fact]
    public async Task A_journal_of_the_old_format_is_refused_with_what_to_do_and_left_alone()
    {
        var old = Path.Combine(_path, "node.db");
        await File.WriteAllTextAsync(old, "old");

        var refused = await Assert.ThrowsAsync<NodeStartException>(() => MessagingNode.CreateAsync(Options));

        Assert.Equal(NodeStartFailure.DataDirectory, refused.Failure);
        Assert.Contains("Move it away", refused.Message, StringComparison.Ordinal);
        File.Move(old, old + ".old");
        await using var node = await Node.StartAsync(Options);
        Assert.Equal("old", await File.ReadAllTextAsync(old + ".old"));
    }

    [Fact]
    public async Task An_address_that_is_taken_is_named()
    {
        await using var first = await Node.StartAsync();
        await using var second = await MessagingNode.CreateAsync(Node.Options with { ListenAddresses = [first.Addresses[0]] });

        var refused = await Assert.ThrowsAsync<NodeStartException>(() => second.StartAsync());

        Assert.Equal(NodeStartFailure.ListenAddress, refused.Failure);
        Assert.Contains("127.0.0.1:", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bare_secp256k1_key_of_the_reference_is_read()
    {
        using var key = PrivateKey.Generate(KeyType.Secp256k1);
        var bare = Convert.ToHexString(key.Encode().AsSpan(4));

        using var read = NodeKeyFile.TryParse("0x" + bare);

        Assert.NotNull(read);
        Assert.Equal(key.PublicKey, read.PublicKey);
    }
}
