using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Tests.Sds.Bloom;

public sealed class RollingBloomFilterTests
{
    [Theory]
    [InlineData((int)SdsDialect.Specification)]
    [InlineData((int)SdsDialect.Nim)]
    public void A_filter_finds_all_that_was_added_and_hardly_anything_else(int dialect)
    {
        var filter = new RollingBloomFilter(BloomParameters.Default, (SdsDialect)dialect);
        Add(filter, 0, 10_000);
        Assert.Equal(10_000, Found(filter.Snapshot(), 0, 10_000));
        Assert.InRange(Found(filter.Snapshot(), 10_000, 100_000), 0, 200); // 0.001 of 100,000, twice
    }

    [Fact]
    public void A_filter_forgets_the_oldest_ids_once_it_has_a_fifth_too_many()
    {
        var filter = Of(capacity: 1000);
        Add(filter, 0, 1200);
        Assert.Equal((1200, 1200), (filter.Count, Found(filter.Snapshot(), 0, 1200)));
        Add(filter, 1200, 1);
        Assert.Equal((800, 800), (filter.Count, Found(filter.Snapshot(), 401, 800)));
        Assert.InRange(Found(filter.Snapshot(), 0, 401), 0, 10);
    }

    [Fact]
    public void A_filter_has_the_most_recent_ids_after_any_number_of_them()
    {
        var filter = Of(capacity: 100);
        Add(filter, 0, 100_000);
        Assert.InRange(filter.Count, 80, 120);
        Assert.Equal(80, Found(filter.Snapshot(), 99_920, 80));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_smallest_filters_have_at_least_the_last_id(int capacity)
    {
        var filter = Of(capacity);
        for (var i = 0; i < 10; i++)
        {
            Add(filter, i, 1);
            Assert.True(filter.MayContain(Key(i)));
        }
    }

    [Fact]
    public void A_snapshot_is_made_once_and_stays_as_it_was()
    {
        var filter = Of(capacity: 100);
        Add(filter, 0, 1);
        var before = filter.Snapshot();
        Assert.Same(before, filter.Snapshot());
        Add(filter, 1, 1);
        Assert.Equal((false, true), (before.MayContain(Key(1)), filter.Snapshot().MayContain(Key(1))));
    }

    [Fact]
    public void Another_dialect_has_the_same_ids_in_other_bits()
    {
        var filter = Of(capacity: 100);
        Add(filter, 0, 100);
        var nim = filter.In(SdsDialect.Nim);
        Assert.Equal((100, 100), (Found(filter.Snapshot(), 0, 100), Found(nim.Snapshot(), 0, 100)));
        Assert.False(filter.Snapshot().Words.SequenceEqual(nim.Snapshot().Words));
        Assert.Same(filter, filter.In(SdsDialect.Specification));
        Add(nim, 100, 1);
        Assert.Equal((100, 101), (filter.Count, nim.Count));
    }

    static RollingBloomFilter Of(int capacity) => new(new BloomParameters(capacity, 0.001));

    static void Add(RollingBloomFilter filter, int first, int count)
    {
        for (var i = first; i < first + count; i++)
            filter.Add(Key(i));
    }

    static int Found(BloomFilter filter, int first, int count) => Enumerable.Range(first, count).Count(i => filter.MayContain(Key(i)));

    static BloomKey Key(int i) => BloomKey.Of($"message {i}");
}
