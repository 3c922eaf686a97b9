using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.StoreSync;

namespace LogosActors.Delivery.Tests.StoreSync;

public sealed class OrderedIdsTests
{
    [Fact]
    public void Ranks_ids_and_fingerprints_are_those_of_a_sorted_list_whatever_is_added_and_removed() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var (ids, model) = (new OrderedIds(), new SortedSet<ArchivePosition>());
            var spread = random.Next(1, 5000);
            for (var step = 0; step < 1500; step++)
            {
                var id = SyncedStore.Id(random.Next(spread), $"{random.Next(3)}");
                Assert.Equal(model.Add(id), ids.Add(id, $"{id.Time}"));
                if (random.Next(400) == 0)
                {
                    var bound = new ArchivePosition(random.Next(spread / 2), default);
                    Assert.Equal(model.RemoveWhere(known => known < bound), ids.RemoveBefore(bound));
                }
            }
            Compare(ids, [.. model], random, spread);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Ids_that_come_in_order_or_backwards_are_all_there()
    {
        var (forward, backward) = (new OrderedIds(), new OrderedIds());
        var model = Enumerable.Range(0, 3000).Select(i => SyncedStore.Id(i, "a")).ToArray();
        foreach (var id in model)
            Assert.True(forward.Add(id, ""));
        foreach (var id in model.Reverse())
            Assert.True(backward.Add(id, ""));
        Compare(forward, model, new Random(1), 3000);
        Compare(backward, model, new Random(2), 3000);
    }

    static void Compare(OrderedIds ids, ArchivePosition[] model, Random random, int spread)
    {
        Assert.Equal(model.Length, ids.Count);
        List<ArchivePosition> all = [];
        ids.AppendTo(all, 0, ids.Count);
        Assert.Equal(model, all);
        for (var i = 0; i < 50; i++)
        {
            var bound = random.Next(2) == 0 || model.Length == 0 ? new ArchivePosition(random.Next(spread + 1), default) : model[random.Next(model.Length)];
            Assert.Equal(model.Count(id => id < bound), ids.CountBefore(bound));
            Assert.Equal(model.Count(id => id <= bound), ids.CountThrough(bound));
            var (start, end) = (random.Next(model.Length + 1), random.Next(model.Length + 1));
            (start, end) = (Math.Min(start, end), Math.Max(start, end));
            Assert.Equal(model[start..end].Aggregate(default(Fingerprint), (sum, id) => sum ^ Fingerprint.Of(id.Hash)), ids.Sum(start, end));
            if (start < model.Length)
                Assert.Equal((model[start], $"{model[start].Time}"), (ids[start].Id, ids[start].ContentTopic is "" ? $"{model[start].Time}" : ids[start].ContentTopic));
        }
    }
}
