using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Tests.Sds;

public sealed class LocalLogTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Entries_are_in_order_however_they_come_and_the_oldest_go_first(int seed)
    {
        const int Capacity = 1500;
        var random = new Random(seed);
        var log = new LocalLog(Capacity);
        var expected = new SortedSet<LogEntry>();
        for (var i = 0; i < 6000; i++)
        {
            var entry = Entry((ulong)(random.Next(3) == 0 ? random.Next(10_000) : i), $"{i}");
            expected.Add(entry);
            var gone = log.Add(entry);
            Assert.Equal(expected.Count > Capacity ? expected.Min : null, gone);
            if (gone is not null)
                expected.Remove(gone);
            if (i % 500 == 0)
                Assert.Equal(expected.Reverse().Take(7).Reverse().Select(each => each.Name), log.Recent(7));
        }
        Assert.Equal(expected, log.Entries);
        Assert.All(expected, entry => Assert.Same(entry, log.Find(entry.Id)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Deadlines_are_taken_in_order_however_they_are_moved(int seed)
    {
        var random = new Random(seed);
        var deadlines = new Deadlines<Item>();
        var items = Enumerable.Range(0, 500).Select(_ => new Item()).ToList();
        var expected = new Dictionary<Item, long>();
        for (var i = 0; i < 5000; i++)
        {
            var item = items[random.Next(items.Count)];
            if (random.Next(4) == 0)
            {
                deadlines.Remove(item);
                expected.Remove(item);
            }
            else
            {
                deadlines.Set(item, expected[item] = random.Next(1000));
            }
            Assert.Equal(expected.Count > 0 ? expected.Values.Min() : long.MaxValue, deadlines.Next);
        }
        var taken = new List<long>();
        while (deadlines.TakeDue(long.MaxValue) is { } item)
            taken.Add(item.Due);
        Assert.Equal(expected.Values.Order(), taken);
    }

    static LogEntry Entry(ulong lamport, string id) => new(lamport, new HistoryEntry(id), BloomKey.Of(id));

    sealed class Item : Timed;
}
