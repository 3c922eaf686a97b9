using System.Text;
using System.Text.Json;
using LogosActors.Delivery;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Topics;
using LogosActors.Interop.Tests.Peers;
using LogosActors.Libp2p.Addresses;

namespace LogosActors.Interop.Tests.Delivery;

/// <summary>js-waku pages through the store of a node of ours.</summary>
public sealed class StoreTests : IAsyncLifetime
{
    const string Topic = "/toychat/2/huilong/proto";
    const int Messages = 45;

    static readonly Autosharding Network = new(1, 8);

    readonly string _path = Directory.CreateTempSubdirectory("logos-").FullName;
    SqliteArchive _archive = null!;
    MessagingNode _node = null!;
    JsWakuPeer _theirs = null!;
    readonly List<string> _hashes = [];

    public async Task InitializeAsync()
    {
        _archive = new SqliteArchive(new SqliteArchiveOptions { Path = Path.Combine(_path, "archive.db") });
        _node = await MessagingNode.CreateAsync(new NodeOptions
        {
            Network = Network,
            Archive = _archive,
            ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0/ws")],
        });
        await _node.StartAsync();
        await _node.SubscribeAsync([Topic]);
        for (var i = 0; i < Messages; i++)
            await _node.SendAsync(new MessageEnvelope(Topic, Encoding.UTF8.GetBytes($"message {i}")));
        await OurHost.UntilAsync(async () => (await HistoryAsync()).Count == Messages);
        _hashes.AddRange((await HistoryAsync()).Select(message => message.Hash.ToString()));
        _theirs = await JsWakuPeer.StartLightAsync(Network, "mplex");
        await _theirs.CallAsync("dial", new { Address = _node.Addresses[0].ToString() });
        await _theirs.CallAsync("waitFor", new { Protocol = "Store", ContentTopic = Topic });
    }

    public async Task DisposeAsync()
    {
        await _theirs.DisposeAsync();
        await _node.DisposeAsync();
        await _archive.DisposeAsync();
        Directory.Delete(_path, recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pages_hold_every_message_once_in_order_and_the_hashes_agree(bool isForward)
    {
        var pages = await QueryAsync(new { ContentTopic = Topic, PageSize = 20, Forward = isForward });

        Assert.Equal([20, 20, 5], pages.Select(page => page.Length));
        // Within a page messages are in ascending order, whichever way pages go (13/WAKU2-STORE).
        var inOrder = isForward ? pages.SelectMany(page => page) : pages.Reverse().SelectMany(page => page);
        Assert.Equal(_hashes, inOrder.Select(message => "0x" + message.Hash));
        Assert.Contains(pages[0], message => Encoding.UTF8.GetString(Convert.FromBase64String(message.Payload)).StartsWith("message", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Messages_are_found_by_their_hashes_and_no_others()
    {
        var pages = await QueryAsync(new { ContentTopic = Topic, Hashes = _hashes.Take(3) });

        Assert.Equal(_hashes.Take(3).Order(StringComparer.Ordinal), pages.SelectMany(page => page).Select(message => "0x" + message.Hash).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_time_without_messages_has_no_page()
    {
        var pages = await QueryAsync(new { ContentTopic = Topic, From = 1_000, To = 2_000 });

        Assert.Empty(pages.SelectMany(page => page));
    }

    async Task<IReadOnlyList<StoredMessage>> HistoryAsync() =>
        (await _node.Store.QueryAsync(new StoreQuery { ContentTopics = [Topic] })).Value?.Messages ?? [];

    async Task<Found[][]> QueryAsync(object query) =>
        (await _theirs.CallAsync("query", query)).GetProperty("pages").Deserialize<Found[][]>(JsonSerializerOptions.Web)!;

    sealed record Found(string Hash, string Payload);
}
