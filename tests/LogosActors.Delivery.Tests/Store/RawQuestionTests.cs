using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Metadata;
using LogosActors.Delivery.Store;
using LogosActors.Delivery.Tests.Hosting;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Tests.Store;

/// <summary>A peer that speaks bytes asks a node: every question is answered, with the code that the reference gives (waku_store/protocol.nim).</summary>
public sealed class RawQuestionTests : IAsyncLifetime
{
    const string RequestId = "0a0131";

    readonly string _path = Directory.CreateTempSubdirectory("logos-").FullName;
    SqliteArchive _archive = null!;
    MessagingNode _node = null!;
    TestHost _peer = null!;

    public async Task InitializeAsync()
    {
        _archive = new SqliteArchive(new SqliteArchiveOptions { Path = Path.Combine(_path, "archive.db") });
        _node = await Node.StartAsync(Node.Options with { Archive = _archive });
        _peer = await TestHost.StartAsync();
        Assert.True((await _peer.Host.DialAsync(_node.Addresses[0])).IsConnected);
    }

    public async Task DisposeAsync()
    {
        await _peer.DisposeAsync();
        await _node.DisposeAsync();
        await _archive.DisposeAsync();
        Directory.Delete(_path, recursive: true);
    }

    [Theory]
    [InlineData(RequestId, 200)]
    [InlineData(RequestId + "a201020102", 200)] // a hash of two bytes: no message has it
    [InlineData(RequestId + "9a03020102", 300)] // a cursor of two bytes
    [InlineData(RequestId + "9a03200000000000000000000000000000000000000000000000000000000000000001", 300)] // an unknown cursor
    [InlineData(RequestId + "52022f74 5a01ff", 200)] // a content topic that is not UTF-8
    [InlineData("", 400)] // no request id
    [InlineData("ff", 400)]
    [InlineData("deadbeefdeadbeef", 400)]
    [InlineData(RequestId + "5a7f", 400)] // a content topic that is cut off
    [InlineData(RequestId + "6a01", 400)] // a time that is text
    public async Task A_store_query_is_answered_with_the_references_code(string hex, int status)
    {
        var answer = await AskStoreAsync(LengthPrefixed.Frame(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))));

        Assert.Equal(status, (int)answer.Status);
        Assert.NotEmpty(answer.RequestId);
        Assert.NotEmpty(answer.Description);
    }

    [Fact]
    public async Task Topics_of_any_length_are_searched()
    {
        var question = new StoreQueryRequest { RequestId = "1", PubsubTopic = new string('p', 1100), ContentTopics = [new string('c', 1100)] };

        var answer = await AskStoreAsync(LengthPrefixed.Frame(StoreCodec.Encode(question)));

        Assert.Equal((StoreStatus.Success, 0, "1"), (answer.Status, answer.Messages.Count, answer.RequestId));
    }

    [Fact]
    public async Task A_question_that_is_too_long_or_ends_early_is_answered_too()
    {
        Assert.Equal(StoreStatus.BadRequest, (await AskStoreAsync([0xff, 0xff, 0xff, 0x7f])).Status);
        Assert.Equal(StoreStatus.BadRequest, (await AskStoreAsync([10, 0x0a, 1])).Status);
        Assert.Equal(StoreStatus.BadRequest, (await AskStoreAsync([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])).Status);
    }

    [Fact]
    public async Task Metadata_that_cannot_be_read_are_answered_and_say_nothing_of_the_peer()
    {
        var answer = await AskAsync(MetadataProtocol.Id, LengthPrefixed.Frame([0xff, 0xff]));

        Assert.True(NodeMetadata.TryDecode(answer, out var metadata, out _));
        Assert.Equal(0U, metadata.Cluster);
        Assert.Contains(PeerId.Parse(_node.PeerId.ToString()), _peer.Host.ConnectedPeers);
    }

    async Task<StoreQueryResponse> AskStoreAsync(byte[] bytes)
    {
        Assert.True(StoreCodec.TryDecode(await AskAsync(StoreProtocol.Id, bytes), out StoreQueryResponse? answer, out var error), error.ToString());
        return answer;
    }

    async Task<byte[]> AskAsync(string protocol, byte[] bytes)
    {
        await using var stream = await _peer.Host.OpenStreamAsync(_node.PeerId, protocol);
        await stream.WriteAsync(bytes);
        await stream.CloseWriteAsync();
        var (answer, error) = await LengthPrefixed.ReadAsync(stream, StoreLimits.ResponseLength, default);
        Assert.True(answer is not null, $"The stream ended without an answer: {error}.");
        return answer;
    }
}
