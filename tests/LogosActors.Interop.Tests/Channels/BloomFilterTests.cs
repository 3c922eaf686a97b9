using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Bloom;
using LogosActors.Channels.Sds.Wire;
using LogosActors.Interop.Tests.Peers;

namespace LogosActors.Interop.Tests.Channels;

/// <summary>js-waku and our bloom filters read each other.</summary>
public sealed class BloomFilterTests : IAsyncLifetime
{
    static readonly string[] Added = [.. Enumerable.Range(0, 5000).Select(Id)];
    static readonly string[] Others = [.. Enumerable.Range(5000, 5000).Select(Id)];

    JsSdsPeer _theirs = null!;

    public async Task InitializeAsync() => _theirs = await JsSdsPeer.StartAsync();

    public async Task DisposeAsync() => await _theirs.DisposeAsync();

    [Fact]
    public async Task The_same_ids_make_the_same_filter() =>
        Assert.Equal(await _theirs.FilterAsync(Added), Ours(Added));

    [Fact]
    public async Task Js_waku_finds_in_our_filter_what_was_added_and_hardly_anything_else()
    {
        Assert.Equal(Added, await _theirs.FindAsync(Ours(Added), Added));
        Assert.InRange((await _theirs.FindAsync(Ours(Added), Others)).Count, 0, Others.Length / 500);
    }

    [Fact]
    public async Task We_find_in_a_filter_of_js_waku_what_was_added_and_what_js_waku_finds()
    {
        var theirs = await _theirs.FilterAsync(Added);
        Assert.True(BloomFilterCodec.TryDecode(theirs, SdsDialect.Specification, BloomParameters.Default, out var filter, out _));

        Assert.Equal(Added, Added.Where(id => filter.MayContain(BloomKey.Of(id))));
        Assert.Equal(await _theirs.FindAsync(theirs, Others), Others.Where(id => filter.MayContain(BloomKey.Of(id))));
    }

    static byte[] Ours(IEnumerable<string> ids)
    {
        var filter = new RollingBloomFilter(BloomParameters.Default);
        foreach (var id in ids)
            filter.Add(BloomKey.Of(id));
        var encoded = new byte[BloomFilterCodec.SizeOf(filter.Snapshot(), SdsDialect.Specification)];
        BloomFilterCodec.Write(filter.Snapshot(), SdsDialect.Specification, encoded);
        return encoded;
    }

    static string Id(int i) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(i)));
}
